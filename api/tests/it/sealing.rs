//! Sealed days: the same numbers before and after, whoever seals, and whenever the process dies.

use std::process::{Command, Output, Stdio};

use chrono::{DateTime, Duration, SecondsFormat, Timelike, Utc};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, eventually, expect, on_both};

on_both!(
    numbers_are_the_same_before_and_after_sealing,
    what_was_sealed_between_two_looks_is_seen,
    what_was_sealed_of_a_growing_day_is_seen,
    a_changed_timezone_leaves_days_as_they_were,
    the_service_seals_by_itself,
    many_sealers_at_once_leave_one_result,
    segments_of_a_deleted_site_are_removed,
    a_death_at_any_step_leaves_every_event_counted_once,
    an_export_has_every_event_once,
);

const FLAGS: [&str; 4] = ["--trusted-proxies", "127.0.0.1", "--collect-rate-limit", "0"];

/// The real binary on the same database.
fn haru(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(arguments).arg("--data-dir").arg(place.dir.path()).env("HARU_LOG", "off");
    if let Some(url) = &place.database_url {
        command.args(["--database-url", url]);
    }
    command
}

async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("joined")
}

/// Runs it to a good end; answers what it printed.
async fn run(place: &Place, arguments: &[&str]) -> String {
    let output = output(haru(place, arguments)).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

async fn database(place: &Place) -> DatabaseConnection {
    let file = format!("sqlite://{}/haru.db", place.dir.path().display());
    Database::connect(place.database_url.clone().unwrap_or(file)).await.expect("a connection")
}

/// The first column of the first row.
async fn number(database: &DatabaseConnection, sql: &str) -> i64 {
    let sql = format!("SELECT CAST(COALESCE(({sql}), 0) AS BIGINT) AS n");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.expect("an answer").expect("a row");
    row.try_get("", "n").expect("a number")
}

/// Noon of a day in the past, UTC.
fn noon(days_ago: i64) -> DateTime<Utc> {
    let noon = Utc::now().date_naive().and_hms_opt(12, 0, 0).expect("noon").and_utc();
    noon - Duration::days(days_ago)
}

fn item(at: DateTime<Utc>, visitor: &str, page: &str) -> Value {
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"name": "pageview", "url": format!("https://example.com{page}"), "visitor": visitor, "timestamp": timestamp})
}

fn with(mut item: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().expect("members") {
        item[key] = value.clone();
    }
    item
}

async fn send(haru: &Haru, site: &str, items: &[Value]) {
    for part in items.chunks(1_000) {
        let sent = haru.post(&format!("/api/v1/sites/{site}/events"), &json!(part)).send().await.expect("sent");
        let answer = expect(sent, StatusCode::ACCEPTED).await;
        assert_eq!(answer, json!({"accepted": part.len(), "rejected": []}));
    }
}

/// A few days of all that an event can have, the first of them `days` ago.
fn history(days: i64) -> Vec<Value> {
    let mut items = Vec::new();
    for day in 1..=days {
        for visitor in 0..day + 2 {
            let (name, start) = (format!("visitor {visitor}"), noon(day) + Duration::minutes(visitor * 7));
            let first = json!({"country": "BR", "source": format!("Source {}", visitor % 3), "browser": "Firefox", "language": "pt-BR"});
            items.push(with(item(start, &name, "/"), &first));
            let engaged = json!({"name": "engagement", "engagement_ms": 4_000 + visitor * 10, "scroll_depth": 40});
            items.push(with(item(start + Duration::seconds(5), &name, "/"), &engaged));
            if visitor % 2 == 0 {
                items.push(item(start + Duration::seconds(60), &name, "/ünïcode/page"));
                let order = json!({"name": "order", "props": {"plan": format!("plan {}", visitor % 4)}, "revenue": {"currency": "EUR", "amount": "19.99"}});
                // The same instant: their order of arrival decides.
                items.push(with(item(start + Duration::seconds(60), &name, "/ünïcode/page"), &order));
            }
        }
    }
    items
}

/// What a site's dashboards show of the last weeks.
async fn numbers(haru: &Haru, site: &str) -> Value {
    let ask = async |metrics: &[&str], dimensions: &[&str]| {
        let query = json!({"site_id": site, "metrics": metrics, "date_range": "30d", "dimensions": dimensions});
        haru.query(query).await["results"].take()
    };
    json!([
        ask(&["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit"], &[])
            .await,
        ask(&["visitors", "events", "visit_duration"], &["time:day"]).await,
        ask(&["visitors", "time_on_page", "scroll_depth"], &["event:page"]).await,
        ask(&["visits", "bounce_rate"], &["visit:source", "visit:exit_page"]).await,
        ask(&["events"], &["event:props:plan"]).await,
        ask(&["visits"], &["visit:language", "visit:country"]).await,
    ])
}

fn total_events(numbers: &Value) -> &Value {
    &numbers[0][0]["metrics"][3]
}

/// The numbers as a new process sees them.
async fn after_restart(haru: Haru, place: &Place) -> Haru {
    let token = haru.token.clone();
    haru.stop().await;
    let mut haru = place.start(&FLAGS).await;
    haru.token = token;
    haru
}

async fn numbers_are_the_same_before_and_after_sealing(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "America/Sao_Paulo").await;
    send(&haru, "example.com", &history(6)).await;
    send(&haru, "example.com", &[item(Utc::now(), "ana", "/today")]).await;
    let before = numbers(&haru, "example.com").await;
    let told = run(&place, &["seal", "--site", "example.com"]).await;
    assert_eq!(told.lines().filter(|line| line.contains("events sealed")).count(), 6, "{told}");
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 1, "rows of days that are over are gone");
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
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 1);
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
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM event").await, 0);
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
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM event").await, 1);
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
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 0);
    assert_eq!(numbers(&haru, "example.com").await, before);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    // As if a newer table of timezones moved all those days: what was sealed stays what it is, and is counted once.
    database.execute_unprepared("UPDATE site_timezone SET timezone = 'Asia/Tokyo'").await.expect("updated");
    send(&haru, "example.com", &[item(noon(5), "late", "/"), item(night, "late", "/")]).await;
    let moved = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&moved), &json!(total_events(&before).as_i64().expect("a number") + 2));
    run(&place, &["seal"]).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 0);
    let haru = after_restart(haru, &place).await;
    assert_eq!(numbers(&haru, "example.com").await, moved);
}

async fn the_service_seals_by_itself(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    send(&haru, "example.com", &history(3)).await;
    send(&haru, "example.com", &[item(Utc::now(), "now", "/")]).await;
    let before = numbers(&haru, "example.com").await;
    let haru = after_restart(haru, &place).await;
    let database = database(&place).await;
    eventually("the days to be sealed", async || {
        let rows = number(&database, "SELECT COUNT(*) FROM event").await;
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
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 2);
    let after = numbers(&haru, "example.com").await;
    assert_eq!(total_events(&after), &json!(total_events(&before).as_i64().expect("a number") + 2));
}

async fn many_sealers_at_once_leave_one_result(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let events = history(4);
    send(&haru, "example.com", &events).await;
    let before = numbers(&haru, "example.com").await;
    let sealers: Vec<_> = (0..4).map(|_| tokio::spawn(output(self::haru(&place, &["seal"])))).collect();
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
    assert_eq!(number(&database, "SELECT COUNT(*) FROM event").await, 0);
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
    let delete = haru.client.delete(haru.url("/api/v1/sites/gone.example")).bearer_auth(&haru.token);
    assert_eq!(delete.send().await.expect("sent").status(), StatusCode::NO_CONTENT);
    eventually("its segments to be removed", async || {
        let mut left = Vec::new();
        for table in ["event", "segment", "watermark", "sealed_day"] {
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
        ["Begun", "Encoded", "Stored", "Verified", "Committed", "SomeRowsCleared", "RowsCleared", "APartCleared"];
    for step in steps {
        send(&haru, "example.com", &more_than_a_step(step)).await;
        expected += 1_300;
        let mut sealer = self::haru(&place, &["seal"]);
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
        let left = number(&database, "SELECT COUNT(*) FROM event").await;
        let parts = number(&database, "SELECT COUNT(*) FROM segment").await;
        assert_eq!((left, parts), (0, 1), "sealing that died at {step} is completed");
    }
}

/// How many events `haru export` writes of the site.
async fn exported(place: &Place) -> i64 {
    let dir = tempfile::tempdir().expect("a directory");
    let told = run(place, &["export", "--site", "example.com", "--dir", &dir.path().display().to_string()]).await;
    told.split(' ').nth(1).and_then(|events| events.parse().ok()).expect("a number of events")
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
    let name = |days_ago, part| format!("example.com-{}-UTC-{part}.parquet", noon(days_ago).date_naive());
    assert_eq!(names, [name(3, 0), name(2, 0), name(2, 1), name(1, 0), name(0, 0)]);
    let bytes = std::fs::read(dir.path().join(name(3, 0))).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));

    let again = output(self::haru(&place, &["export", "--site", "example.com", "--dir", &to])).await;
    assert_eq!(again.status.code(), Some(1), "files of another export would count twice");
    let dir = tempfile::tempdir().expect("a directory");
    let (to, day) = (dir.path().display().to_string(), noon(2).date_naive().to_string());
    let told = run(&place, &["export", "--site", "example.com", "--from", &day, "--to", &day, "--dir", &to]).await;
    assert!(told.contains(" in 2 files "), "{told}");
    let unknown = output(self::haru(&place, &["export", "--site", "nobodys.example", "--dir", &to])).await;
    assert_eq!(unknown.status.code(), Some(1));
}
