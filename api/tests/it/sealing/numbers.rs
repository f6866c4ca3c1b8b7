//! What is seen of sealed days, in memory and anew.

use chrono::{DateTime, Duration, Timelike, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{after_restart, database, history, item, noon, number, numbers, output, run, send, total_events};
use crate::harness::{Db, Haru, on_both};

on_both!(
    numbers_are_the_same_before_and_after_sealing,
    what_was_sealed_between_two_looks_is_seen,
    what_was_sealed_of_a_growing_day_is_seen,
    a_changed_timezone_leaves_days_as_they_were,
    an_export_has_every_event_once,
);

async fn numbers_are_the_same_before_and_after_sealing(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "America/Sao_Paulo").await;
    send(&haru, "example.com", &history(6)).await;
    send(&haru, "example.com", &[item(Utc::now(), "ana", "/today")]).await;
    let before = numbers(&haru, "example.com").await;
    let told = run(&place, &["seal", "--site", "example.com"]).await;
    assert_eq!(told.lines().filter(|line| line.contains("events sealed")).count(), 6, "{told}");
    let database = database(&place).await;
    assert_eq!(
        number(&database, "SELECT SUM(events) FROM event_block").await,
        1,
        "rows of days that are over are gone"
    );
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 6);
    assert_eq!(numbers(&haru, "example.com").await, before, "in a process that had read rows");
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before, "in a process that reads segments");

    // Late ones, one of them before all others.
    let late = [item(noon(2), "late", "/"), item(noon(2), "visitor 1", "/late"), item(noon(9), "visitor 1", "/first")];
    send(&haru, "example.com", &late).await;
    let mixed = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&mixed), &json!(total_events(&before).as_i64().expect("a number") + 3));
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, mixed, "segments and rows beside them");
    run(&place, &["seal"]).await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 1);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 7, "what was replaced is gone");
    assert_eq!(numbers(&haru, "example.com").await, mixed);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, mixed);
    let all = json!({"site_id": "example.com", "metrics": ["events"], "date_range": "all", "dimensions": ["time:day"]});
    let days = haru.query(all).await["results"].take();
    assert_eq!(days.as_array().expect("rows").len(), 8, "the first event is in a segment: {days}");
    let listed = run(&place, &["seal", "--list"]).await;
    assert_eq!(listed.lines().filter(|line| line.contains("1 parts")).count(), 7, "{listed}");
    assert!(!listed.contains("to be"), "{listed}");
}

async fn what_was_sealed_between_two_looks_is_seen(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(3)).await;
    let before = numbers(&haru, "example.com").await;
    // Nobody looks between a row's coming and its going.
    send(&haru, "example.com", &[item(noon(2), "late", "/")]).await;
    run(&place, &["seal"]).await;
    assert_eq!(number(&database(&place).await, "SELECT SUM(events) FROM event_block").await, 0);
    let after = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&after), &json!(total_events(&before).as_i64().expect("a number") + 1));
    // The same beside rows that are still there.
    send(&haru, "example.com", &[item(noon(2), "later", "/")]).await;
    run(&place, &["seal"]).await;
    send(&haru, "example.com", &[item(noon(2), "latest", "/"), item(Utc::now(), "now", "/")]).await;
    let last = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&last), &json!(total_events(&after).as_i64().expect("a number") + 3));
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, last);
}

/// A zone in which the day ended less than an hour ago, so that it is kept as one that may still grow.
fn zone_after_midnight(now: DateTime<Utc>) -> String {
    match now.hour() {
        0 => "Etc/GMT".to_owned(),
        hour @ 1..=12 => format!("Etc/GMT+{hour}"),
        hour => format!("Etc/GMT-{}", 24 - hour),
    }
}

async fn what_was_sealed_of_a_growing_day_is_seen(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let now = Utc::now();
    haru.create_site("example.com", &zone_after_midnight(now)).await;
    let yesterday = now - Duration::minutes(90);
    send(&haru, "example.com", &[item(yesterday, "ana", "/"), item(now, "ana", "/")]).await;
    let pages = async || {
        let query = json!({"site_id": "example.com", "metrics": ["pageviews"], "date_range": "7d"});
        haru.query(query).await["results"][0]["metrics"][0].clone()
    };
    assert_eq!(pages().await, json!(2));
    send(&haru, "example.com", &[item(yesterday, "ben", "/")]).await;
    run(&place, &["seal"]).await;
    assert_eq!(number(&database(&place).await, "SELECT SUM(events) FROM event_block").await, 1);
    assert_eq!(pages().await, json!(3));
    send(&haru, "example.com", &[item(yesterday, "eva", "/"), item(now, "eva", "/")]).await;
    assert_eq!(pages().await, json!(5));
}

async fn a_changed_timezone_leaves_days_as_they_were(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "Asia/Kathmandu").await;
    send(&haru, "example.com", &history(6)).await;
    run(&place, &["seal", "--site", "example.com", "--day", &noon(6).date_naive().to_string()]).await;
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 1);
    // Midnight of five days ago in Kathmandu, 5:45 ahead; from then on New York's days.
    let since = (noon(5) - Duration::hours(12) - Duration::minutes(345)).timestamp_millis();
    let era = format!(
        "INSERT INTO site_timezone (site_id, since, timezone) SELECT id, {since}, 'America/New_York' FROM site"
    );
    database.execute_unprepared(&era).await.expect("inserted");
    let night = noon(4) - Duration::hours(9);
    send(&haru, "example.com", &[item(night, "owl", "/"), item(night + Duration::hours(6), "owl", "/")]).await;
    let before = numbers(&haru, "example.com").await;
    run(&place, &["seal"]).await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    assert_eq!(numbers(&haru, "example.com").await, before);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    // As if a newer table of timezones moved all those days: what was sealed stays what it is, and is counted once.
    database.execute_unprepared("UPDATE site_timezone SET timezone = 'Asia/Tokyo'").await.expect("updated");
    send(&haru, "example.com", &[item(noon(5), "late", "/"), item(night, "late", "/")]).await;
    let moved = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&moved), &json!(total_events(&before).as_i64().expect("a number") + 2));
    run(&place, &["seal"]).await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, moved);
}

async fn an_export_has_every_event_once(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let events = history(3);
    send(&haru, "example.com", &events).await;
    run(&place, &["seal"]).await;
    send(&haru, "example.com", &[item(noon(2), "late", "/"), item(Utc::now(), "now", "/")]).await;
    let dir = tempfile::tempdir().expect("a directory");
    let to = dir.path().display().to_string();
    let told = run(&place, &["export", "--site", "example.com", "--dir", &to]).await;
    assert_eq!(told, format!("Wrote {} events in 5 files to {to}.\n", events.len() + 2));
    let mut names: Vec<_> = std::fs::read_dir(dir.path())
        .expect("a directory")
        .map(|file| file.expect("a file").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    let name = |at: DateTime<Utc>, part| format!("example.com-{}-UTC-{part}.parquet", at.date_naive());
    let days = [(noon(3), 0), (noon(2), 0), (noon(2), 1), (noon(1), 0), (Utc::now(), 0)];
    assert_eq!(names, days.map(|(at, part)| name(at, part)));
    let bytes = std::fs::read(dir.path().join(name(noon(3), 0))).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));

    let again = output(super::haru(&place, &["export", "--site", "example.com", "--dir", &to])).await;
    assert_eq!(again.status.code(), Some(1), "files of another export would count twice");
    let dir = tempfile::tempdir().expect("a directory");
    let (to, day) = (dir.path().display().to_string(), noon(2).date_naive().to_string());
    let told = run(&place, &["export", "--site", "example.com", "--from", &day, "--to", &day, "--dir", &to]).await;
    assert!(told.contains(" in 2 files "), "{told}");
    let unknown = output(super::haru(&place, &["export", "--site", "nobodys.example", "--dir", &to])).await;
    assert_eq!(unknown.status.code(), Some(1));
}
