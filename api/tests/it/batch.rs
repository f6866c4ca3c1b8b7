//! `POST /api/v1/sites/{site}/events`: events from servers.

use chrono::{Duration, SecondsFormat, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, expect, on_both};

on_both!(
    good_events_are_committed_and_bad_ones_named,
    an_id_counts_once_in_and_across_batches,
    past_days_can_be_told_too,
    a_batch_has_bounds_and_needs_rights,
);

async fn send(haru: &Haru, items: &Value, status: StatusCode) -> Value {
    let sent = haru.post("/api/v1/sites/example.com/events", items).send().await.expect("sent");
    expect(sent, status).await
}

async fn good_events_are_committed_and_bad_ones_named(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let items = json!([
        {"name": "pageview", "url": "https://example.com/a", "visitor": "ana", "country": "BR", "source": "Newsletter", "browser": "Firefox"},
        {"name": "pageview"},
        {"name": "pageview", "url": "https://example.com/b", "visitor": "ana", "nonsense": 1},
        {"name": "pageview", "url": "https://example.com/b", "visitor": "ben", "timestamp": "1999-12-31T23:59:59Z"},
        {"name": "order", "url": "https://example.com/b", "visitor": "ana", "props": {"plan": "pro"}, "revenue": {"currency": "EUR", "amount": "19.99"}},
    ]);
    let answer = send(&haru, &items, StatusCode::ACCEPTED).await;
    assert_eq!(answer["accepted"], json!(2));
    let rejected: Vec<_> = answer["rejected"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| {
            (
                item["index"].as_u64().expect("an index"),
                item["error"].as_str().expect("text").split(' ').next().expect("a word").to_owned(),
            )
        })
        .collect();
    assert_eq!(rejected, [(1, "url".to_owned()), (2, "nonsense".to_owned()), (3, "timestamp".to_owned())]);
    assert_eq!(
        haru.results("example.com", &["visitors", "pageviews", "events"], &[]).await[0]["metrics"],
        json!([1, 1, 2])
    );
    let stated = haru.results("example.com", &["visits"], &["visit:country", "visit:source", "visit:browser"]).await;
    assert_eq!(stated[0]["dimensions"], json!(["BR", "Newsletter", "Firefox"]));
}

async fn an_id_counts_once_in_and_across_batches(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let item = |id: &str| json!({"id": id, "name": "pageview", "url": "https://example.com/", "visitor": "ana"});
    let first = send(&haru, &json!([item("a"), item("b"), item("a")]), StatusCode::ACCEPTED).await;
    assert_eq!(first, json!({"accepted": 3, "rejected": []}));
    let second = send(&haru, &json!([item("b"), item("c")]), StatusCode::ACCEPTED).await;
    assert_eq!(second, json!({"accepted": 2, "rejected": []}));
    assert_eq!(haru.results("example.com", &["pageviews"], &[]).await[0]["metrics"], json!([3]));
}

async fn past_days_can_be_told_too(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "America/New_York").await;
    let at = |days: i64| (Utc::now() - Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let item = |days: i64, visitor: &str| json!({"name": "pageview", "url": "https://example.com/", "visitor": visitor, "timestamp": at(days)});
    // Look first, so that the days are in memory when late rows arrive for them.
    let looked = haru.query(json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "30d"})).await;
    assert_eq!(looked["results"][0]["metrics"], json!([0]));
    let items = json!([item(10, "ana"), item(10, "ana"), item(10, "ben"), item(5, "ana"), item(0, "ana")]);
    send(&haru, &items, StatusCode::ACCEPTED).await;
    let question = json!({"site_id": "example.com", "metrics": ["visitors", "pageviews"], "date_range": "30d"});
    assert_eq!(
        haru.query(question.clone()).await["results"][0]["metrics"],
        json!([4, 5]),
        "a visitor counts once a day"
    );
    send(&haru, &json!([item(10, "eva"), item(5, "ana")]), StatusCode::ACCEPTED).await;
    assert_eq!(haru.query(question).await["results"][0]["metrics"], json!([5, 7]), "late rows are seen");
    let all = haru.query(json!({"site_id": "example.com", "metrics": ["pageviews"], "date_range": "all", "dimensions": ["time:day"]})).await;
    assert_eq!(all["results"].as_array().expect("rows").len(), 3);
}

async fn a_batch_has_bounds_and_needs_rights(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let item = json!({"name": "pageview", "url": "https://example.com/", "visitor": "ana"});
    let thousand: Vec<_> = std::iter::repeat_n(&item, 1_000).collect();
    assert_eq!(send(&haru, &json!(thousand), StatusCode::ACCEPTED).await["accepted"], json!(1_000));
    let more: Vec<_> = std::iter::repeat_n(&item, 1_001).collect();
    send(&haru, &json!(more), StatusCode::BAD_REQUEST).await;
    let nobody = haru.client.post(haru.url("/api/v1/sites/example.com/events")).json(&json!([item])).send().await;
    assert_eq!(nobody.expect("sent").status(), StatusCode::UNAUTHORIZED);
    let large = "x".repeat(5 * 1024 * 1024);
    let large = haru.post("/api/v1/sites/example.com/events", &json!([large])).send().await.expect("sent");
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
