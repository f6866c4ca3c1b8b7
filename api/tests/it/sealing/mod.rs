//! Sealed days: the same numbers before and after, whoever seals, and whenever the process dies.

mod attempts;
mod numbers;
mod open;
mod parts;
mod sealers;

use std::process::{Command, Output};

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::harness::{Haru, Place, expect};

pub(super) const FLAGS: [&str; 4] = ["--trusted-proxies", "127.0.0.1", "--collect-rate-limit", "0"];

/// The real binary on the same database.
pub(super) fn haru(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(arguments).arg("--data-dir").arg(place.dir.path()).env("HARU_LOG", "off");
    if let Some(url) = &place.database_url {
        command.args(["--database-url", url]);
    }
    command
}

pub(super) async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("joined")
}

/// Runs it to a good end; answers what it printed.
pub(super) async fn run(place: &Place, arguments: &[&str]) -> String {
    let output = output(haru(place, arguments)).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

pub(super) async fn database(place: &Place) -> DatabaseConnection {
    let file = format!("sqlite://{}/haru.db", place.dir.path().display());
    Database::connect(place.database_url.clone().unwrap_or(file)).await.expect("a connection")
}

/// The first column of the first row.
pub(super) async fn number(database: &DatabaseConnection, sql: &str) -> i64 {
    let sql = format!("SELECT CAST(COALESCE(({sql}), 0) AS BIGINT) AS n");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.expect("an answer").expect("a row");
    row.try_get("", "n").expect("a number")
}

/// So long after its end in UTC a day is over and due in all zones that these tests use.
const OVER_AFTER: Duration = Duration::hours(8);

/// Noon of a day, UTC. The first one ago is over, whatever time of day it is.
pub(super) fn noon(days_ago: i64) -> DateTime<Utc> {
    noon_before(Utc::now() - OVER_AFTER, days_ago)
}

/// Noon of a day so many days before that of an instant, UTC.
pub(super) fn noon_before(instant: DateTime<Utc>, days_ago: i64) -> DateTime<Utc> {
    instant.date_naive().and_hms_opt(12, 0, 0).expect("noon").and_utc() - Duration::days(days_ago)
}

pub(super) fn item(at: DateTime<Utc>, visitor: &str, page: &str) -> Value {
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"name": "pageview", "url": format!("https://example.com{page}"), "visitor": visitor, "timestamp": timestamp})
}

pub(super) fn with(mut item: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().expect("members") {
        item[key] = value.clone();
    }
    item
}

pub(super) async fn send(haru: &Haru, site: &str, items: &[Value]) {
    for part in items.chunks(1_000) {
        let sent = haru.post(&format!("/api/v1/sites/{site}/events"), &json!(part)).send().await.expect("sent");
        let answer = expect(sent, StatusCode::ACCEPTED).await;
        assert_eq!(answer, json!({"accepted": part.len(), "rejected": []}));
    }
}

/// A few days of all that an event can have, the first of them `days` ago.
pub(super) fn history(days: i64) -> Vec<Value> {
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
pub(super) async fn numbers(haru: &Haru, site: &str) -> Value {
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

pub(super) fn total_events(numbers: &Value) -> &Value {
    &numbers[0][0]["metrics"][3]
}

/// The numbers as a new process sees them.
pub(super) async fn after_restart(haru: Haru, place: &Place) -> Haru {
    let token = haru.token.clone();
    haru.stop().await;
    let mut haru = place.start(&FLAGS).await;
    haru.token = token;
    haru
}

/// How many events `haru export` writes of the site.
pub(super) async fn exported(place: &Place) -> i64 {
    let dir = tempfile::tempdir().expect("a directory");
    let told = run(place, &["export", "--site", "example.com", "--dir", &dir.path().display().to_string()]).await;
    told.split(' ').nth(1).and_then(|events| events.parse().ok()).expect("a number of events")
}
