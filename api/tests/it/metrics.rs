//! `GET /metrics`: who may read it, and that its numbers move.

use std::collections::HashMap;

use chrono::{Duration, SecondsFormat, Utc};
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{Db, Haru, Place, expect, on_both};

on_both!(metrics_are_for_who_has_the_token, caches_and_hits_are_counted);

const TOKEN: &str = "a-token-of-the-operator";

async fn metrics_are_for_who_has_the_token(db: Db) {
    let (haru, place) = Haru::start(db).await;
    let read = |haru: &Haru, token: &str| haru.client.get(haru.url("/metrics")).bearer_auth(token).send();
    assert_eq!(read(&haru, TOKEN).await.expect("sent").status(), StatusCode::NOT_FOUND, "no token is set");
    haru.stop().await;
    let mut haru = place.start(&["--metrics-token", TOKEN]).await;
    haru.register("ana@example.com").await;
    for wrong in ["", "guess", "a-token-of-the-operator2", &haru.token] {
        let answer = read(&haru, wrong).await.expect("sent");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    }
    let nobody = haru.client.get(haru.url("/metrics")).send().await.expect("sent");
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let answer = read(&haru, TOKEN).await.expect("sent");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
}

/// The numbers by name; each has its help and its type.
async fn numbers(haru: &Haru) -> HashMap<String, u64> {
    let sent = haru.client.get(haru.url("/metrics")).bearer_auth(TOKEN).send().await.expect("sent");
    let text = sent.text().await.expect("a body");
    let numbers: HashMap<String, u64> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("haru_ingest_commit_seconds"))
        .map(|line| line.split_once(' ').expect("a name and a number"))
        .map(|(name, number)| (name.to_owned(), number.parse().expect("a number")))
        .collect();
    assert!(text.contains("# TYPE haru_ingest_commit_seconds histogram\n"), "{text}");
    let names = numbers.keys().map(|name| name.split_once('{').map_or(&**name, |(name, _labels)| name));
    for (name, kind) in names.map(|name| (name, if name.ends_with("_total") { "counter" } else { "gauge" })) {
        assert!(text.contains(&format!("# HELP {name} ")), "{text}");
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{text}");
    }
    numbers
}

async fn caches_and_hits_are_counted(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--metrics-token", TOKEN]).await;
    haru.register("ana@example.com").await;
    haru.create_site("example.com", "UTC").await;
    let before = numbers(&haru).await;
    // A node listens as soon as it can, and requests there were.
    let told_elsewhere = |name: &str| {
        ["haru_nodes_listening", "haru_connections"].contains(&name) || name.starts_with("haru_http_requests_total")
    };
    assert!(
        before.iter().filter(|(name, _)| !told_elsewhere(name)).all(
            |(name, number)| (*number == 0) != ["haru_ingest_committing", "haru_ingest_taking"].contains(&&**name)
        ),
        "{before:?}"
    );

    assert_eq!(before[r#"haru_http_requests_total{class="api",status="201"}"#], 1, "a site was made: {before:?}");
    assert_eq!(before[r#"haru_http_requests_total{class="auth",status="201"}"#], 1, "and somebody registered");

    // Three hits five days ago: a day that is over.
    let day = Utc::now() - Duration::days(5);
    let item = json!({"name": "pageview", "url": "/", "visitor": "ana",
        "timestamp": day.to_rfc3339_opts(SecondsFormat::Secs, true)});
    let sent = haru.post("/api/v1/sites/example.com/events", &json!([item, item, item])).send().await.expect("sent");
    expect(sent, StatusCode::ACCEPTED).await;
    let date = day.format("%Y-%m-%d").to_string();
    let question = json!({"site_id": "example.com", "metrics": ["pageviews"], "date_range": [date, date]});

    // The day is read and computed once, ...
    assert_eq!(haru.query(question.clone()).await["results"][0]["metrics"], json!([3]));
    let first = numbers(&haru).await;
    let of = |name: &str| first[name];
    assert_eq!((of("haru_ingest_hits_acknowledged_total"), of("haru_ingest_hits_refused_total")), (3, 0));
    assert_eq!((of("haru_query_days_cache_hits_total"), of("haru_query_days_cache_misses_total")), (0, 1));
    assert_eq!((of("haru_query_partials_cache_hits_total"), of("haru_query_partials_cache_misses_total")), (0, 1));
    assert!(of("haru_query_days_cache_bytes") > 0 && of("haru_query_partials_cache_bytes") > 0, "{first:?}");

    // ... and the second time both are remembered.
    assert_eq!(haru.query(question).await["results"][0]["metrics"], json!([3]));
    let second = numbers(&haru).await;
    for cache in ["days", "partials"] {
        assert_eq!(second[&format!("haru_query_{cache}_cache_hits_total")], 1, "{second:?}");
        assert_eq!(second[&format!("haru_query_{cache}_cache_misses_total")], 1, "{second:?}");
    }
}
