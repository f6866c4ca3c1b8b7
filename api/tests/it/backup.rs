//! `haru backup`, `verify` and `restore`, from each database into either, and the copy before a SQLite file is changed.

use std::path::{Path, PathBuf};

use haru_migration::{Migrator, MigratorTrait};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Database};
use serde_json::json;

use crate::harness::{Db, Haru, PASSWORD, Place, expect, on_both};
use crate::sealing::{database, haru as command, history, number, numbers, output, run, send};

on_both!(
    an_archive_goes_into_either_database,
    nothing_is_overwritten,
    what_is_no_archive_changes_nothing,
    salts_go_along_when_they_are_asked_for,
    a_database_of_an_older_version_is_not_backed_up,
);

const FLAGS: [&str; 8] = [
    "--collect-rate-limit",
    "0",
    "--trusted-proxies",
    "127.0.0.1",
    "--auth-rate-limit",
    "0",
    "--secret",
    "a secret that both have and that is long enough",
];

struct World {
    haru: Haru,
    place: Place,
    token: String,
}

/// An instance that has something of everything.
async fn world(db: Db) -> World {
    let place = Place::new(db).await;
    let mut haru = place.start(&FLAGS).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "Asia/Kolkata").await;
    send(&haru, "example.com", &history(3)).await;
    run(&place, &["seal"]).await;
    send(&haru, "example.com", &history(2)).await;
    haru.count(&site.token, 1, json!({"p": "/now", "id": "an id of an event"})).await;
    for (path, body) in [
        ("tokens", json!({"name": "Reports", "scopes": ["stats:read"], "site_ids": [site.id]})),
        ("sites/example.com/share-links", json!({"name": "The public", "password": PASSWORD})),
        ("sites/example.com/annotations", json!({"date": "2026-11-01", "text": "Begun"})),
        ("account/invitations", json!({"email": "ben@example.com", "role": "viewer"})),
    ] {
        let answer = haru.post(&format!("/api/v1/{path}"), &body).send().await.expect("sent");
        let status = answer.status();
        assert!(status.is_success(), "{path}: {status} {}", answer.text().await.unwrap_or_default());
    }
    World { haru, place, token: site.token }
}

fn archive_in(dir: &Path) -> (PathBuf, String) {
    let path = dir.join("haru.bk");
    let text = path.display().to_string();
    (path, text)
}

/// What `haru verify` says of the tables.
async fn tables(archive: &str) -> String {
    let output = output(verify(archive)).await;
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    said.split_once("\n\n").expect("a table").1.to_owned()
}

/// It takes no database.
fn verify(archive: &str) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(["verify", archive]);
    command
}

/// Runs it to a bad end; answers its one line.
async fn refused(command: std::process::Command) -> String {
    let output = output(command).await;
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}

async fn log_in(haru: &mut Haru) {
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    let login = haru.client.post(haru.url("/api/v1/auth/login")).json(&body).send().await.expect("sent");
    let session = expect(login, StatusCode::OK).await;
    session["access_token"].as_str().expect("a token").clone_into(&mut haru.token);
}

async fn an_archive_goes_into_either_database(db: Db) {
    let World { haru, place, token } = world(db).await;
    let dir = tempfile::tempdir().expect("a directory");
    let (path, archive) = archive_in(dir.path());
    // While it runs.
    let said = run(&place, &["backup", &archive]).await;
    assert!(said.starts_with("Wrote "), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o077, 0, "its owner alone may read it");
    }
    let before = numbers(&haru, "example.com").await;
    let listed = tables(&archive).await;
    for kind in [Db::Sqlite, Db::Postgres] {
        let other = Place::new(kind).await;
        let said = run(&other, &["restore", &archive]).await;
        assert!(said.starts_with("Restored "), "{said}");
        let again = dir.path().join(format!("again-{kind:?}.bk")).display().to_string();
        run(&other, &["backup", &again]).await;
        assert_eq!(tables(&again).await, listed, "{kind:?}");

        let mut restored = other.start(&FLAGS).await;
        log_in(&mut restored).await;
        assert_eq!(numbers(&restored, "example.com").await, before, "{kind:?}");
        // Keys are counted on from where they were, ids are known, and hits are counted.
        restored.create_site("another.example.com", "UTC").await;
        restored.count(&token, 1, json!({"p": "/now", "id": "an id of an event"})).await;
        assert_eq!(numbers(&restored, "example.com").await, before, "{kind:?}");
        restored.count(&token, 1, json!({"p": "/now"})).await;
        assert_ne!(numbers(&restored, "example.com").await, before, "{kind:?}");
        restored.stop().await;
    }
    haru.stop().await;
}

async fn nothing_is_overwritten(db: Db) {
    let World { haru, place, .. } = world(db).await;
    let dir = tempfile::tempdir().expect("a directory");
    let (path, archive) = archive_in(dir.path());
    run(&place, &["backup", &archive]).await;
    let bytes = std::fs::read(&path).expect("an archive");
    assert!(refused(command(&place, &["backup", &archive])).await.contains("exists already"));
    assert_eq!(std::fs::read(&path).expect("an archive"), bytes);

    // It runs.
    assert!(refused(command(&place, &["restore", &archive])).await.contains("HARU_DATA_DIR"));
    let before = numbers(&haru, "example.com").await;
    haru.stop().await;
    // It does not, and is not empty.
    assert!(refused(command(&place, &["restore", &archive])).await.contains("not empty"));
    let mut haru = place.start(&FLAGS).await;
    log_in(&mut haru).await;
    assert_eq!(numbers(&haru, "example.com").await, before);
    assert_eq!(std::fs::read_dir(dir.path()).expect("a directory").count(), 1, "nothing unfinished is left");
}

async fn what_is_no_archive_changes_nothing(db: Db) {
    let source = world(db).await;
    let dir = tempfile::tempdir().expect("a directory");
    let (path, archive) = archive_in(dir.path());
    run(&source.place, &["backup", &archive]).await;
    let bytes = std::fs::read(&path).expect("an archive");
    let place = Place::new(db).await;
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    for (content, words) in
        [(&changed[..], "damaged"), (&bytes[..bytes.len() / 2], "truncated"), (b"a letter", "not an archive of haru")]
    {
        std::fs::write(&path, content).expect("written");
        for command in [verify(&archive), command(&place, &["restore", &archive])] {
            let told = refused(command).await;
            assert!(told.contains(words) && told.contains(&archive), "{told}");
        }
    }
    assert!(refused(command(&place, &["restore", "/nowhere/haru.bk"])).await.contains("/nowhere/haru.bk"));
    // As if nothing had been tried.
    std::fs::write(&path, &bytes).expect("written");
    run(&place, &["restore", &archive]).await;
}

async fn salts_go_along_when_they_are_asked_for(db: Db) {
    let World { haru, place, token } = world(db).await;
    let dir = tempfile::tempdir().expect("a directory");
    let [without, with] = ["without.bk", "with.bk"].map(|name| dir.path().join(name).display().to_string());
    run(&place, &["backup", &without]).await;
    run(&place, &["backup", "--with-salts", &with]).await;
    let visitors = async |haru: &Haru| haru.results("example.com", &["visitors"], &[]).await[0]["metrics"][0].take();
    let before = visitors(&haru).await.as_i64().expect("a number");
    for (archive, salts, more) in [(&without, 0, 1), (&with, 1, 0)] {
        let other = Place::new(db).await;
        run(&other, &["restore", archive]).await;
        let kept = number(&database(&other).await, "SELECT COUNT(*) FROM salt").await;
        assert!(if salts == 0 { kept == 0 } else { kept > 0 }, "{kept}");
        let mut restored = other.start(&FLAGS).await;
        log_in(&mut restored).await;
        // The visitor who was there before the backup.
        restored.count(&token, 1, json!({"p": "/later"})).await;
        assert_eq!(visitors(&restored).await, json!(before + more), "{archive}");
    }
}

async fn a_database_of_an_older_version_is_not_backed_up(db: Db) {
    let World { haru, place, .. } = world(db).await;
    haru.stop().await;
    forget_last_migration(&place).await;
    let dir = tempfile::tempdir().expect("a directory");
    let (path, archive) = archive_in(dir.path());
    assert!(refused(command(&place, &["backup", &archive])).await.contains("older version"));
    assert!(!path.exists());
}

/// As a version was that did not have it.
async fn forget_last_migration(place: &Place) -> String {
    let file = format!("sqlite://{}/haru.db", place.dir.path().display());
    let database = Database::connect(place.database_url.clone().unwrap_or(file)).await.expect("a connection");
    Migrator::down(&database, Some(1)).await.expect("a step back");
    Migrator::migrations().last().expect("a migration").name().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_is_copied_before_it_is_changed() {
    let World { haru, place, .. } = world(Db::Sqlite).await;
    let before = numbers(&haru, "example.com").await;
    haru.stop().await;
    let copies = || {
        let names =
            std::fs::read_dir(place.dir.path()).expect("a directory").map(|file| file.expect("a file").file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().expect("text")).collect();
        names.retain(|name| name.contains("-before-"));
        names.sort();
        names
    };
    assert_eq!(copies(), [""; 0], "a new file needs no copy");
    for round in 1..=4 {
        let migration = forget_last_migration(&place).await;
        let mut haru = place.start(&FLAGS).await;
        log_in(&mut haru).await;
        assert_eq!(numbers(&haru, "example.com").await, before);
        haru.stop().await;
        let copies = copies();
        assert_eq!(copies.len(), round.min(3), "the newest three: {copies:?}");
        assert!(copies.iter().all(|name| name.ends_with(&format!("-before-{migration}.db"))), "{copies:?}");
    }
    // With a copy, the version before can go on.
    let old = Place { dir: tempfile::tempdir().expect("a directory"), database_url: None };
    let copy = place.dir.path().join(copies().pop().expect("a copy"));
    std::fs::copy(&copy, old.dir.path().join("haru.db")).expect("copied");
    let file = database(&old).await;
    assert_eq!(number(&file, "SELECT COUNT(*) FROM salt").await, 0, "no salts");
    assert!(number(&file, "SELECT COUNT(*) FROM event").await > 0, "in the form that the version before knows");
    file.execute_unprepared("PRAGMA integrity_check").await.expect("sound");

    let migration = forget_last_migration(&place).await;
    let said = run(&place, &["migrate", "--no-copy"]).await;
    assert!(said.contains("up to date"), "{said}");
    assert_eq!(copies().len(), 3, "{migration}");
}
