//! Share sessions: how a link is opened, what the session does not open, and how it ends.

use std::time::Duration;

use chrono::Utc;
use reqwest::{Method, Response, StatusCode, header};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{LINKS, change, ends_with, knock, look, make, path, question, read, revoke, stranger};
use crate::harness::{Db, Haru, Place, expect, on_both, status};
use crate::sealing::{database, number};
use crate::socket::Socket;

on_both!(
    a_password_opens_it_and_nothing_else_is_told_before,
    what_is_not_shown_is_the_same_404,
    a_share_session_reads_numbers_of_its_site_and_nothing_else,
    a_session_ends_with_its_link,
    an_open_subscription_ends_with_its_link,
    an_open_subscription_ends_when_its_link_shows_something_else,
    what_is_no_share_token_is_nobody,
    passwords_are_tried_a_few_times_a_minute,
    a_disabled_account_shows_nothing,
);

async fn a_password_opens_it_and_nothing_else_is_told_before(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "For the board", "slug": "board", "password": "open sesame"})).await;
    assert_eq!(link["has_password"], true);
    assert_eq!(expect(look(&haru, "board").await, StatusCode::OK).await, json!({"needs_password": true}));
    for body in [json!({}), json!({"password": null}), json!({"password": ""}), json!({"password": "open barley"})] {
        let problem = expect(knock(&haru, "board", &body).await, StatusCode::UNAUTHORIZED).await;
        assert_eq!(problem["type"], "urn:haru:problem:share-password", "{body}");
        assert!(!problem.to_string().contains("example.com") && !problem.to_string().contains("board"), "{problem}");
    }
    assert_eq!(read(&haru, &link).await["views"], 0);
    let session = expect(knock(&haru, "board", &json!({"password": "open sesame"})).await, StatusCode::OK).await;
    assert_eq!(session["name"], "For the board");
    assert_eq!(read(&haru, &link).await["views"], 1);
    let stored = "SELECT COUNT(*) FROM share_link WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(number(&database(&place).await, stored).await, 1);
}

/// An answer without what differs each time.
async fn told(response: Response) -> (StatusCode, Vec<(String, String)>, Value) {
    let headers = response.headers().iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let text = |value: &header::HeaderValue| value.to_str().expect("text").to_owned();
    let headers = headers.map(|(name, value)| (name.to_string(), text(value))).collect();
    let status = response.status();
    let mut body: Value = response.json().await.expect("JSON");
    body.as_object_mut().expect("an object").remove("request_id");
    (status, headers, body)
}

async fn what_is_not_shown_is_the_same_404(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let passwords = json!({"password": "open sesame"});
    for (slug, wish) in
        [("paused", json!({})), ("ended", json!({})), ("revoked", json!({})), ("locked", passwords.clone())]
    {
        let mut wish = wish;
        wish["name"] = json!("A link");
        wish["slug"] = json!(slug);
        let link = make(&haru, wish).await;
        match slug {
            "revoked" => revoke(&haru, &link).await,
            "paused" | "locked" => {
                assert_eq!(change(&haru, &link, json!({"paused": true})).await["paused"], true);
            }
            _ => {
                let past = format!(
                    "UPDATE share_link SET expires_at = {} WHERE slug = 'ended'",
                    Utc::now().timestamp_millis() - 1
                );
                database(&place).await.execute_unprepared(&past).await.expect("set back");
            }
        }
    }
    let unknown = told(look(&haru, "unknown").await).await;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    // A site that is not public is no address, and what can't be an address is none.
    for slug in
        ["paused", "ended", "revoked", "locked", "example.com", "UNKNOWN", "a", "%00abc", "..%2f..", "%F0%9F%92%A9"]
    {
        assert_eq!(told(look(&haru, slug).await).await, unknown, "{slug}");
        for body in [json!({}), passwords.clone(), json!({"password": "open barley"})] {
            assert_eq!(told(knock(&haru, slug, &body).await).await, unknown, "{slug} {body}");
        }
    }
}

async fn a_share_session_reads_numbers_of_its_site_and_nothing_else(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let other = haru.create_site("other.example", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let day = json!({"date_range": "day"});
    for name in ["example.com", &site.id] {
        stranger.query(question(name)).await;
        assert_eq!(status(stranger.post(&format!("/api/v1/sites/{name}/dashboard"), &day)).await, StatusCode::OK);
        assert_eq!(status(stranger.get(&format!("/api/v1/sites/{name}/realtime"))).await, StatusCode::OK);
    }
    for name in ["other.example", &other.id, "nobodys.example"] {
        assert_eq!(status(stranger.post("/api/v2/query", &question(name))).await, StatusCode::NOT_FOUND);
        assert_eq!(
            status(stranger.post(&format!("/api/v1/sites/{name}/dashboard"), &day)).await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(status(stranger.get(&format!("/api/v1/sites/{name}/realtime"))).await, StatusCode::NOT_FOUND);
    }
    let (site, link) = ("/api/v1/sites/example.com", path(&link));
    let others = [
        (Method::GET, "/api/v1/me", json!(null)),
        (Method::GET, "/api/v1/sites", json!(null)),
        (Method::POST, "/api/v1/sites", json!({"name": "x", "domain": "x.example"})),
        (Method::GET, site, json!(null)),
        (Method::PATCH, site, json!({"name": "x"})),
        (Method::DELETE, site, json!(null)),
        (Method::POST, &format!("{site}/token"), json!(null)),
        (Method::POST, &format!("{site}/events"), json!([{"name": "pageview", "url": "https://example.com/"}])),
        (Method::GET, LINKS, json!(null)),
        (Method::POST, LINKS, json!({"name": "x"})),
        (Method::GET, &link, json!(null)),
        (Method::PATCH, &link, json!({"paused": true})),
        (Method::DELETE, &link, json!(null)),
        (Method::GET, "/api/v1/tokens", json!(null)),
        (Method::POST, "/api/v1/tokens", json!({"name": "x", "scopes": ["stats:read"]})),
        (Method::DELETE, "/api/v1/tokens/x", json!(null)),
    ];
    for (method, path, body) in others {
        let request = haru.client.request(method.clone(), haru.url(path)).bearer_auth(&stranger.token);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(answer.headers().get(header::SET_COOKIE), None, "{method} {path}");
    }
    let graphql = |query: &str| stranger.post("/graphql", &json!({"query": query})).send();
    let asked = r#"{ dashboard(siteId: "other.example", query: {date_range: "day"}) { online } }"#;
    let answer = expect(graphql(asked).await.expect("sent"), StatusCode::OK).await;
    assert_eq!(answer["errors"][0]["message"], "site not found");
    let mut socket = Socket::connected(&stranger).await;
    for (id, asked, expected) in [
        ("1", r#"subscription { liveEvents(siteId: "example.com") { name } }"#, "nothing else"),
        ("2", r#"subscription { liveVisitors(siteId: "other.example") }"#, "site not found"),
    ] {
        socket.subscribe(id, asked).await;
        let answer = loop {
            let message = socket.next().await.expect("an answer");
            if message["id"] == id && message["type"] != "complete" {
                break message.to_string();
            }
        };
        assert!(answer.contains(expected), "{answer}");
    }
}

async fn a_session_ends_with_its_link(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
    let asks = |stranger: &Haru| status(stranger.post("/api/v2/query", &question("example.com")));

    let first = stranger(&haru, &link).await;
    assert_eq!(asks(&first).await, StatusCode::OK);
    change(&haru, &link, json!({"name": "Renamed", "embed_origins": ["*"]})).await;
    assert_eq!(asks(&first).await, StatusCode::OK, "a name ends nothing");
    change(&haru, &link, json!({"paused": true})).await;
    assert_eq!(asks(&first).await, StatusCode::UNAUTHORIZED, "paused");
    change(&haru, &link, json!({"paused": false})).await;
    assert_eq!(asks(&first).await, StatusCode::UNAUTHORIZED, "what a pause ended stays ended");

    let second = stranger(&haru, &link).await;
    assert_eq!(asks(&second).await, StatusCode::OK);
    change(&haru, &link, json!({"password": "open sesame"})).await;
    assert_eq!(asks(&second).await, StatusCode::UNAUTHORIZED, "another password");
    change(&haru, &link, json!({"password": null})).await;
    assert_eq!(asks(&second).await, StatusCode::UNAUTHORIZED);

    let third = stranger(&haru, &link).await;
    assert_eq!(asks(&third).await, StatusCode::OK);
    let past = format!("UPDATE share_link SET expires_at = {}", Utc::now().timestamp_millis() - 1);
    database(&place).await.execute_unprepared(&past).await.expect("set back");
    // Behind the back of the process: it looks again after a second.
    let mut ended = false;
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        ended = asks(&third).await == StatusCode::UNAUTHORIZED;
        if ended {
            break;
        }
    }
    assert!(ended, "expired");
    assert_eq!(look(&haru, "numbers").await.status(), StatusCode::NOT_FOUND);

    // A session is never longer than its link.
    let soon = (Utc::now() + chrono::Duration::seconds(90)).to_rfc3339();
    change(&haru, &link, json!({"expires_at": soon})).await;
    let session = expect(knock(&haru, "numbers", &json!({})).await, StatusCode::OK).await;
    assert!((60..=90).contains(&session["expires_in"].as_u64().expect("seconds")), "{session}");
}

async fn an_open_subscription_ends_with_its_link(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let ends: [(&str, Value); 3] =
        [("pause", json!({"paused": true})), ("password", json!({"password": "open sesame"})), ("revoke", Value::Null)];
    for (how, wish) in ends {
        let link = make(&haru, json!({"name": how})).await;
        let stranger = stranger(&haru, &link).await;
        let mut socket = Socket::connected(&stranger).await;
        socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
        socket.until("1", |data| data["liveVisitors"] == json!(0)).await;
        if wish.is_null() {
            revoke(&haru, &link).await;
        } else {
            change(&haru, &link, wish).await;
        }
        ends_with(&mut socket, "the share session has ended").await;
    }
}

async fn an_open_subscription_ends_when_its_link_shows_something_else(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let mut socket = Socket::connected(&stranger).await;
    let asked = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day"}) { panels { pages { dimension } } } }"#;
    socket.subscribe("1", asked).await;
    socket.until("1", |data| data["liveDashboard"]["panels"]["pages"].is_object()).await;
    change(&haru, &link, json!({"panels": ["sources"]})).await;
    ends_with(&mut socket, "shows something else now").await;
    // The same session sees what is shown now.
    let mut socket = Socket::connected(&stranger).await;
    socket.subscribe("1", asked).await;
    let data = socket.until("1", |_| true).await;
    assert_eq!(data["liveDashboard"]["panels"]["pages"], Value::Null);
}

async fn what_is_no_share_token_is_nobody(db: Db) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let (haru, _place) = Haru::with_owner(db).await;
    let other = haru.create_site("other.example", "UTC").await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let good = stranger(&haru, &link).await;
    let parts: Vec<&str> = good.token.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let read: Value = serde_json::from_slice(&B64.decode(claims).expect("base64")).expect("JSON");
    assert_eq!(read["aud"], "haru-share");
    let with = |key: &str, value: Value| {
        let mut claims = read.clone();
        claims[key] = value;
        format!("{header}.{}.{signature}", B64.encode(claims.to_string()))
    };
    let login: Vec<&str> = haru.token.split('.').collect();
    let none = B64.encode(r#"{"alg":"none","typ":"JWT","kid":"1"}"#);
    let false_tokens = [
        with("site", json!(other.id)),
        with("aud", json!("haru-api")),
        with("exp", json!(9_999_999_999_u64)),
        with("sub", json!("another")),
        with("ver", json!(2)),
        format!("{none}.{claims}."),
        format!("{header}.{claims}.{}", login[2]),
        format!("{header}.{}.{signature}", login[1]),
        format!("{header}.{claims}"),
        good.token[..good.token.len() - 2].to_owned(),
    ];
    for token in false_tokens {
        let mut liar = Haru::at(haru.base.clone());
        liar.token = token;
        let asked = status(liar.post("/api/v2/query", &question("example.com"))).await;
        assert_eq!(asked, StatusCode::UNAUTHORIZED, "{}", liar.token);
    }
    // Neither is taken for the other: a login shows the account, a share session never does.
    assert_eq!(status(good.get("/api/v1/me")).await, StatusCode::FORBIDDEN);
    assert_eq!(status(haru.get("/api/v1/me")).await, StatusCode::OK);
    let refreshed =
        haru.client.post(haru.url("/api/v1/auth/refresh")).header("cookie", format!("haru_refresh={}", good.token));
    assert_ne!(status(refreshed).await, StatusCode::INTERNAL_SERVER_ERROR);
    let bare = reqwest::Client::new().post(haru.url("/api/v1/auth/refresh"));
    let bare = bare.header("cookie", format!("haru_refresh={}", good.token));
    assert_eq!(status(bare).await, StatusCode::UNAUTHORIZED);
}

async fn passwords_are_tried_a_few_times_a_minute(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--auth-rate-limit", "3", "--trusted-proxies", "127.0.0.1"]).await;
    haru.register("ana@example.com").await;
    haru.create_site("example.com", "UTC").await;
    make(&haru, json!({"name": "Numbers", "slug": "numbers", "password": "open sesame"})).await;
    make(&haru, json!({"name": "For all", "slug": "for-all"})).await;
    let try_from = |address: String, slug: &'static str, body: Value| {
        let url = haru.url(&format!("/api/v1/share/{slug}/session"));
        haru.client.post(url).header("x-forwarded-for", address).json(&body).send()
    };
    let guess = |address: String, slug| {
        let sent = try_from(address, slug, json!({"password": "open barley"}));
        async { sent.await.expect("sent").status() }
    };
    // One address, whatever it tries.
    for slug in ["numbers", "unknown-1", "unknown-2"] {
        assert_ne!(guess("198.51.100.1".to_owned(), slug).await, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(guess("198.51.100.1".to_owned(), "unknown-3").await, StatusCode::TOO_MANY_REQUESTS);
    // One link, whoever tries: ten times as often, as many may have the right password.
    let readers = (0..60).map(|reader| guess(format!("203.0.113.{reader}"), "unknown-4"));
    let answers = futures_util::future::join_all(readers).await;
    let tried = answers.iter().filter(|status| **status != StatusCode::TOO_MANY_REQUESTS).count();
    assert!((30..60).contains(&tried), "{tried}");
    // Who sends no password guesses none.
    for visitor in 0..8 {
        let opened = try_from(format!("198.51.100.{visitor}"), "for-all", json!({})).await.expect("sent");
        assert_eq!(opened.status(), StatusCode::OK);
    }
}

async fn a_disabled_account_shows_nothing(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let mut socket = Socket::connected(&stranger).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |data| data["liveVisitors"] == json!(0)).await;
    let database = database(&place).await;
    database.execute_unprepared("UPDATE site SET public = true").await.expect("public");
    assert_eq!(look(&haru, "example.com").await.status(), StatusCode::OK);
    database.execute_unprepared("UPDATE account SET disabled_at = 1").await.expect("disabled");
    for slug in ["numbers", "example.com"] {
        assert_eq!(look(&haru, slug).await.status(), StatusCode::NOT_FOUND, "{slug}");
    }
    ends_with(&mut socket, "the share session has ended").await;
    let asked = status(stranger.post("/api/v2/query", &question("example.com"))).await;
    assert_eq!(asked, StatusCode::UNAUTHORIZED);
}
