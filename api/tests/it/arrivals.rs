//! Why nothing arrives: what was dropped and refused in the last hour, told to those whose site it is of, and nobody else.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::{CHROME_MAC, Db, GOOGLEBOT, Haru, expect, json_of, on_both, status};
use crate::people::{joined, open, other};
use crate::sealing::{after_restart, item, noon, run, send};

on_both!(
    drops_are_told_by_reason,
    refusals_are_told_to_the_site_of_their_page,
    a_host_is_that_of_the_nearest_site,
    the_last_event_is_known_wherever_it_lies,
    arrivals_are_for_those_who_may_change_the_site,
    nothing_of_who_sent_it_is_told,
);

async fn arrivals(haru: &Haru, site: &str) -> Value {
    json_of(haru.get(&format!("/api/v1/sites/{site}/arrivals")), StatusCode::OK).await
}

/// Reason, host and count of what was refused, in order of these.
fn refused(arrivals: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let rows = arrivals["refused"].as_array().expect("a list").iter();
    let mut rows: Vec<_> = rows
        .map(|row| {
            assert!(row["last_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{row}");
            (text(&row["reason"]), text(&row["hostname"]), row["count"].as_u64().expect("a number"))
        })
        .collect();
    rows.sort();
    rows
}

fn row(reason: &str, hostname: &str, count: u64) -> (String, String, u64) {
    (reason.to_owned(), hostname.to_owned(), count)
}

fn hit(haru: &Haru, query: &str, body: &str) -> RequestBuilder {
    let request = haru.client.post(haru.url(&format!("/api/collect{query}"))).header("user-agent", CHROME_MAC);
    request.header("content-type", "text/plain").body(body.to_owned())
}

fn event(haru: &Haru, body: &Value) -> RequestBuilder {
    haru.client.post(haru.url("/api/event")).header("user-agent", CHROME_MAC).json(body)
}

async fn drops_are_told_by_reason(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.create_site("example.org", "UTC").await;
    assert_eq!(arrivals(&haru, "example.com").await, json!({"drops": [], "refused": []}));
    let settings = json!({"allowed_hostnames": ["example.com"], "excluded_paths": ["/admin/**"], "honour_dnt": true});
    expect(haru.patch("/api/v1/sites/example.com", &settings).send().await.expect("sent"), StatusCode::OK).await;
    let token = &site.token;
    let dropped = async |request: RequestBuilder, reason: &str| {
        let answer = request.send().await.expect("sent");
        assert_eq!(answer.headers()["x-haru-dropped"], reason);
    };
    for _ in 0..3 {
        dropped(haru.hit(token, 1, &json!({"p": "http://localhost:3000/"})), "hostname").await;
    }
    let bot = haru.client.post(haru.url(&format!("/api/collect?t={token}"))).header("user-agent", GOOGLEBOT);
    dropped(bot.body(r#"{"p":"/"}"#), "bot").await;
    dropped(haru.hit(token, 1, &json!({"p": "/"})).header("dnt", "1"), "dnt").await;
    dropped(haru.hit(token, 1, &json!({"p": "/"})).header("sec-purpose", "prefetch"), "prefetch").await;
    dropped(haru.hit(token, 1, &json!({"p": "/admin/users"})), "excluded_path").await;
    let event = json!({"n": "pageview", "u": "https://other.example/", "d": "example.com"});
    dropped(self::event(&haru, &event), "hostname").await;
    let told = arrivals(&haru, "example.com").await;
    let mut drops: Vec<(String, u64)> = Vec::new();
    for drop in told["drops"].as_array().expect("a list") {
        assert!(drop["last_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{drop}");
        drops.push((drop["reason"].as_str().expect("text").to_owned(), drop["count"].as_u64().expect("a number")));
    }
    assert_eq!(drops[0], ("hostname".to_owned(), 4), "most first: {drops:?}");
    drops.sort();
    let expected = [("bot", 1), ("dnt", 1), ("excluded_path", 1), ("hostname", 4), ("prefetch", 1)];
    assert_eq!(drops, expected.map(|(reason, count)| (reason.to_owned(), count)));
    assert_eq!(told["refused"], json!([]), "what is dropped was not refused");
    assert!(told.get("first_event_at").is_none() && told.get("last_event_at").is_none(), "{told}");
    assert_eq!(arrivals(&haru, "example.org").await, json!({"drops": [], "refused": []}));

    haru.count(token, 1, json!({"p": "/"})).await;
    let told = arrivals(&haru, "example.com").await;
    assert!(told["first_event_at"].is_string());
    assert_eq!(told["first_event_at"], told["last_event_at"]);
}

async fn refusals_are_told_to_the_site_of_their_page(db: Db) {
    let place = crate::harness::Place::new(db).await;
    let flags = ["--trusted-proxies", "127.0.0.1", "--collect-rate-limit", "2", "--auth-rate-limit", "0"];
    let mut haru = place.start(&flags).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.create_site("other.example", "UTC").await;
    let allowed = json!({"allowed_hostnames": ["example.com", "a.shop.example"]});
    expect(haru.patch("/api/v1/sites/example.com", &allowed).send().await.expect("sent"), StatusCode::OK).await;
    let (nobody, wrong, right) = (String::new(), "?t=wrong".to_owned(), format!("?t={}", site.token));
    let page = r#"{"p":"https://www.example.com/"}"#;

    // Without a token the body is not read: the headers tell which page it is.
    let origin = |request: RequestBuilder, origin: &str| request.header("origin", origin);
    let unauthorized = StatusCode::UNAUTHORIZED;
    assert_eq!(status(origin(hit(&haru, &nobody, page), "https://blog.example.com")).await, unauthorized);
    assert_eq!(status(hit(&haru, &nobody, "{").header("referer", "https://example.com/a")).await, unauthorized);
    assert_eq!(status(hit(&haru, &nobody, page)).await, unauthorized);
    // The URL in the body goes before the headers.
    assert_eq!(status(origin(hit(&haru, &wrong, page), "https://elsewhere.example")).await, unauthorized);
    assert_eq!(status(hit(&haru, &wrong, page)).await, unauthorized);
    assert_eq!(status(origin(hit(&haru, &wrong, r#"{"p":"/a"}"#), "https://a.shop.example")).await, unauthorized);
    assert_eq!(status(hit(&haru, &wrong, r#"{"p":"https://notexample.com/"}"#)).await, unauthorized);
    assert_eq!(status(hit(&haru, &wrong, r#"{"p":"https://other.example/"}"#)).await, unauthorized);
    assert_eq!(status(hit(&haru, &wrong, r#"{"p":"/"}"#)).await, unauthorized);
    // With a good token it is the site's, wherever its page is.
    let bad = r#"{"p":"http://localhost:3000/","sw":"wide"}"#;
    assert_eq!(status(hit(&haru, &right, bad)).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(hit(&haru, &right, "{")).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(hit(&haru, &right, r#"{"p":"https://example.com/","sw":0}"#)).await, StatusCode::BAD_REQUEST);
    let large = format!(r#"{{"p":"https://example.com/{}"}}"#, "a".repeat(17 * 1024));
    let large = origin(hit(&haru, &right, &large), "https://example.com");
    assert_eq!(status(large).await, StatusCode::PAYLOAD_TOO_LARGE);
    for _ in 0..2 {
        assert_eq!(status(hit(&haru, &right, page)).await, StatusCode::OK);
    }
    let beyond = origin(hit(&haru, &right, page), "https://www.example.com");
    assert_eq!(status(beyond).await, StatusCode::TOO_MANY_REQUESTS);
    // A client of Plausible's names a domain in the place of a token.
    let unknown = json!({"n": "pageview", "u": "https://example.com/", "d": "exmaple.com"});
    assert_eq!(status(event(&haru, &unknown)).await, StatusCode::ACCEPTED);
    let wrong = json!({"n": "pageview", "u": "https://example.com/"});
    assert_eq!(status(event(&haru, &wrong)).await, StatusCode::BAD_REQUEST);

    let told = arrivals(&haru, "example.com").await;
    assert_eq!(
        refused(&told),
        [
            row("bad_request", "", 1),
            row("bad_request", "example.com", 3),
            row("bad_request", "localhost", 1),
            row("no_token", "blog.example.com", 1),
            row("no_token", "example.com", 1),
            row("rate_limited", "example.com", 1),
            row("unknown_site", "example.com", 1),
            row("unknown_token", "a.shop.example", 1),
            row("unknown_token", "example.com", 2),
        ]
    );
    assert_eq!(told["drops"], json!([]));
    assert_eq!(told["refused"][0]["reason"], "bad_request", "the last first");
    assert_eq!(refused(&arrivals(&haru, "other.example").await), [row("unknown_token", "other.example", 1)]);
    // A reset leaves what came with the site's token behind, as it does with everything that was counted.
    let reset = haru.post("/api/v1/sites/example.com/reset", &json!({"domain": "example.com"}));
    assert_eq!(status(reset).await, StatusCode::NO_CONTENT);
    assert!(!refused(&arrivals(&haru, "example.com").await).contains(&row("rate_limited", "example.com", 1)));
}

async fn a_host_is_that_of_the_nearest_site(db: Db) {
    let (haru, _place) = open(db).await;
    haru.create_site("example.com", "UTC").await;
    let stranger = other(&haru, "zoe@example.com").await;
    stranger.create_site("blog.example.com", "UTC").await;
    stranger.create_site("zoe.example", "UTC").await;
    // Whoever allows the host of another site is not told what is refused there.
    let curious = json!({"allowed_hostnames": ["*.example.com", "*.free.example", "*.com", "exact.example", "other.example.com"]});
    json_of(stranger.patch("/api/v1/sites/zoe.example", &curious), StatusCode::OK).await;
    for host in [
        "example.com",
        "a.example.com",
        "blog.example.com",
        "x.blog.example.com",
        "free.example",
        "exact.example",
        "stranger.com",
    ] {
        hit(&haru, "?t=wrong", &json!({"p": format!("https://{host}/")}).to_string()).send().await.expect("sent");
    }
    let unknown = |host: &str| row("unknown_token", host, 1);
    assert_eq!(refused(&arrivals(&haru, "example.com").await), [unknown("a.example.com"), unknown("example.com")]);
    assert_eq!(
        refused(&arrivals(&stranger, "blog.example.com").await),
        [unknown("blog.example.com"), unknown("x.blog.example.com")]
    );
    assert_eq!(refused(&arrivals(&stranger, "zoe.example").await), [unknown("exact.example")]);
}

async fn the_last_event_is_known_wherever_it_lies(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "America/Sao_Paulo").await;
    let (first, middle, last) = (noon(5), noon(4), noon(3));
    let told =
        |instant: chrono::DateTime<chrono::Utc>| json!(instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    send(&haru, "example.com", &[item(last, "ana", "/"), item(first, "ana", "/"), item(middle, "ana", "/")]).await;
    let ends = async |haru: &Haru| {
        let told = arrivals(haru, "example.com").await;
        (told["first_event_at"].clone(), told["last_event_at"].clone())
    };
    assert_eq!(ends(&haru).await.1, told(last), "in rows");
    run(&place, &["seal"]).await;
    let haru = after_restart(haru, &place).await;
    assert_eq!(ends(&haru).await.1, told(last), "in a segment");
    let late = last + chrono::Duration::minutes(5);
    send(&haru, "example.com", &[item(late, "ben", "/"), item(first, "ben", "/")]).await;
    assert_eq!(ends(&haru).await.1, told(late), "beside a segment");
    json_of(haru.patch("/api/v1/sites/example.com", &json!({"retention_days": 1})), StatusCode::OK).await;
    assert_eq!(ends(&haru).await, (Value::Null, Value::Null), "what is kept no longer is not told");
}

async fn arrivals_are_for_those_who_may_change_the_site(db: Db) {
    let (haru, _place) = open(db).await;
    haru.create_site("example.com", "UTC").await;
    let viewer = joined(&haru, "vera@example.com", json!({"role": "viewer"})).await;
    let stranger = other(&haru, "zoe@example.com").await;
    let path = "/api/v1/sites/example.com/arrivals";
    assert_eq!(status(viewer.get(path)).await, StatusCode::FORBIDDEN);
    assert_eq!(status(stranger.get(path)).await, StatusCode::NOT_FOUND);
    for (scope, expected) in [("sites:read", StatusCode::FORBIDDEN), ("sites:write", StatusCode::OK)] {
        let made =
            json_of(haru.post("/api/v1/tokens", &json!({"name": scope, "scopes": [scope]})), StatusCode::CREATED);
        let program = haru.bearing(&made.await["token"]);
        assert_eq!(status(program.get(path)).await, expected, "{scope}");
    }
}

async fn nothing_of_who_sent_it_is_told(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let secret = "https://example.com/secret?email=someone@example.com";
    let body = json!({"p": secret, "r": "https://ref.example/private", "sw": "wide", "m": {"plan": "secret plan"}});
    for query in [format!("?t={}", site.token), "?t=a-secret-token".to_owned(), String::new()] {
        let request = hit(&haru, &query, &body.to_string()).header("x-forwarded-for", "198.51.100.77");
        request.header("origin", "https://user:word@example.com").send().await.expect("sent");
    }
    let told = arrivals(&haru, "example.com").await.to_string();
    assert_eq!(told.matches("\"hostname\":\"example.com\"").count(), 3, "{told}");
    for hidden in ["secret", "198.51", "Mozilla", "Chrome", "ref.example", "someone", "user", "wide", &site.token] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}
