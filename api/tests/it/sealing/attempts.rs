//! Attempts that fail, die, work slowly or are overtaken.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use chrono::{Duration, Utc};
use sea_orm::DatabaseConnection;
use serde_json::Value;

use super::{after_restart, database, exported, item, noon, number, numbers, output, run, send};
use crate::harness::{Db, Haru, Place, eventually, on_both};

on_both!(
    parts_of_attempts_that_die_do_not_pile_up,
    a_day_that_fails_is_left_alone_for_longer,
    an_attempt_at_work_says_so,
    an_overtaken_attempt_stops_and_leaves_nothing,
);

/// One event a second from noon on, three days ago.
fn events(count: i64) -> Vec<Value> {
    (0..count)
        .map(|second| item(noon(3) + Duration::seconds(second), &format!("visitor {}", second % 7), "/"))
        .collect()
}

/// `haru seal` with what only tests ask for.
fn seal(place: &Place, asked: &[(&str, &str)]) -> Command {
    let mut command = super::haru(place, &["seal"]);
    command.envs(asked.iter().copied());
    command
}

async fn segments(database: &DatabaseConnection) -> i64 {
    number(database, "SELECT COUNT(*) FROM segment").await
}

async fn attempts(database: &DatabaseConnection) -> i64 {
    number(database, "SELECT SUM(attempt) FROM sealed_day").await
}

/// Milliseconds for which the only day is left alone.
async fn left_alone(database: &DatabaseConnection) -> i64 {
    number(database, "SELECT leased_until FROM sealed_day").await - Utc::now().timestamp_millis()
}

async fn parts_of_attempts_that_die_do_not_pile_up(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &events(1_300)).await;
    let before = numbers(&haru, "example.com").await;
    let database = database(&place).await;
    for attempt in 1..=3 {
        let died = output(seal(&place, &[("HARU_TEST_PART_EVENTS", "500"), ("HARU_TEST_DIE_AT", "Verified")])).await;
        assert_eq!(died.status.code(), None, "it was to be killed");
        assert_eq!((attempts(&database).await, segments(&database).await), (attempt, 3), "those of the last one alone");
    }
    assert_eq!(exported(&place).await, 1_300);
    run(&place, &["seal"]).await;
    assert_eq!(segments(&database).await, 1);
    // The same once the day is sealed: its segments stay.
    send(&haru, "example.com", &events(1_300)).await;
    for _ in 0..3 {
        output(seal(&place, &[("HARU_TEST_PART_EVENTS", "500"), ("HARU_TEST_DIE_AT", "Verified")])).await;
        assert_eq!(segments(&database).await, 1 + 6);
        assert_eq!(exported(&place).await, 2_600);
    }
    run(&place, &["seal"]).await;
    assert_eq!((exported(&place).await, segments(&database).await), (2_600, 1));
    assert_ne!(numbers(&haru, "example.com").await, before);
}

async fn a_day_that_fails_is_left_alone_for_longer(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &events(1_300)).await;
    let database = database(&place).await;
    let minutes = 60_000;
    for (attempt, expected) in [(1, 2), (2, 4), (3, 8)] {
        let failed = output(seal(&place, &[("HARU_TEST_FAIL_AT", "Verified")])).await;
        assert_eq!(failed.status.code(), Some(1));
        assert_eq!((attempts(&database).await, segments(&database).await), (attempt, 0), "it removes its parts itself");
        let left = left_alone(&database).await;
        assert!(left > (expected - 1) * minutes && left <= expected * minutes, "{left} ms after attempt {attempt}");
    }
    // The service seals the other day, and leaves this one alone.
    send(&haru, "example.com", &[item(noon(2), "ana", "/")]).await;
    let haru = after_restart(haru, &place).await;
    eventually("the other day to be sealed", async || {
        (number(&database, "SELECT COUNT(*) FROM sealed_day WHERE state = 2").await == 1).then_some(())
    })
    .await;
    assert_eq!(attempts(&database).await, 3 + 1);
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 1_300);
    let before = numbers(&haru, "example.com").await;
    run(&place, &["seal"]).await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    assert_eq!(numbers(&haru, "example.com").await, before);
}

async fn an_attempt_at_work_says_so(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    // Each in a block of its own, so that several looks are taken.
    let quarters: Vec<_> =
        (0..80).map(|quarter| item(noon(3) + Duration::minutes(15 * quarter - 600), "ana", "/")).collect();
    for _ in 0..6 {
        send(&haru, "example.com", &quarters).await;
    }
    let database = database(&place).await;
    let slow = seal(&place, &[("HARU_TEST_REST_MS", "300"), ("HARU_TEST_RENEW_MS", "100")]);
    let sealer = tokio::spawn(output(slow));
    let mut seen = BTreeSet::new();
    while segments(&database).await == 0 && !sealer.is_finished() {
        seen.insert(number(&database, "SELECT leased_until FROM sealed_day").await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(seen.len() >= 4, "while it reads it renews its lease: {seen:?}");
    assert!(told(&sealer.await.expect("joined")).contains("480 events sealed"));
}

async fn an_overtaken_attempt_stops_and_leaves_nothing(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &events(9_000)).await;
    let before = numbers(&haru, "example.com").await;
    let database = database(&place).await;
    // It would take 18 s and more: there are nine looks at least.
    let slow = tokio::spawn(output(seal(&place, &[("HARU_TEST_REST_MS", "2000")])));
    eventually("the slow one to have begun", async || (attempts(&database).await == 1).then_some(())).await;
    run(&place, &["seal"]).await;
    let overtaken = std::time::Instant::now();
    assert!(told(&slow.await.expect("joined")).contains("left to another process"));
    assert!(overtaken.elapsed().as_secs() < 8, "it went on for {:?}", overtaken.elapsed());
    assert_eq!((attempts(&database).await, segments(&database).await), (2, 1));
    assert_eq!(exported(&place).await, 9_000);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
