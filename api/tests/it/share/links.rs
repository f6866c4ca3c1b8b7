//! Links: how they are made, changed and listed, by whom, and where their pages are embedded.

use reqwest::{Method, StatusCode, header};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{LINKS, change, knock, look, make, path, question, read, revoke, stranger};
use crate::harness::{Db, Haru, Place, expect, json_of, on_both, status};
use crate::sealing::{database, number};

on_both!(
    a_link_is_made_opened_changed_and_revoked,
    what_is_not_given_is_not_bounded_and_null_takes_away,
    links_are_managed_by_admins_of_their_account,
    a_slug_is_taken_once_on_the_instance,
    wrong_links_are_refused,
    pages_are_embedded_by_whom_the_link_says,
    a_deleted_site_takes_its_links_along,
    what_is_done_with_links_is_in_the_audit_log,
    a_site_has_so_many_links_and_no_more,
);

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
    let list = json_of(haru.get(LINKS), StatusCode::OK).await;
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
    change(&haru, &plain, json!({"since": "2026-05-01"})).await;
    let until = haru.patch(&path(&plain), &json!({"until": "2026-04-30"}));
    assert_eq!(json_of(until, StatusCode::UNPROCESSABLE_ENTITY).await["errors"][0]["field"], "until");
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
    assert_eq!(status(haru.patch(&path(&two), &json!({"slug": "numbers"}))).await, StatusCode::CONFLICT);
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
        ("panels", json!(["hostnames"])),
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

async fn ancestors(haru: &Haru, page: &str) -> String {
    let headers = haru.client.get(haru.url(page)).send().await.expect("sent").headers().clone();
    headers["content-security-policy"].to_str().expect("text").to_owned()
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

async fn a_deleted_site_takes_its_links_along(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let deleted = haru.delete("/api/v1/sites/example.com?domain=example.com");
    assert_eq!(status(deleted).await, StatusCode::NO_CONTENT);
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM share_link").await, 0);
    assert_eq!(look(&haru, "numbers").await.status(), StatusCode::NOT_FOUND);
    let asked = status(stranger.post("/api/v2/query", &question("example.com"))).await;
    assert!([StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&asked), "{asked}");
    // Its slug is free again.
    haru.create_site("example.com", "UTC").await;
    make(&haru, json!({"name": "Numbers", "slug": "numbers"})).await;
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
    let list = json_of(haru.get(LINKS), StatusCode::OK).await;
    assert_eq!(list["share_links"].as_array().map(Vec::len), Some(100));
}
