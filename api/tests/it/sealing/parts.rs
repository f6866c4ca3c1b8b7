//! Days of several parts, each of which has something of everybody.

use chrono::Duration;
use serde_json::{Value, json};

use super::{after_restart, database, exported, item, noon, number, numbers, output, send, with};
use crate::harness::{Db, Haru, Place, on_both};

on_both!(a_day_of_several_parts_has_the_same_numbers, a_death_between_two_parts_leaves_every_event_counted_once);

/// 2,400 events of 40 visitors, whose visits all last from the first part to the last; two of each instant, in which the order
/// of arrival decides what a visit began and ended with.
fn events() -> Vec<Value> {
    (0..2_400)
        .map(|index| {
            let at = noon(3) + Duration::seconds(index / 2 * 3);
            let page = item(at, &format!("visitor {}", index / 2 % 40), &format!("/{}", index % 9));
            match index % 6 {
                0 => with(page, &json!({"source": format!("Source {}", index % 5), "country": "BR"})),
                1 => with(page, &json!({"name": "order", "props": {"plan": format!("plan {}", index % 4)}})),
                2 => with(
                    page,
                    &json!({"name": "engagement", "engagement_ms": 1_000 + index, "scroll_depth": index % 100}),
                ),
                _ => page,
            }
        })
        .collect()
}

async fn seal(place: &Place, asked: &[(&str, &str)]) -> Option<i32> {
    let mut command = super::haru(place, &["seal"]);
    command.envs(asked.iter().copied()).stderr(std::process::Stdio::null());
    output(command).await.status.code()
}

async fn a_day_of_several_parts_has_the_same_numbers(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &events()).await;
    let before = numbers(&haru, "example.com").await;
    let database = database(&place).await;
    assert_eq!(seal(&place, &[("HARU_TEST_PART_EVENTS", "700")]).await, Some(0));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 4);
    assert_eq!(number(&database, "SELECT MAX(events) FROM segment").await, 700);
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    assert_eq!(numbers(&haru, "example.com").await, before, "in a process that had read rows");
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before, "in a process that reads segments");
    assert_eq!(exported(&place).await, 2_400);

    // Late rows, of the same visitors and instants; then all into other parts, by way of those that are there.
    send(&haru, "example.com", &events()[600..1_200]).await;
    let mixed = numbers(&haru, "example.com").await;
    assert_ne!(mixed, before);
    assert_eq!(seal(&place, &[("HARU_TEST_PART_EVENTS", "1000")]).await, Some(0));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 3);
    assert_eq!(numbers(&haru, "example.com").await, mixed);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, mixed);
    assert_eq!(exported(&place).await, 3_000);
}

async fn a_death_between_two_parts_leaves_every_event_counted_once(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &events()).await;
    let before = numbers(&haru, "example.com").await;
    assert_eq!(seal(&place, &[("HARU_TEST_PART_EVENTS", "1000"), ("HARU_TEST_DIE_AT", "Stored")]).await, None);
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 1, "of three");
    assert_eq!(exported(&place).await, 2_400);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    assert_eq!(seal(&place, &[("HARU_TEST_PART_EVENTS", "1000")]).await, Some(0));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 3);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    assert_eq!(exported(&place).await, 2_400);
}
