//! Days that are kept no longer: gone for readers at once, for good soon, and nothing brings them back.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{change, site};
use crate::harness::{Db, Haru, eventually, on_both};
use crate::sealing::{
    after_restart, database, exported, haru as command, item, noon_before, number, output, run, send,
};

on_both!(
    days_that_are_not_kept_are_removed,
    sealing_does_not_bring_a_removed_day_back,
    a_longer_time_does_not_bring_days_back_either,
);

/// Noon of a day so many days ago, UTC.
fn noon(days_ago: i64) -> DateTime<Utc> {
    noon_before(Utc::now(), days_ago)
}

/// Two pageviews a day, the first of them so many days ago.
fn history(days: i64) -> Vec<Value> {
    (1..=days).flat_map(|day| ["/", "/next"].map(|page| item(noon(day), "ana", page))).collect()
}

/// Days with events, and how many.
async fn shown(haru: &Haru, range: &str) -> (usize, Value) {
    let ask = async |dimensions: &[&str]| {
        let query = json!({"site_id": "example.com", "metrics": ["pageviews"], "date_range": range,
            "dimensions": dimensions});
        haru.query(query).await["results"].clone()
    };
    let days = ask(&["time:day"]).await.as_array().expect("a list").len();
    (days, ask(&[]).await[0]["metrics"][0].clone())
}

async fn days_that_are_not_kept_are_removed(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(8)).await;
    run(&place, &["seal"]).await;
    // Rows beside segments, and one in a day that has none.
    send(&haru, "example.com", &[item(noon(2), "ben", "/"), item(noon(5), "ben", "/"), item(noon(9), "ben", "/")])
        .await;
    let database = database(&place).await;
    let site_id = "(SELECT id FROM site WHERE domain = 'example.com')";
    for days_ago in [1, 6] {
        let date = noon(days_ago).date_naive();
        let drop = format!("INSERT INTO dropped VALUES ({site_id}, '{date}', 'bot', 7)");
        sea_orm::ConnectionTrait::execute_unprepared(&database, &drop).await.expect("inserted");
    }
    assert_eq!(shown(&haru, "30d").await, (9, json!(19)));
    assert_eq!(shown(&haru, "all").await, (9, json!(19)));

    let changed = change(&haru, json!({"retention_days": 3})).await;
    // The third day ago had ended two days ago.
    let first = format!("{}T12:00:00.000Z", noon(3).date_naive());
    assert_eq!(changed["first_event_at"], first, "at once");
    assert_eq!(shown(&haru, "30d").await, (3, json!(7)), "at once");
    assert_eq!(shown(&haru, "all").await, (3, json!(7)));
    let cutoff = noon(3).timestamp_millis() - 12 * 60 * 60 * 1000;
    let left = async || {
        let rows = number(&database, &format!("SELECT SUM(events) FROM event_block WHERE first_at < {cutoff}")).await;
        let parts = number(&database, &format!("SELECT COUNT(*) FROM segment WHERE starts_at < {cutoff}")).await;
        rows + parts + number(&database, "SELECT COUNT(*) FROM dropped").await
    };
    eventually("the old days to be removed", async || (left().await == 1).then_some(())).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 3);
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 1);
    assert_eq!(exported(&place).await, 7);
    let haru = after_restart(haru, &place).await;
    assert_eq!(shown(&haru, "30d").await, (3, json!(7)));
    assert_eq!(site(&haru).await["first_event_at"], first);
}

async fn sealing_does_not_bring_a_removed_day_back(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(4)).await;
    // The oldest day's parts are stored, and somebody may be about to take the day.
    let mut dies = command(&place, &["seal"]);
    assert_eq!(
        output({
            dies.env("HARU_TEST_DIE_AT", "Verified");
            dies
        })
        .await
        .status
        .code(),
        None,
        "killed"
    );
    let mut dies = command(&place, &["seal", "--site", "example.com", "--day", &noon(3).date_naive().to_string()]);
    assert_eq!(
        output({
            dies.env("HARU_TEST_DIE_AT", "Committed");
            dies
        })
        .await
        .status
        .code(),
        None,
        "killed"
    );
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 2);
    assert_eq!(number(&database, "SELECT SUM(events) FROM event_block").await, 8, "none is removed yet");

    change(&haru, json!({"retention_days": 1})).await;
    assert_eq!(shown(&haru, "30d").await, (1, json!(2)));
    eventually("the old days to be removed", async || {
        let parts = number(&database, "SELECT COUNT(*) FROM segment").await;
        (parts + number(&database, "SELECT SUM(events) FROM event_block").await == 2).then_some(())
    })
    .await;
    let sealed = "SELECT COUNT(*) FROM sealed_day WHERE sealed > 0 OR leased_until > 0 OR events > 0 OR parts > 0";
    assert_eq!(number(&database, sealed).await, 0, "whoever was at it finds another number");
    assert_eq!(number(&database, "SELECT MIN(attempt) FROM sealed_day").await, 2);

    // What comes late for such a day is accepted, and is nowhere.
    send(&haru, "example.com", &[item(noon(3), "ben", "/"), item(noon(4), "ben", "/")]).await;
    assert_eq!(shown(&haru, "30d").await, (1, json!(2)));
    let told = run(&place, &["seal"]).await;
    assert_eq!(told.lines().count(), 1, "only the day that is kept: {told}");
    assert!(told.contains("2 events sealed"), "{told}");
    let haru = after_restart(haru, &place).await;
    assert_eq!(shown(&haru, "30d").await, (1, json!(2)));
    eventually("what came late to be removed", async || {
        (number(&database, "SELECT SUM(events) FROM event_block").await == 0).then_some(())
    })
    .await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM segment").await, 1);
}

async fn a_longer_time_does_not_bring_days_back_either(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(5)).await;
    run(&place, &["seal"]).await;
    // All of them are in memory now, and what they contributed to these questions.
    assert_eq!(shown(&haru, "30d").await, (5, json!(10)));
    change(&haru, json!({"retention_days": 2})).await;
    let database = database(&place).await;
    eventually("the old days to be removed", async || {
        (number(&database, "SELECT COUNT(*) FROM segment").await == 2).then_some(())
    })
    .await;
    change(&haru, json!({"retention_days": null})).await;
    assert_eq!(shown(&haru, "30d").await, (2, json!(4)), "what is gone is gone");
    // An imported history is counted, and sealed under names that nothing is remembered for.
    let imported = [item(noon(4), "eva", "/"), item(noon(4), "eva", "/a"), item(noon(4), "eva", "/b")];
    send(&haru, "example.com", &imported).await;
    assert_eq!(shown(&haru, "30d").await, (3, json!(7)));
    let told = run(&place, &["seal"]).await;
    assert!(told.contains("3 events sealed"), "{told}");
    assert_eq!(number(&database, "SELECT MAX(sealed) FROM sealed_day").await, 3, "attempts are counted on");
    assert_eq!(shown(&haru, "30d").await, (3, json!(7)));
    let haru = after_restart(haru, &place).await;
    assert_eq!(shown(&haru, "30d").await, (3, json!(7)));
    assert_eq!(exported(&place).await, 7);
}
