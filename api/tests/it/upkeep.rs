//! What the service does by itself: erasing salts, removing what deleted sites held, telling of a forgotten proxy.

use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::json;

use crate::harness::{Db, Haru, Place, eventually, expect, on_both, status};

on_both!(salts_of_dates_that_have_ended_are_erased, what_a_deleted_site_held_is_removed, a_forgotten_proxy_is_told);

async fn database(place: &Place) -> DatabaseConnection {
    let file = format!("sqlite://{}/haru.db", place.dir.path().display());
    Database::connect(place.database_url.clone().unwrap_or(file)).await.expect("a connection")
}

async fn count(database: &DatabaseConnection, table: &str, condition: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {condition}");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.expect("an answer").expect("a row");
    row.try_get("", "n").expect("a number")
}

async fn salts_of_dates_that_have_ended_are_erased(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    haru.stop().await;
    let secret = "0123456789abcdef0123456789abcdef";
    let connection = database(&place).await;
    let bytes = if place.database_url.is_some() {
        format!("'\\x{}'", hex::encode(secret))
    } else {
        format!("x'{}'", hex::encode(secret))
    };
    let old = format!("INSERT INTO salt (date, salt) VALUES ('2020-02-29', {bytes})");
    connection.execute_unprepared(&old).await.expect("inserted");
    connection.close().await.expect("closed");
    let _haru = place.start(&[]).await;
    let connection = database(&place).await;
    eventually("the old salt to be erased", || async {
        (count(&connection, "salt", "date < '2021-01-01'").await == 0).then_some(())
    })
    .await;
    let kept = count(&connection, "salt", "date > '2021-01-01'").await;
    assert!((2..=4).contains(&kept), "{kept}: those of dates that go on somewhere, or begin soon");
    if place.database_url.is_none() {
        // The log is emptied right after the row is gone.
        eventually("the salt to be gone from the files", || async {
            let mut files = std::fs::read_dir(place.dir.path()).expect("a directory");
            let found = files.any(|file| {
                let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
                bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
            });
            (!found).then_some(())
        })
        .await;
    }
}

async fn what_a_deleted_site_held_is_removed(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let (gone, kept) = (haru.create_site("gone.example", "UTC").await, haru.create_site("kept.example", "UTC").await);
    for site in [&gone, &kept] {
        haru.count(&site.token, 1, json!({"p": "/", "id": "one"})).await;
        haru.count(&site.token, 2, json!({"p": "/"})).await;
    }
    let connection = database(&place).await;
    assert_eq!(count(&connection, "event_block", "1 = 1").await, 4);
    assert_eq!(status(haru.delete("/api/v1/sites/gone.example?domain=gone.example")).await, StatusCode::NO_CONTENT);
    eventually("its events to be removed", || async {
        let left = count(&connection, "event_block", "1 = 1").await + count(&connection, "event_id", "1 = 1").await;
        (left == 3).then_some(())
    })
    .await;
    assert_eq!(haru.results("kept.example", &["events"], &[]).await[0]["metrics"], json!([2]));
}

async fn a_forgotten_proxy_is_told(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&[]).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    let notices = || async {
        let me = expect(haru.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
        me["notices"].clone()
    };
    assert_eq!(notices().await, json!([]));
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    haru.count(&site.token, 2, json!({"p": "/"})).await;
    assert_eq!(notices().await, json!(["untrusted_forwarded_header"]));
    let visitors = haru.results("example.com", &["visitors", "pageviews"], &[]).await;
    assert_eq!(visitors[0]["metrics"], json!([1, 2]), "forwarded addresses are not believed");
}
