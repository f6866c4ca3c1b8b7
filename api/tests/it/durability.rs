//! What was answered with 200 is in the database, also when the process ends.

use std::sync::Arc;

use serde_json::json;

use crate::harness::{Db, Haru, Place, on_both};

on_both!(
    a_clean_end_commits_what_is_under_way,
    many_at_once_are_counted_exactly,
    two_processes_cannot_share_a_data_directory
);

const FLAGS: [&str; 4] = ["--trusted-proxies", "127.0.0.1", "--collect-rate-limit", "0"];

/// Sends hits until the service refuses, from many clients at once; answers how many were acknowledged.
async fn hammer(haru: &Haru, token: &str, clients: u8, each: usize) -> usize {
    let base = Arc::new(haru.url(&format!("/api/collect?t={token}")));
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let base = base.clone();
            tokio::spawn(async move {
                let http = reqwest::Client::new();
                let mut acknowledged = 0;
                for _ in 0..each {
                    let sent = http.post(base.as_str()).header("user-agent", crate::harness::CHROME_MAC);
                    let sent = sent.header("x-forwarded-for", format!("198.51.100.{client}")).body(r#"{"p":"/"}"#);
                    match sent.send().await {
                        Ok(answer) if answer.status() == 200 => acknowledged += 1,
                        _ => break,
                    }
                }
                acknowledged
            })
        })
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await.expect("joined");
    }
    total
}

async fn a_clean_end_commits_what_is_under_way(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&FLAGS).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    let token = haru.token.clone();
    let load = Haru::at(haru.base.clone());
    let tracking = site.token.clone();
    let load = tokio::spawn(async move { hammer(&load, &tracking, 8, 10_000).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    haru.stop().await;
    let acknowledged = load.await.expect("joined");
    assert!(acknowledged > 0);
    let mut haru = place.start(&FLAGS).await;
    haru.token = token;
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([acknowledged]));
}

async fn many_at_once_are_counted_exactly(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let acknowledged = hammer(&haru, &site.token, 16, 50).await;
    assert_eq!(acknowledged, 800);
    assert_eq!(haru.results("example.com", &["visitors", "events"], &[]).await[0]["metrics"], json!([16, 800]));
}

async fn two_processes_cannot_share_a_data_directory(db: Db) {
    let (_haru, place) = Haru::start(db).await;
    let error = haru::serve::start(&place.config(&[]), std::future::pending()).await.expect_err("it is in use");
    assert!(error.starts_with("HARU_DATA_DIR: ") && error.ends_with("is in use by another haru process"), "{error}");
    assert!(!error.contains('\n'));
}

/// Several nodes share a PostgreSQL and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_count_and_see_the_same() {
    let one_place = Place::new(Db::Postgres).await;
    let other_place =
        Place { dir: tempfile::tempdir().expect("a directory"), database_url: one_place.database_url.clone() };
    let mut one = one_place.start(&FLAGS).await;
    let mut other = other_place.start(&FLAGS).await;
    one.register("ana@example.com").await;
    other.token = one.token.clone();
    let site = one.create_site("example.com", "UTC").await;
    let question =
        async |node: &Haru| node.results("example.com", &["visitors", "events"], &[]).await[0]["metrics"].clone();
    assert_eq!((question(&one).await, question(&other).await), (json!([0, 0]), json!([0, 0])));
    for round in 1..=5 {
        // The same visitor on both nodes is one visitor: salts are shared.
        one.count(&site.token, 1, json!({"p": "/"})).await;
        other.count(&site.token, 1, json!({"p": "/", "id": format!("round {round}")})).await;
        one.count(&site.token, 1, json!({"p": "/", "id": format!("round {round}")})).await;
        let expected = json!([1, 2 * round]);
        assert_eq!((question(&one).await, question(&other).await), (expected.clone(), expected));
    }
}
