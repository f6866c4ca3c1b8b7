//! What was answered with 200 is in the database, also when the process ends.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use serde_json::json;

use reqwest::StatusCode;

use crate::harness::{Db, Haru, Place, eventually, expect, on_both};

on_both!(
    a_clean_end_commits_what_is_under_way,
    many_at_once_are_counted_exactly,
    what_was_kept_is_delivered_by_the_next_process,
    what_was_kept_for_a_site_that_has_gone_goes_with_it,
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

/// Connects beside the service.
async fn beside(place: &Place) -> DatabaseConnection {
    let file = format!("sqlite://{}", place.dir.path().join("haru.db").display());
    Database::connect(place.database_url.clone().unwrap_or(file)).await.expect("connected")
}

/// Lets nobody else write events.
async fn hold(admin: &DatabaseConnection, db: Db) -> DatabaseTransaction {
    let lock = admin.begin().await.expect("begun");
    let held = match db {
        Db::Sqlite => "DELETE FROM batch WHERE seq < 0",
        Db::Postgres => "LOCK TABLE event_block IN SHARE MODE",
    };
    lock.execute_unprepared(held).await.expect("locked");
    lock
}

async fn until_delivered(haru: &Haru) {
    eventually("the journal to be delivered", async || {
        let ready = expect(haru.get("/readyz").send().await.expect("sent"), StatusCode::OK).await;
        (ready["journal"] == json!({"hits": 0, "bytes": 0})).then_some(())
    })
    .await;
}

/// Nobody would remove the rows of a site that is not there any more.
async fn what_was_kept_for_a_site_that_has_gone_goes_with_it(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&FLAGS).await;
    haru.register("ana@example.com").await;
    let [stays, goes] = [haru.create_site("example.com", "UTC").await, haru.create_site("example.org", "UTC").await];
    let admin = beside(&place).await;
    haru.count(&stays.token, 1, json!({"p": "/"})).await;
    haru.count(&goes.token, 1, json!({"p": "/"})).await;
    let lock = hold(&admin, db).await;
    for number in 1..=3 {
        haru.count(&goes.token, 1, json!({"p": "/kept", "id": format!("gone {number}")})).await;
        haru.count(&stays.token, 1, json!({"p": "/kept", "id": format!("kept {number}")})).await;
    }
    let token = haru.token.clone();
    haru.stop().await;
    lock.rollback().await.expect("unlocked");
    admin.execute_unprepared("DELETE FROM event_block").await.expect("removed");
    admin.execute_unprepared("DELETE FROM site WHERE domain = 'example.org'").await.expect("removed");

    let mut haru = place.start(&FLAGS).await;
    haru.token = token;
    until_delivered(&haru).await;
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([3]));
    let count = Statement::from_string(admin.get_database_backend(), "SELECT SUM(events) FROM event_block");
    let row = admin.query_one_raw(count).await.expect("counted").expect("a row");
    assert_eq!(row.try_get_by_index::<i64>(0), Ok(3), "those of the site that stays");
}

/// Hits that come while nobody may write are acknowledged, and counted after a restart.
async fn what_was_kept_is_delivered_by_the_next_process(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&FLAGS).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    let admin = beside(&place).await;
    let lock = hold(&admin, db).await;
    for number in 1..=5 {
        haru.count(&site.token, 1, json!({"p": "/kept", "id": format!("kept {number}")})).await;
        // The same once more: it counts once.
        haru.count(&site.token, 1, json!({"p": "/kept", "id": format!("kept {number}")})).await;
    }
    let ready = expect(haru.get("/readyz").send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!((&ready["ingest"], &ready["journal"]["hits"]), (&json!(true), &json!(10)), "{ready}");
    let token = haru.token.clone();
    haru.stop().await;
    lock.rollback().await.expect("unlocked");

    let mut haru = place.start(&FLAGS).await;
    haru.token = token;
    until_delivered(&haru).await;
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([6]));
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([7]));
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

/// Sends lone hits without ids, one after the other, until `done`; answers how many were acknowledged and refused.
async fn trickle(haru: Haru, token: String, done: Arc<std::sync::atomic::AtomicBool>) -> (i64, i64) {
    let (mut acknowledged, mut refused) = (0, 0);
    while !done.load(std::sync::atomic::Ordering::Relaxed) {
        let status = haru.hit(&token, 1, &json!({"p": "/"})).send().await.expect("an answer").status();
        match status.as_u16() {
            200 => acknowledged += 1,
            503 => refused += 1,
            other => panic!("{other}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    (acknowledged, refused)
}

/// What somebody does to the database while hits come in: all of them are taken, nothing is lost, nothing is counted twice.
async fn exact_whatever_happens(db: Db, fault: impl AsyncFnOnce(&DatabaseConnection)) {
    let (haru, place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let file = || format!("sqlite://{}", place.dir.path().join("haru.db").display());
    let admin = Database::connect(place.database_url.clone().unwrap_or_else(file)).await.expect("connected");
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let senders: Vec<_> =
        (0..4).map(|_| tokio::spawn(trickle(Haru::at(haru.base.clone()), site.token.clone(), done.clone()))).collect();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    fault(&admin).await;
    // Hits are taken again.
    crate::harness::eventually("a hit that is taken", async || {
        let sent = haru.hit(&site.token, 2, &json!({"p": "/after"})).send().await.expect("an answer");
        (sent.status() == 200).then_some(())
    })
    .await;
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut acknowledged = 1;
    let mut refused = 0;
    for sender in senders {
        let (taken, not) = sender.await.expect("joined");
        acknowledged += taken;
        refused += not;
    }
    until_delivered(&haru).await;
    // What was under way in vain may end now, and nothing of it counts.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let counted = haru.results("example.com", &["events"], &[]).await[0]["metrics"].clone();
    assert_eq!(counted, json!([acknowledged]));
    assert_eq!(refused, 0, "of {acknowledged}");
}

/// An operator's `CREATE INDEX` holds inserts up for longer than a commit may take, twice over.
#[tokio::test(flavor = "multi_thread")]
async fn inserts_that_are_blocked_for_half_a_minute() {
    exact_whatever_happens(Db::Postgres, async |admin| {
        let lock = admin.begin().await.expect("begun");
        lock.execute_unprepared("LOCK TABLE event_block IN SHARE MODE").await.expect("locked");
        tokio::time::sleep(std::time::Duration::from_secs(28)).await;
        lock.rollback().await.expect("unlocked");
    })
    .await;
}

/// Another process, such as a backup, writes to the file for longer than a commit waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_process_holds() {
    exact_whatever_happens(Db::Sqlite, async |admin| {
        let lock = admin.begin().await.expect("begun");
        lock.execute_unprepared("DELETE FROM batch WHERE seq < 0").await.expect("locked");
        tokio::time::sleep(std::time::Duration::from_secs(12)).await;
        lock.rollback().await.expect("unlocked");
    })
    .await;
}

/// Ends all other connections of the database.
async fn drop_connections(admin: &DatabaseConnection) {
    let dropped = admin
        .execute_unprepared(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    dropped.expect("dropped");
}

/// The server drops all connections, idle or in the middle of a commit, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_dropped() {
    exact_whatever_happens(Db::Postgres, async |admin| {
        for _ in 0..20 {
            drop_connections(admin).await;
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        }
    })
    .await;
}

/// The connections died while nobody came: the next hit, which could not know, is taken all the same.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_while_idle() {
    let (haru, place) = Haru::with_owner(Db::Postgres).await;
    let site = haru.create_site("example.com", "UTC").await;
    let admin = Database::connect(place.database_url.as_deref().expect("an address")).await.expect("connected");
    for hits in 1..=3 {
        haru.count(&site.token, 1, json!({"p": "/"})).await;
        assert_eq!(haru.results("example.com", &["events"], &[]).await[0]["metrics"], json!([hits]));
        drop_connections(&admin).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    }
}
