//! Days that are sealed while they last.

use chrono::{DateTime, Duration, Timelike, Utc};
use haru_entity::event_block;
use sea_orm::{ConnectionTrait, IdenStatic, Iterable};
use serde_json::{Value, json};

use super::{after_restart, database, exported, item, number, numbers, run, send, total_events, with};
use crate::harness::{Db, Haru, eventually, on_both};

on_both!(a_day_is_sealed_as_it_grows, the_service_seals_a_day_of_many_events_as_it_grows);

/// A zone in which it is about noon.
fn zone_at_noon(now: DateTime<Utc>) -> String {
    match i64::from(now.hour()) - 12 {
        0 => "Etc/GMT".to_owned(),
        ahead if ahead > 0 => format!("Etc/GMT+{ahead}"),
        behind => format!("Etc/GMT-{}", -behind),
    }
}

/// A visit of three events that began so many minutes ago.
fn visit(now: DateTime<Utc>, visitor: &str, minutes_ago: i64) -> Vec<Value> {
    let start = now - Duration::minutes(minutes_ago);
    let first = with(item(start, visitor, "/"), &json!({"source": "Newsletter", "language": "pt-BR"}));
    let engaged = json!({"name": "engagement", "engagement_ms": 7_000, "scroll_depth": 80});
    vec![
        first,
        with(item(start + Duration::seconds(9), visitor, "/"), &engaged),
        item(start + Duration::seconds(20), visitor, "/next"),
    ]
}

async fn a_day_is_sealed_as_it_grows(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let now = Utc::now();
    haru.create_site("example.com", &zone_at_noon(now)).await;
    send(&haru, "example.com", &[visit(now, "ana", 200), visit(now, "ben", 100)].concat()).await;
    let before = numbers(&haru, "example.com").await;
    assert_eq!(run(&place, &["seal"]).await, "", "the day is not over");
    let told = run(&place, &["seal", "--today"]).await;
    assert!(told.contains("6 events sealed"), "{told}");
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 0);
    assert_eq!(numbers(&haru, "example.com").await, before, "in a process that had read rows");

    // Ana goes on where she was; what she had done is in the segment.
    let more = [vec![item(now - Duration::minutes(199), "ana", "/last")], visit(now, "eva", 30)].concat();
    send(&haru, "example.com", &more).await;
    let mixed = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&mixed), &json!(4 + 3), "engagement is no event");
    assert_eq!(mixed[0][0]["metrics"][1], json!(3), "visits");
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, mixed, "a segment and rows beside it");
    assert_eq!(exported(&place).await, 10);

    // A segment that was never seen, beside rows that came since.
    run(&place, &["seal", "--today"]).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 1, "what was replaced is gone");
    send(&haru, "example.com", &visit(now, "zoe", 20)).await;
    let last = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&last), &json!(7 + 2));
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, last);
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 3);
}

async fn the_service_seals_a_day_of_many_events_as_it_grows(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let now = Utc::now();
    haru.create_site("example.com", &zone_at_noon(now)).await;
    haru.create_site("example.org", &zone_at_noon(now)).await;
    send(&haru, "example.org", &visit(now, "ana", 60)).await;
    send(&haru, "example.com", &[item(now - Duration::minutes(60), "ana", "/")]).await;
    let database = database(&place).await;
    let columns = event_block::Column::iter().filter(|column| !matches!(column, event_block::Column::Id));
    let columns = columns.map(|column| column.as_str().to_owned()).collect::<Vec<_>>().join(", ");
    let copies = format!(
        "WITH RECURSIVE copies(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copies WHERE number < 100000) \
         INSERT INTO event_block ({columns}) SELECT {columns} FROM event_block CROSS JOIN copies \
         WHERE site_id = (SELECT id FROM site WHERE domain = 'example.com')"
    );
    database.execute_unprepared(&copies).await.expect("inserted");
    let haru = after_restart(haru, &place).await;
    let pages = async || {
        let query = json!({"site_id": "example.com", "metrics": ["visits", "pageviews"], "date_range": "day"});
        haru.query(query).await["results"][0]["metrics"].clone()
    };
    eventually("the day to be sealed", async || {
        let rows = number(&database, "SELECT SUM(events) FROM event_block").await;
        assert_eq!(pages().await, json!([1, 100_001]), "with {rows} rows left");
        (rows == 3).then_some(())
    })
    .await;
    assert_eq!(number(&database, "SELECT SUM(events) FROM segment").await, 100_001);
    // Whoever asks for it gets whatever there is, however little beside what is sealed.
    send(&haru, "example.com", &[item(now, "ben", "/")]).await;
    let told = run(&place, &["seal", "--today", "--site", "example.com"]).await;
    assert!(told.contains("100002 events sealed"), "{told}");
    assert_eq!(pages().await, json!([2, 100_002]));
}
