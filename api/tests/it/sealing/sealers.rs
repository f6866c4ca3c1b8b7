//! Who seals, who dies while sealing, and what is left.

use std::process::Stdio;

use chrono::{Duration, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{after_restart, database, exported, history, item, noon, number, numbers, output, run, send, total_events};
use crate::harness::{Db, Haru, eventually, on_both, status};

on_both!(
    the_service_seals_by_itself,
    many_sealers_at_once_leave_one_result,
    segments_of_a_deleted_site_are_removed,
    a_death_at_any_step_leaves_every_event_counted_once,
);

async fn the_service_seals_by_itself(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(3)).await;
    send(&haru, "example.com", &[item(Utc::now(), "now", "/")]).await;
    let before = numbers(&haru, "example.com").await;
    let haru = after_restart(haru, &place).await;
    let database = database(&place).await;
    eventually("the days to be sealed", async || {
        let rows = number(&database, "SELECT SUM(events) FROM event_block").await;
        assert_eq!(numbers(&haru, "example.com").await, before, "with {rows} rows left");
        (rows == 1).then_some(())
    })
    .await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 3);
    // A late row waits for an hour: the next look at what is due passes over its day.
    send(&haru, "example.com", &[item(noon(2), "late", "/"), item(noon(8), "early", "/")]).await;
    let haru = after_restart(haru, &place).await;
    eventually("the day that is new to be sealed", async || {
        (number(&database, "SELECT COUNT(*) FROM sealed_day WHERE state = 2").await == 4).then_some(())
    })
    .await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 2);
    let after = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&after), &json!(total_events(&before).as_i64().expect("a number") + 2));
}

async fn many_sealers_at_once_leave_one_result(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let events = history(4);
    send(&haru, "example.com", &events).await;
    let before = numbers(&haru, "example.com").await;
    let sealers: Vec<_> = (0..4).map(|_| tokio::spawn(output(super::haru(&place, &["seal"])))).collect();
    for sealer in sealers {
        let output = sealer.await.expect("joined");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let database = database(&place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    run(&place, &["seal"]).await;
    let sealed = i64::try_from(events.len()).expect("a number");
    assert_eq!(number(&database, "SELECT SUM(events) FROM sealed_day").await, sealed);
    assert_eq!(number(&database, "SELECT SUM(events) FROM segment").await, sealed, "no part of a loser is left");
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
}

async fn segments_of_a_deleted_site_are_removed(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    for site in ["gone.example", "kept.example"] {
        haru.create_site(site, "UTC").await;
        send(&haru, site, &history(6)).await;
    }
    run(&place, &["seal"]).await;
    send(&haru, "gone.example", &[item(noon(2), "late", "/")]).await;
    let kept = numbers(&haru, "kept.example").await;
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 12);
    assert_eq!(status(haru.delete("/api/v1/sites/gone.example?domain=gone.example")).await, StatusCode::NO_CONTENT);
    eventually("its segments to be removed", async || {
        let mut left = Vec::new();
        for table in ["event_block", "segment", "watermark", "sealed_day"] {
            left.push(number(&database, &format!("SELECT COUNT(*) FROM {table}")).await);
        }
        (left == [0, 6, 6, 6]).then_some(())
    })
    .await;
    run(&place, &["seal"]).await;
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "kept.example").await, kept);
}

async fn a_death_at_any_step_leaves_every_event_counted_once(db: Db) {
    let (mut haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let database = database(&place).await;
    let more_than_a_step = |visitor: &str| -> Vec<Value> {
        (0..1_300).map(|second| item(noon(3) + Duration::seconds(second), visitor, "/")).collect()
    };
    send(&haru, "example.com", &more_than_a_step("first")).await;
    run(&place, &["seal"]).await;
    let mut expected = 1_300;
    let steps =
        ["Begun", "Encoded", "Stored", "Verified", "Committed", "SomeBlocksCleared", "BlocksCleared", "APartCleared"];
    for step in steps {
        send(&haru, "example.com", &more_than_a_step(step)).await;
        expected += 1_300;
        let mut sealer = super::haru(&place, &["seal"]);
        sealer.env("HARU_TEST_DIE_AT", step).stderr(Stdio::null());
        assert_eq!(output(sealer).await.status.code(), None, "it was to be killed at {step}");
        assert_eq!(exported(&place).await, expected, "by another process, at {step}");
        let seen = numbers(&haru, "example.com").await;
        assert_eq!(total_events(&seen), &json!(expected), "in a process that had seen it before, at {step}");
        haru = after_restart(haru, &place).await;
        assert_eq!(numbers(&haru, "example.com").await, seen, "in a new process, at {step}");
        run(&place, &["seal"]).await;
        assert_eq!(exported(&place).await, expected, "after sealing that had died at {step}");
        assert_eq!(numbers(&haru, "example.com").await, seen, "after sealing that had died at {step}");
        let left = number(&database, "SELECT SUM(events) FROM event_block").await;
        let parts = number(&database, "SELECT COUNT(*) FROM segment").await;
        assert_eq!((left, parts), (0, 1), "sealing that died at {step} is completed");
    }
}
