//! No raw address and no full user agent, neither in the database nor in the log at debug level.

use std::process::{Command, Stdio};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, Statement, TransactionTrait};
use serde_json::json;

use crate::harness::{Db, Haru, Place, expect, on_both};

on_both!(an_address_is_nowhere, salts_make_ids_differ_by_site_and_agent);

/// An address and a version that stand nowhere else.
const ADDRESS: &str = "203.0.113.177";
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.177 Safari/537.36";

async fn an_address_is_nowhere(db: Db) {
    let place = Place::new(db).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let log = std::fs::File::create(place.dir.path().join("log")).expect("a log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--trusted-proxies", "127.0.0.1", "--log", "debug"])
        .args(["--secret", "a secret that is long enough for a test"])
        .arg("--data-dir")
        .arg(place.dir.path())
        .stdout(Stdio::null())
        .stderr(log);
    if let Some(url) = &place.database_url {
        command.args(["--database-url", url]);
    }
    let mut process = command.spawn().expect("the binary starts");
    let mut haru = Haru::at(format!("http://127.0.0.1:{port}"));
    crate::harness::eventually("the service", || async { haru.client.get(haru.url("/healthz")).send().await.ok() })
        .await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    for body in [
        json!({"p": "/"}),
        json!({"p": "/", "n": "signup"}),
        json!({"p": 5}),
        json!({"p": "/", "n": "engagement", "e": 5}),
    ] {
        let sent = haru.client.post(haru.url(&format!("/api/collect?t={}", site.token)));
        let sent = sent.header("user-agent", AGENT).header("x-forwarded-for", ADDRESS).body(body.to_string());
        sent.send().await.expect("sent");
    }
    let item = json!([{"name": "pageview", "url": "https://example.com/", "ip": ADDRESS, "user_agent": AGENT}]);
    let batch = haru.post("/api/v1/sites/example.com/events", &item).send().await.expect("sent");
    assert_eq!(expect(batch, reqwest::StatusCode::ACCEPTED).await["accepted"], json!(1));
    assert_eq!(haru.results("example.com", &["pageviews"], &[]).await[0]["metrics"], json!([2]));
    // An excluded address is kept as a hash, a wrong one not at all.
    let excluded = "/api/v1/sites/example.com/excluded-addresses";
    for (body, status) in [(json!({"address": ADDRESS, "note": "Office"}), 201), (json!({"address": [ADDRESS]}), 400)] {
        let sent = haru.post(excluded, &body).send().await.expect("sent");
        assert_eq!(sent.status().as_u16(), status);
    }
    let wrong = haru.post(excluded, &json!({"address": format!("{ADDRESS}/32")})).send().await.expect("sent");
    assert_eq!(wrong.status(), reqwest::StatusCode::UNPROCESSABLE_ENTITY);
    let own = haru.post(excluded, &json!({})).header("x-forwarded-for", ADDRESS).send().await.expect("sent");
    assert_eq!(own.status(), reqwest::StatusCode::CONFLICT);
    let hit = haru.client.post(haru.url(&format!("/api/collect?t={}", site.token))).header("user-agent", AGENT);
    let hit = hit.header("x-forwarded-for", ADDRESS).body(r#"{"p":"/"}"#).send().await.expect("sent");
    assert_eq!(hit.headers()["x-haru-dropped"], "excluded_address");
    Command::new("kill").arg(process.id().to_string()).status().expect("told to end");
    tokio::task::spawn_blocking(move || process.wait()).await.expect("joined").expect("it ended");
    tokio::time::sleep(Duration::from_millis(50)).await;

    let mut haystacks = vec![("log", std::fs::read(place.dir.path().join("log")).expect("a log"))];
    let told = String::from_utf8_lossy(&haystacks[0].1);
    for line in ["answered", "/api/v1/sites/example.com/events", "a hit was refused"] {
        assert!(told.contains(line), "the log at debug level tells of it: {line}");
    }
    match &place.database_url {
        None => {
            for file in std::fs::read_dir(place.dir.path()).expect("a directory") {
                let path = file.expect("a file").path();
                if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("haru.db")) {
                    haystacks.push(("database", std::fs::read(path).expect("readable")));
                }
            }
            assert!(haystacks.len() > 1, "there is a database file");
        }
        Some(url) => haystacks.push(("database", every_row(url).await.into_bytes())),
    }
    for (place, bytes) in &haystacks {
        for secret in [ADDRESS, AGENT, "129.0.6668"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in the {place}");
        }
    }
    let shown = haystacks
        .iter()
        .any(|(place, bytes)| *place == "database" && bytes.windows(6).any(|window| window == b"Chrome"));
    assert!(shown, "what is looked through holds the events");
}

/// All rows of all tables as text.
async fn every_row(url: &str) -> String {
    let database = Database::connect(url).await.expect("a connection").begin().await.expect("begun");
    // Texts in packed events as they are.
    database.execute_unprepared("SET LOCAL bytea_output = 'escape'").await.expect("set");
    let all = |sql: String| Statement::from_string(database.get_database_backend(), sql);
    let tables = database
        .query_all_raw(all("SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'".to_owned()))
        .await
        .expect("tables");
    let mut text = String::new();
    for table in tables {
        let name: String = table.try_get("", "name").expect("a name");
        let rows =
            database.query_all_raw(all(format!(r#"SELECT t::text AS row FROM "{name}" t"#))).await.expect("rows");
        for row in rows {
            text.push_str(&row.try_get::<String>("", "row").expect("text"));
            text.push('\n');
        }
    }
    text
}

async fn salts_make_ids_differ_by_site_and_agent(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let one = haru.create_site("one.example", "UTC").await;
    haru.create_site("two.example", "UTC").await;
    haru.count(&one.token, 1, json!({"p": "/"})).await;
    haru.count(&one.token, 1, json!({"p": "/"})).await;
    haru.count(&one.token, 2, json!({"p": "/"})).await;
    let other_agent = haru.client.post(haru.url(&format!("/api/collect?t={}", one.token)));
    let other_agent =
        other_agent.header("user-agent", AGENT).header("x-forwarded-for", "198.51.100.1").body(r#"{"p":"/"}"#);
    other_agent.send().await.expect("sent");
    assert_eq!(haru.results("one.example", &["visitors", "pageviews"], &[]).await[0]["metrics"], json!([3, 4]));
    assert_eq!(haru.results("two.example", &["visitors"], &[]).await[0]["metrics"], json!([0]));
}
