//! Share links: how they are made and opened, what they don't open, and how they end.

use std::time::Duration;

use chrono::Utc;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, expect, on_both};
use crate::sealing::{database, number};
use crate::socket::Socket;

on_both!(
    a_link_is_made_opened_changed_and_revoked,
    what_is_not_given_is_not_bounded_and_null_takes_away,
    a_password_opens_it_and_nothing_else_is_told_before,
    what_is_not_shown_is_the_same_404,
    a_share_session_reads_numbers_of_its_site_and_nothing_else,
    links_are_managed_by_admins_of_their_account,
    a_slug_is_taken_once_on_the_instance,
    wrong_links_are_refused,
    a_session_ends_with_its_link,
    an_open_subscription_ends_with_its_link,
    an_open_subscription_ends_when_its_link_shows_something_else,
    what_is_no_share_token_is_nobody,
    passwords_are_tried_a_few_times_a_minute,
    pages_are_embedded_by_whom_the_link_says,
    a_deleted_site_takes_its_links_along,
    a_disabled_account_shows_nothing,
    what_is_done_with_links_is_in_the_audit_log,
    a_site_has_so_many_links_and_no_more,
);

const LINKS: &str = "/api/v1/sites/example.com/share-links";

/// A link of `example.com`.
pub(super) async fn make(haru: &Haru, wish: Value) -> Value {
    expect(haru.post(LINKS, &wish).send().await.expect("sent"), StatusCode::CREATED).await
}

fn path(link: &Value) -> String {
    format!("{LINKS}/{}", link["id"].as_str().expect("an id"))
}

pub(super) async fn change(haru: &Haru, link: &Value, change: Value) -> Value {
    let sent = haru.client.patch(haru.url(&path(link))).bearer_auth(&haru.token).json(&change).send();
    expect(sent.await.expect("sent"), StatusCode::OK).await
}

async fn revoke(haru: &Haru, link: &Value) {
    let sent = haru.client.delete(haru.url(&path(link))).bearer_auth(&haru.token).send().await.expect("sent");
    assert_eq!(sent.status(), StatusCode::NO_CONTENT);
}

async fn read(haru: &Haru, link: &Value) -> Value {
    expect(haru.get(&path(link)).send().await.expect("sent"), StatusCode::OK).await
}

/// Looks at an address as a stranger.
async fn look(haru: &Haru, slug: &str) -> Response {
    reqwest::Client::new().get(haru.url(&format!("/api/v1/share/{slug}"))).send().await.expect("sent")
}

/// Opens an address as a stranger.
async fn knock(haru: &Haru, slug: &str, body: &Value) -> Response {
    let url = haru.url(&format!("/api/v1/share/{slug}/session"));
    reqwest::Client::new().post(url).json(body).send().await.expect("sent")
}

/// A stranger who has opened the link.
pub(super) async fn stranger(haru: &Haru, link: &Value) -> Haru {
    let slug = link["slug"].as_str().expect("a slug");
    let session = expect(knock(haru, slug, &json!({})).await, StatusCode::OK).await;
    let mut stranger = Haru::at(haru.base.clone());
    session["access_token"].as_str().expect("a token").clone_into(&mut stranger.token);
    stranger
}

pub(super) fn question(site: &str) -> Value {
    json!({"site_id": site, "metrics": ["visitors"], "date_range": "day"})
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("sent").status()
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

async fn a_link_is_made_opened_changed_and_revoked(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "Europe/Lisbon").await;
    haru.count(&site.token, 1, json!({"p": "/hello"})).await;
    let wish = json!({"name": " Our numbers ", "slug": "our-numbers", "panels": ["sources", "pages"], "last_days": 30,
        "expires_at": "2999-01-31T01:00:00+01:00", "embed_origins": ["https://Blog.example.com/"]});
    let made = make(&haru, wish).await;
    assert_eq!(made["name"], "Our numbers");
    assert_eq!(
        made["url"],
        format!(
            "{}/share/our-numbers",
            made["url"].as_str().expect("text").rsplit_once("/share/").expect("an address").0
        )
    );
    assert_eq!(made["panels"], json!(["pages", "sources"]));
    assert_eq!(made["expires_at"], "2999-01-31T00:00:00.000Z");
    assert_eq!(made["embed_origins"], json!(["https://blog.example.com"]));
    assert_eq!(
        (&made["has_password"], &made["paused"], &made["properties"]),
        (&json!(false), &json!(false), &json!(false))
    );
    assert_eq!((&made["views"], &made["last_viewed_at"]), (&json!(0), &Value::Null));
    assert_eq!(read(&haru, &made).await, made);
    let list = expect(haru.get(LINKS).send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!(list, json!({"share_links": [made]}));

    let door = expect(look(&haru, "our-numbers").await, StatusCode::OK).await;
    let shown = json!({"name": "A site", "domain": "example.com"});
    assert_eq!(door, json!({"needs_password": false, "site": shown, "name": "Our numbers"}));
    assert_eq!(read(&haru, &made).await["views"], 0, "looking is not opening");
    let answer = knock(&haru, "our-numbers", &json!({})).await;
    assert_eq!(answer.headers().get(header::SET_COOKIE), None);
    let mut session = expect(answer, StatusCode::OK).await;
    assert!(session["access_token"].take().as_str().expect("a token").split('.').count() == 3);
    assert_eq!(
        session,
        json!({"access_token": null, "token_type": "Bearer", "expires_in": 12 * 60 * 60, "name": "Our numbers",
            "site": {"id": site.id, "domain": "example.com", "name": "A site", "timezone": "Europe/Lisbon"},
            "panels": ["pages", "sources"], "last_days": 30, "properties": false, "embed": true})
    );
    let stranger = stranger(&haru, &made).await;
    let results = stranger.query(question("example.com")).await["results"].take();
    assert_eq!(results, json!([{"metrics": [1], "dimensions": []}]));
    let after = read(&haru, &made).await;
    assert_eq!(after["views"], 2);
    assert!(after["last_viewed_at"].is_string());

    revoke(&haru, &made).await;
    let gone = stranger.post("/api/v2/query", &question("example.com")).send().await.expect("sent");
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED, "at once on this node");
    assert_eq!(status(haru.get(&path(&made))).await, StatusCode::NOT_FOUND);
    assert_eq!(look(&haru, "our-numbers").await.status(), StatusCode::NOT_FOUND);
}

async fn what_is_not_given_is_not_bounded_and_null_takes_away(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let plain = make(&haru, json!({"name": "All"})).await;
    for absent in ["panels", "since", "until", "last_days", "expires_at"] {
        assert_eq!(plain[absent], Value::Null, "{absent}");
    }
    let slug = plain["slug"].as_str().expect("a slug");
    assert!(slug.len() >= 16 && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{slug}");
    let bounds = json!({"password": "open sesame", "expires_at": "2999-01-01T00:00:00Z", "panels": [], "since": "2026-01-01",
        "until": "2999-01-01", "last_days": 7, "properties": true, "embed_origins": ["*"], "name": "Some", "slug": "some"});
    let bounded = change(&haru, &plain, bounds.clone()).await;
    assert_eq!(bounded["has_password"], true);
    for (key, value) in bounds.as_object().expect("an object") {
        if !["password", "expires_at"].contains(&key.as_str()) {
            assert_eq!(&bounded[key], value, "{key}");
        }
    }
    assert_eq!(change(&haru, &plain, json!({})).await, bounded, "what is not given stays");
    assert_eq!(look(&haru, slug).await.status(), StatusCode::NOT_FOUND, "the old address");
    let nothing = json!({"password": null, "expires_at": null, "panels": null, "since": null, "until": null,
        "last_days": null, "properties": false, "embed_origins": [], "name": "All", "slug": slug});
    assert_eq!(change(&haru, &plain, nothing).await, plain);
    let until = haru.client.patch(haru.url(&path(&plain))).bearer_auth(&haru.token);
    change(&haru, &plain, json!({"since": "2026-05-01"})).await;
    let problem = expect(
        until.json(&json!({"until": "2026-04-30"})).send().await.expect("sent"),
        StatusCode::UNPROCESSABLE_ENTITY,
    );
    assert_eq!(problem.await["errors"][0]["field"], "until");
}

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

async fn links_are_managed_by_admins_of_their_account(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("other.example", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let elsewhere = path(&link).replace("example.com", "other.example");
    assert_eq!(status(haru.get(&elsewhere)).await, StatusCode::NOT_FOUND, "under another site");
    for strange in ["%00", "nonsense"] {
        assert_eq!(status(haru.get(&format!("{LINKS}/{strange}"))).await, StatusCode::NOT_FOUND, "{strange}");
    }
    let owner = haru.token.clone();
    haru.register("ben@example.com").await;
    for (method, path) in [
        (Method::GET, LINKS.to_owned()),
        (Method::POST, LINKS.to_owned()),
        (Method::GET, path(&link)),
        (Method::PATCH, path(&link)),
        (Method::DELETE, path(&link)),
    ] {
        let request = haru.client.request(method.clone(), haru.url(&path)).bearer_auth(&haru.token);
        let request = if method == Method::GET { request } else { request.json(&json!({"name": "Mine"})) };
        assert_eq!(status(request).await, StatusCode::NOT_FOUND, "{method} {path} of another account");
        let none = haru.client.request(method.clone(), haru.url(&path)).json(&json!({"name": "Mine"}));
        assert_eq!(status(none).await, StatusCode::UNAUTHORIZED, "{method} {path} of nobody");
    }
    haru.token = owner;
    database(&place).await.execute_unprepared("UPDATE member SET role = 'viewer'").await.expect("a viewer");
    let viewer = place_login(&haru).await;
    for request in [viewer.get(LINKS), viewer.get(&path(&link)), viewer.post(LINKS, &json!({"name": "x"}))] {
        assert_eq!(status(request).await, StatusCode::FORBIDDEN);
    }
}

/// Ana, logged in anew.
async fn place_login(haru: &Haru) -> Haru {
    let mut again = Haru::at(haru.base.clone());
    let body = json!({"email": "ana@example.com", "password": crate::harness::PASSWORD});
    let sent = again.client.post(again.url("/api/v1/auth/login")).json(&body).send().await.expect("sent");
    let session = expect(sent, StatusCode::OK).await;
    session["access_token"].as_str().expect("a token").clone_into(&mut again.token);
    again
}

async fn a_slug_is_taken_once_on_the_instance(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("other.example", "UTC").await;
    make(&haru, json!({"name": "One", "slug": "numbers"})).await;
    let two = make(&haru, json!({"name": "Two"})).await;
    let wish = json!({"name": "Three", "slug": "numbers"});
    let taken = haru.post("/api/v1/sites/other.example/share-links", &wish).send().await.expect("sent");
    assert_eq!(expect(taken, StatusCode::CONFLICT).await["errors"][0]["field"], "slug");
    let patch = haru.client.patch(haru.url(&path(&two))).bearer_auth(&haru.token).json(&json!({"slug": "numbers"}));
    assert_eq!(status(patch).await, StatusCode::CONFLICT);
    assert_eq!(read(&haru, &two).await, two);
}

async fn wrong_links_are_refused(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    for (field, value) in [
        ("name", json!(" ")),
        ("name", json!("a\r\nb")),
        ("slug", json!("ab")),
        ("slug", json!("Not Plain")),
        ("slug", json!("a\u{0}bc")),
        ("slug", json!("a".repeat(61))),
        ("password", json!("short")),
        ("password", json!("x".repeat(129))),
        ("expires_at", json!("2020-01-01T00:00:00Z")),
        ("expires_at", json!("tomorrow")),
        ("panels", json!(["cities"])),
        ("since", json!("2026-02-30")),
        ("until", json!("soon")),
        ("last_days", json!(0)),
        ("last_days", json!(100_000)),
        ("embed_origins", json!(["https://example.com/path"])),
        ("embed_origins", json!(["https://example.com; script-src *"])),
        ("embed_origins", json!(["https://example.com\r\nset-cookie: a=b"])),
        ("embed_origins", json!(["'self'"])),
        ("embed_origins", json!((0..21).map(|n| format!("https://{n}.example.com")).collect::<Vec<_>>())),
    ] {
        let mut wish = json!({"name": "Numbers"});
        wish[field] = value.clone();
        let refused = haru.post(LINKS, &wish).send().await.expect("sent");
        let problem = expect(refused, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{field} {value}");
    }
    for body in [json!({"name": "x", "views": 7}), json!({"slug": "abc"}), json!({"name": "x", "panels": "pages"})] {
        assert_eq!(status(haru.post(LINKS, &body)).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM share_link").await, 0);
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

/// Reads messages until one says so.
async fn ends_with(socket: &mut Socket, words: &str) {
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains(words) {
            return;
        }
    }
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
    for (what, addresses, slugs) in [
        ("address", ["198.51.100.1"; 4], ["numbers", "unknown-1", "unknown-2", "unknown-3"]),
        ("slug", ["198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.5"], ["unknown-4"; 4]),
    ] {
        let mut last = StatusCode::OK;
        for (address, slug) in addresses.into_iter().zip(slugs) {
            last = try_from(address.to_owned(), slug, json!({"password": "open barley"})).await.expect("sent").status();
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "per {what}");
    }
    // Who sends no password guesses none.
    for visitor in 0..8 {
        let opened = try_from(format!("198.51.100.{visitor}"), "for-all", json!({})).await.expect("sent");
        assert_eq!(opened.status(), StatusCode::OK);
    }
}

async fn pages_are_embedded_by_whom_the_link_says(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let origins = json!(["https://blog.example.com", "https://intranet.example:8443"]);
    make(&haru, json!({"name": "Some", "slug": "some", "embed_origins": origins})).await;
    make(&haru, json!({"name": "Any", "slug": "any", "embed_origins": ["*"]})).await;
    make(&haru, json!({"name": "None", "slug": "none"})).await;
    let paused = make(&haru, json!({"name": "Paused", "slug": "paused", "embed_origins": ["*"]})).await;
    assert!(ancestors(&haru, "/share/paused").await.ends_with("frame-ancestors *"));
    change(&haru, &paused, json!({"paused": true})).await;
    let named = "frame-ancestors https://blog.example.com https://intranet.example:8443";
    for (page, expected) in [
        ("/share/some", named),
        ("/share/any", "frame-ancestors *"),
        ("/share/none", "frame-ancestors 'none'"),
        ("/share/paused", "frame-ancestors 'none'"),
        ("/share/unknown", "frame-ancestors 'none'"),
        ("/share/any/more", "frame-ancestors 'none'"),
        ("/share/", "frame-ancestors 'none'"),
        ("/", "frame-ancestors 'none'"),
        ("/sites", "frame-ancestors 'none'"),
    ] {
        let policy = ancestors(&haru, page).await;
        assert!(policy.starts_with("default-src 'self'; script-src 'self';"), "{page}: {policy}");
        assert!(policy.ends_with(expected), "{page}: {policy}");
        let headers = haru.client.get(haru.url(page)).send().await.expect("sent").headers().clone();
        let robots = headers.get("x-robots-tag").map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(robots.as_deref(), page.starts_with("/share/").then_some("noindex"), "{page}");
    }
}

async fn ancestors(haru: &Haru, page: &str) -> String {
    let headers = haru.client.get(haru.url(page)).send().await.expect("sent").headers().clone();
    headers["content-security-policy"].to_str().expect("text").to_owned()
}

async fn a_deleted_site_takes_its_links_along(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let deleted = haru.client.delete(haru.url("/api/v1/sites/example.com")).bearer_auth(&haru.token);
    assert_eq!(status(deleted).await, StatusCode::NO_CONTENT);
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM share_link").await, 0);
    assert_eq!(look(&haru, "numbers").await.status(), StatusCode::NOT_FOUND);
    let asked = status(stranger.post("/api/v2/query", &question("example.com"))).await;
    assert!([StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&asked), "{asked}");
    // Its slug is free again.
    haru.create_site("example.com", "UTC").await;
    make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
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

async fn what_is_done_with_links_is_in_the_audit_log(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    change(&haru, &link, json!({"paused": true})).await;
    revoke(&haru, &link).await;
    let database = database(&place).await;
    for action in ["share_link.made", "share_link.changed", "share_link.revoked"] {
        let sql =
            format!("SELECT COUNT(*) FROM audit_entry WHERE action = '{action}' AND subject = 'Numbers (example.com)'");
        assert_eq!(number(&database, &sql).await, 1, "{action}");
    }
}

async fn a_site_has_so_many_links_and_no_more(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    for count in 0..100 {
        make(&haru, json!({"name": format!("Link {count}")})).await;
    }
    let refused = haru.post(LINKS, &json!({"name": "One more"})).send().await.expect("sent");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let list = expect(haru.get(LINKS).send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!(list["share_links"].as_array().map(Vec::len), Some(100));
}
