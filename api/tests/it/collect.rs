//! `POST /api/collect`, of our script and of the first one.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{
    CHROME_MAC, Db, FIREFOX_WINDOWS, GOOGLEBOT, Haru, Place, SAFARI_IPHONE, expect, json_of, on_both, status,
};

on_both!(
    the_first_scripts_format_is_counted,
    our_script_brings_props_engagement_and_ids,
    attributes_are_derived_from_the_request,
    bots_are_dropped_and_the_drop_is_counted,
    a_bot_among_people_changes_no_number,
    tokens_come_in_a_header_too_and_wrong_ones_are_unknown,
    the_hundred_and_first_hit_of_a_minute_is_refused,
    rotated_tokens_and_deleted_sites_are_unknown_at_once,
    do_not_track_is_honoured_when_the_site_asks,
    any_origin_may_send,
);

async fn the_first_scripts_format_is_counted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    // As its `fetch` and its `sendBeacon` sent it: JSON with all keys, then the cumulative duration, twice.
    let view =
        json!({"p": "/start", "r": "https://www.google.com/", "sw": 1920, "sh": 1080, "n": "pageview", "c": "BR"});
    let sent = haru
        .client
        .post(haru.url(&format!("/api/collect?t={}", site.token)))
        .header("user-agent", CHROME_MAC)
        .header("origin", "https://example.com")
        .json(&view)
        .send()
        .await
        .expect("sent");
    assert_eq!(sent.status(), StatusCode::OK);
    assert_eq!(sent.text().await.expect("a body"), "");
    for duration in [4_000, 9_000] {
        let beacon = json!({"p": "/start", "n": "duration", "d": duration});
        let sent = haru
            .client
            .post(haru.url(&format!("/api/collect?t={}", site.token)))
            .header("user-agent", CHROME_MAC)
            .json(&beacon);
        assert_eq!(sent.send().await.expect("sent").status(), StatusCode::OK);
    }
    let metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate"];
    assert_eq!(haru.results("example.com", &metrics, &[]).await[0]["metrics"], json!([1, 1, 1, 1, 100]));
    assert_eq!(haru.results("example.com", &["visitors"], &["visit:source"]).await[0]["dimensions"], json!(["Google"]));
    assert_eq!(haru.results("example.com", &["visitors"], &["visit:country"]).await[0]["dimensions"], json!(["BR"]));
    let time = haru.results("example.com", &["time_on_page"], &["event:page"]).await;
    assert_eq!(time[0], json!({"dimensions": ["/start"], "metrics": [9]}), "cumulative: the largest counts");
}

async fn our_script_brings_props_engagement_and_ids(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let view = json!({"p": "https://example.com/pricing?utm_campaign=spring", "n": "pageview", "id": "one", "sw": 390});
    haru.count(&site.token, 1, view.clone()).await;
    haru.count(&site.token, 1, view).await;
    haru.count(&site.token, 1, json!({"p": "https://example.com/pricing", "n": "signup", "m": {"plan": "pro"}})).await;
    for (engaged, depth) in [(3_000, 40), (2_000, 80)] {
        let body = json!({"p": "https://example.com/pricing", "n": "engagement", "e": engaged, "sd": depth});
        haru.count(&site.token, 1, body).await;
    }
    let metrics = ["visitors", "pageviews", "events", "bounce_rate"];
    assert_eq!(haru.results("example.com", &metrics, &[]).await[0]["metrics"], json!([1, 1, 2, 0]));
    let time = haru.results("example.com", &["time_on_page", "scroll_depth"], &["event:page"]).await;
    assert_eq!(time[0]["metrics"], json!([5, 80]), "increments add up, depth is the deepest");
    let plans = haru.results("example.com", &["visitors"], &["event:props:plan"]).await;
    assert!(plans.as_array().expect("rows").contains(&json!({"dimensions": ["pro"], "metrics": [1]})), "{plans}");
    let campaigns = haru.results("example.com", &["visits"], &["visit:utm_campaign"]).await;
    assert_eq!(campaigns[0]["dimensions"], json!(["spring"]));
}

async fn attributes_are_derived_from_the_request(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    // Addresses of a country that the bundled database knows: 8.8.8.8 is in the United States.
    for (agent, address) in [(FIREFOX_WINDOWS, "8.8.8.8"), (SAFARI_IPHONE, "8.8.4.4")] {
        let sent = haru
            .client
            .post(haru.url("/api/collect"))
            .bearer_auth(&site.token)
            .header("user-agent", agent)
            .header("x-forwarded-for", address)
            .header("accept-language", "pt-BR,pt;q=0.9")
            .body(json!({"p": "https://www.example.com/a%20b?ref=hn", "r": "https://example.com/other"}).to_string());
        assert_eq!(sent.send().await.expect("sent").status(), StatusCode::OK);
    }
    let one = |value: &str| json!([{"dimensions": [value], "metrics": [2]}]);
    for (dimension, value) in [
        ("visit:country", "US"),
        ("visit:source", "Hacker News"),
        ("event:page", "/a b"),
        ("event:hostname", "example.com"),
        ("visit:language", "pt-BR"),
    ] {
        assert_eq!(haru.results("example.com", &["visitors"], &[dimension]).await, one(value), "{dimension}");
    }
    let devices = haru.results("example.com", &["visitors"], &["visit:browser", "visit:os", "visit:device"]).await;
    let row = |words: [&str; 3]| json!({"dimensions": words, "metrics": [1]});
    assert_eq!(devices, json!([row(["Firefox", "Windows", "Desktop"]), row(["Safari", "iOS", "Mobile"])]));
}

async fn bots_are_dropped_and_the_drop_is_counted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    for _ in 0..3 {
        let sent = haru
            .client
            .post(haru.url(&format!("/api/collect?t={}", site.token)))
            .header("user-agent", GOOGLEBOT)
            .body(r#"{"p":"/"}"#);
        let answer = sent.send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["x-haru-dropped"], "bot");
    }
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([0]));
    let drops = crate::harness::eventually("the drops to be committed", || async {
        let board = haru.post("/api/v1/sites/example.com/dashboard", &json!({"date_range": "day"}));
        let board = expect(board.send().await.expect("sent"), StatusCode::OK).await;
        (board["drops"] != json!([])).then(|| board["drops"].clone())
    });
    assert_eq!(drops.await, json!([{"reason": "bot", "count": 3}]));
}

/// The bot of the hand-written day (`stats/tests/it/hand.rs`): it ends here, and the engine never hears of it.
async fn a_bot_among_people_changes_no_number(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    // Visitor 1 views /, signs up and stays 5 s, scrolling to 70 %. Visitor 2 views /pricing and leaves.
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    haru.count(&site.token, 1, json!({"p": "/", "n": "signup"})).await;
    haru.count(&site.token, 1, json!({"p": "/", "n": "engagement", "e": 5_000, "sd": 70})).await;
    haru.count(&site.token, 2, json!({"p": "/pricing"})).await;
    let numbers = || async {
        let totals = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "events"];
        let pages = ["visitors", "time_on_page", "scroll_depth", "percentage"];
        json!([
            haru.results("example.com", &totals, &[]).await,
            haru.results("example.com", &pages, &["event:page"]).await,
            haru.results("example.com", &["exit_rate"], &["visit:exit_page"]).await,
        ])
    };
    // 2 visitors, 2 visits, 2 pageviews, 1 a visit; of 2 visits one is a bounce: 50 %; 3 events with the signup.
    // Each page has one visitor, 50 % of them, and each visit leaves from the only page it viewed: 100 %.
    let expected = json!([
        [{"dimensions": [], "metrics": [2, 2, 2, 1.0, 50, 3]}],
        [
            {"dimensions": ["/"], "metrics": [1, 5, 70, 50.0]},
            {"dimensions": ["/pricing"], "metrics": [1, null, null, 50.0]},
        ],
        [{"dimensions": ["/"], "metrics": [100]}, {"dimensions": ["/pricing"], "metrics": [100]}],
    ]);
    assert_eq!(numbers().await, expected);
    // A bot from visitor 1's own address does all that people do.
    for body in [
        json!({"p": "/"}),
        json!({"p": "/blog"}),
        json!({"p": "/", "n": "signup"}),
        json!({"p": "/", "n": "engagement", "e": 90_000, "sd": 100}),
    ] {
        let sent = haru
            .client
            .post(haru.url(&format!("/api/collect?t={}", site.token)))
            .header("user-agent", GOOGLEBOT)
            .header("x-forwarded-for", "198.51.100.1")
            .body(body.to_string());
        assert_eq!(sent.send().await.expect("sent").headers()["x-haru-dropped"], "bot", "{body}");
    }
    assert_eq!(numbers().await, expected);
}

async fn tokens_come_in_a_header_too_and_wrong_ones_are_unknown(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let send = |token: Option<&str>| {
        let request = haru.client.post(haru.url("/api/collect")).header("user-agent", CHROME_MAC).body(r#"{"p":"/"}"#);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        async move { request.send().await.expect("sent") }
    };
    assert_eq!(send(Some(&site.token)).await.status(), StatusCode::OK);
    for wrong in [Some("nonsense"), Some(""), None] {
        let answer = send(wrong).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert_eq!(answer.text().await.expect("a body"), r#"{"error":"unknown_token"}"#);
    }
}

async fn the_hundred_and_first_hit_of_a_minute_is_refused(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--trusted-proxies", "127.0.0.1"]).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    for _ in 0..100 {
        haru.count(&site.token, 1, json!({"p": "/"})).await;
    }
    let answer = haru.hit(&site.token, 1, &json!({"p": "/"})).send().await.expect("sent");
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = answer.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=60).contains(&wait));
    assert_eq!(answer.text().await.expect("a body"), r#"{"error":"rate_limit_exceeded"}"#);
    // Another address, and the engagement of the same one, are not held up.
    haru.count(&site.token, 2, json!({"p": "/"})).await;
    haru.count(&site.token, 1, json!({"p": "/", "n": "engagement", "e": 1000})).await;
    assert_eq!(haru.results("example.com", &["pageviews"], &[]).await[0]["metrics"], json!([101]));
}

async fn rotated_tokens_and_deleted_sites_are_unknown_at_once(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    let rotated = haru.post("/api/v1/sites/example.com/token", &json!({})).send().await.expect("sent");
    let rotated = expect(rotated, StatusCode::OK).await;
    let fresh = rotated["tracking_token"].as_str().expect("a token");
    assert_ne!(fresh, site.token);
    let old = haru.hit(&site.token, 1, &json!({"p": "/"})).send().await.expect("sent");
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    haru.count(fresh, 1, json!({"p": "/"})).await;
    assert_eq!(status(haru.delete("/api/v1/sites/example.com?domain=example.com")).await, StatusCode::NO_CONTENT);
    let gone = haru.hit(fresh, 1, &json!({"p": "/"})).send().await.expect("sent");
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
    // The domain is free again, and the new site begins empty.
    haru.create_site("example.com", "UTC").await;
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([0]));
}

async fn do_not_track_is_honoured_when_the_site_asks(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let private = |header: &'static str| haru.hit(&site.token, 1, &json!({"p": "/"})).header(header, "1").send();
    assert!(private("dnt").await.expect("sent").headers().get("x-haru-dropped").is_none());
    let change = haru.patch("/api/v1/sites/example.com", &json!({"honour_dnt": true}));
    assert_eq!(json_of(change, StatusCode::OK).await["honour_dnt"], json!(true));
    for header in ["dnt", "sec-gpc"] {
        assert_eq!(private(header).await.expect("sent").headers()["x-haru-dropped"], "dnt");
    }
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([1]));
}

async fn any_origin_may_send(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let asked = haru
        .client
        .request(reqwest::Method::OPTIONS, haru.url("/api/collect"))
        .header("origin", "https://example.com")
        .header("access-control-request-method", "POST")
        .send()
        .await
        .expect("sent");
    assert_eq!(asked.status(), StatusCode::NO_CONTENT);
    assert_eq!(asked.headers()["access-control-allow-origin"], "*");
    let sent = haru.hit(&site.token, 1, &json!({"p": "/"})).header("origin", "https://example.com");
    assert_eq!(sent.send().await.expect("sent").headers()["access-control-allow-origin"], "*");
}
