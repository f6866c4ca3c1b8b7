//! What a site counts, for how long it keeps it, and emptying it.

mod counted;
mod reset;
mod retention;

use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, expect, json_of, on_both, status};

on_both!(
    settings_are_changed_one_by_one,
    wrong_settings_are_refused_by_field,
    a_changed_domain_keeps_the_data,
    settings_are_for_those_who_may_change_the_site,
);

fn path(more: &str) -> String {
    format!("/api/v1/sites/example.com{more}")
}

/// Changes the site `example.com`; answers it.
async fn change(haru: &Haru, body: Value) -> Value {
    json_of(haru.patch(&path(""), &body), StatusCode::OK).await
}

async fn site(haru: &Haru) -> Value {
    json_of(haru.get(&path("")), StatusCode::OK).await
}

/// The first column of each row, as text.
async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
}

async fn settings_are_changed_one_by_one(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let made = site(&haru).await;
    let settings = |site: &Value| {
        ["allowed_hostnames", "excluded_paths", "retention_days", "public", "honour_dnt", "excluded_addresses"]
            .map(|name| site[name].clone())
    };
    assert_eq!(settings(&made), [json!([]), json!([]), Value::Null, json!(false), json!(false), json!(0)]);
    assert!(made.get("retention_days").is_none(), "left out when there is none");

    let hosts = json!({"allowed_hostnames": ["WWW.Example.com", "*.Bücher.example", "example.com"]});
    let changed = change(&haru, hosts).await;
    assert_eq!(changed["allowed_hostnames"], json!(["example.com", "*.xn--bcher-kva.example"]));
    let changed = change(&haru, json!({"excluded_paths": [" /admin/** ", "/ä/*", "/admin/**"]})).await;
    assert_eq!(changed["excluded_paths"], json!(["/admin/**", "/ä/*"]));
    let changed = change(&haru, json!({"retention_days": 400, "public": true, "honour_dnt": true})).await;
    let all = [
        json!(["example.com", "*.xn--bcher-kva.example"]),
        json!(["/admin/**", "/ä/*"]),
        json!(400),
        json!(true),
        json!(true),
        json!(0),
    ];
    assert_eq!(settings(&changed), all, "what is not given stays");
    assert_eq!(site(&haru).await, changed);
    let list = json_of(haru.get("/api/v1/sites"), StatusCode::OK).await;
    assert_eq!(list["sites"], json!([changed]));

    let off = json!({"allowed_hostnames": [], "excluded_paths": [], "retention_days": null, "public": false,
        "honour_dnt": false});
    assert_eq!(change(&haru, off).await, made);
}

async fn wrong_settings_are_refused_by_field(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let before = site(&haru).await;
    let many = |text: &str| (0..51).map(|number| format!("{text}{number}")).collect::<Vec<_>>();
    let wrong = [
        ("allowed_hostnames", json!(["example.com", "no host"])),
        ("allowed_hostnames", json!(["a.*.example"])),
        ("allowed_hostnames", json!([""])),
        ("allowed_hostnames", json!(["exam\u{0}ple.com"])),
        ("allowed_hostnames", json!(["example.com\nexample.net"])),
        ("allowed_hostnames", json!(many("host"))),
        ("excluded_paths", json!(["admin"])),
        ("excluded_paths", json!([""])),
        ("excluded_paths", json!(["/a\nb"])),
        ("excluded_paths", json!(["/a\u{0}b"])),
        ("excluded_paths", json!([format!("/{}", "x".repeat(200))])),
        ("excluded_paths", json!(many("/"))),
        ("retention_days", json!(0)),
        ("retention_days", json!(-1)),
        ("retention_days", json!(36_501)),
        ("retention_days", json!(i64::MAX)),
    ];
    for (field, value) in wrong {
        let answer = haru.patch(&path(""), &json!({(field): value, "public": true})).send().await.expect("sent");
        let told = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(told["errors"][0]["field"], field, "{value}");
    }
    for unreadable in [json!({"retention_days": "a year"}), json!({"public": 1}), json!({"excluded_paths": "/a"})] {
        assert_eq!(status(haru.patch(&path(""), &unreadable)).await, StatusCode::BAD_REQUEST, "{unreadable}");
    }
    for (field, body) in [
        ("address", json!({"address": "nowhere"})),
        ("address", json!({"address": "203.0.113.0/24"})),
        ("address", json!({"address": "203.0.113.7\u{0}"})),
        ("note", json!({"address": "203.0.113.7", "note": "x".repeat(101)})),
        ("note", json!({"address": "203.0.113.7", "note": "a\u{0}b"})),
    ] {
        let answer = haru.post(&path("/excluded-addresses"), &body).send().await.expect("sent");
        let told = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(told["errors"][0]["field"], field, "{body}");
        assert!(!told.to_string().contains("203.0"), "{told}");
    }
    for domain in ["example.net", "", "shop.example.com"] {
        let answer = haru.post(&path("/reset"), &json!({"domain": domain})).send().await.expect("sent");
        assert_eq!(expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await["errors"][0]["field"], "domain", "{domain}");
    }
    assert_eq!(site(&haru).await, before);
}

async fn a_changed_domain_keeps_the_data(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let made = haru.create_site("example.com", "UTC").await;
    haru.count(&made.token, 1, json!({"p": "/"})).await;
    assert_eq!(change(&haru, json!({"domain": "https://www.Example.org/"})).await["domain"], "example.org");
    haru.count(&made.token, 2, json!({"p": "/"})).await;
    for name in ["example.org", &made.id] {
        assert_eq!(haru.results(name, &["visitors", "pageviews"], &[]).await[0]["metrics"], json!([2, 2]), "{name}");
    }
    assert_eq!(status(haru.get(&path(""))).await, StatusCode::NOT_FOUND);
    haru.create_site("example.com", "UTC").await;
    assert_eq!(haru.results("example.com", &["visitors"], &[]).await[0]["metrics"], json!([0]));
}

async fn settings_are_for_those_who_may_change_the_site(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    haru.create_site("example.com", "UTC").await;
    let body = json!({"address": "203.0.113.7"});
    let added = haru.post(&path("/excluded-addresses"), &body).send().await.expect("sent");
    let id = expect(added, StatusCode::CREATED).await["id"].as_str().expect("an id").to_owned();
    let requests = |haru: &Haru| {
        [
            haru.patch(&path(""), &json!({"public": true})),
            haru.get(&path("/excluded-addresses")),
            haru.post(&path("/excluded-addresses"), &json!({"address": "203.0.113.8"})),
            haru.delete(&path(&format!("/excluded-addresses/{id}"))),
            haru.post(&path("/reset"), &json!({"domain": "example.com"})),
        ]
    };
    let wish = json!({"name": "A reader", "scopes": ["sites:read", "stats:read", "events:write"]});
    let made = json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let reader = haru.bearing(&made["token"]);
    for request in requests(&reader) {
        assert_eq!(status(request).await, StatusCode::FORBIDDEN);
    }
    let nobody = Haru::at(haru.base.clone());
    for request in requests(&nobody) {
        assert_eq!(status(request).await, StatusCode::UNAUTHORIZED);
    }
    let before = site(&haru).await;
    let mut eva = Haru::at(haru.base.clone());
    eva.register("eva@example.com").await;
    for request in requests(&eva) {
        assert_eq!(status(request).await, StatusCode::NOT_FOUND);
    }
    eva.create_site("example.org", "UTC").await;
    let of_another = eva.delete(&format!("/api/v1/sites/example.org/excluded-addresses/{id}"));
    assert_eq!(status(of_another).await, StatusCode::NOT_FOUND, "an address of another site");
    assert_eq!(site(&haru).await, before);
    assert_eq!(before["excluded_addresses"], 1);
}
