//! The `haru` command: what operators see when something is wrong.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sea_orm::{ConnectionTrait, Database};

use crate::harness::{Db, PASSWORD, Place, on_both};

on_both!(a_database_of_a_newer_version_is_refused, users_can_be_made_on_the_command_line);

fn haru(arguments: &[&str], data_dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(arguments).env("HARU_DATA_DIR", data_dir).env("HARU_LOG", "off").output().expect("it runs")
}

/// Exit status 1 and one line that holds the words.
fn assert_one_line(output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[test]
fn a_wrong_setting_is_told_in_one_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let serve = |flags: &[&str]| haru(&[&["serve", "--listen", "127.0.0.1:0"], flags].concat(), dir.path());
    assert_one_line(&serve(&["--database-url", "mysql://nowhere/haru"]), &["HARU_DATABASE_URL"]);
    let closed = serve(&[
        "--database-url",
        "postgres://haru:guess@127.0.0.1:1/haru",
        "--secret",
        "a secret that is long enough for a test",
    ]);
    assert_one_line(&closed, &["HARU_DATABASE_URL"]);
    assert!(!String::from_utf8_lossy(&closed.stderr).contains("guess"), "the password is not repeated");
    assert_one_line(&serve(&["--database-url", "postgres://127.0.0.1:1/haru"]), &["HARU_SECRET"]);
    assert_one_line(&serve(&["--secret", "short"]), &["HARU_SECRET"]);
    assert_one_line(&serve(&["--secret", &format!("short{}", " ".repeat(40))]), &["HARU_SECRET"]);
    // It could not be named in HARU_SECRET_PREVIOUS later.
    let with_comma = "a secret, that is long enough for a test";
    assert_one_line(&serve(&["--secret", with_comma]), &["HARU_SECRET: must not hold a comma"]);
    let other = tempfile::tempdir().expect("a directory");
    let file = other.path().join("secret");
    std::fs::write(&file, with_comma).expect("written");
    let kept = haru(&["serve", "--listen", "127.0.0.1:0"], other.path());
    assert_one_line(&kept, &["HARU_SECRET", "comma", &file.display().to_string()]);
    assert!(!String::from_utf8_lossy(&kept.stderr).contains("long enough"), "it is not repeated");
    assert_one_line(&serve(&["--trusted-proxies", "10.0.0.0/99"]), &["HARU_TRUSTED_PROXIES"]);
    assert_one_line(&serve(&["--base-url", "stats.example.com"]), &["HARU_BASE_URL"]);
    assert_one_line(&serve(&["--registration", "sometimes"]), &["HARU_REGISTRATION", "open, invite, closed"]);
    assert_one_line(&serve(&["--geo-db", "/nowhere/geo.mmdb"]), &["HARU_GEO_DB", "/nowhere/geo.mmdb"]);
    assert_one_line(&serve(&["--log", "haru=loudly"]), &["HARU_LOG"]);
    assert_one_line(&serve(&["--metrics-token", "short"]), &["HARU_METRICS_TOKEN", "16"]);
    let no_mail = serve(&["--smtp-url", "http://haru:guess@mail.example.com"]);
    assert_one_line(&no_mail, &["HARU_SMTP_URL"]);
    assert!(!String::from_utf8_lossy(&no_mail.stderr).contains("guess"), "the password is not repeated");
    assert_one_line(&serve(&["--mail-from", "nobody"]), &["HARU_MAIL_FROM"]);
}

#[test]
fn a_data_directory_that_cannot_be_written_is_told_in_one_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("a-file");
    std::fs::write(&file, "").expect("written");
    let output = haru(&["serve", "--listen", "127.0.0.1:0"], &file.join("below"));
    assert_one_line(&output, &["HARU_DATA_DIR", "a-file"]);
}

#[test]
fn a_taken_port_is_told_in_one_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    assert_one_line(&haru(&["serve", "--listen", &address], dir.path()), &["HARU_LISTEN", &address]);
}

#[test]
fn without_a_database_nothing_is_sealed_or_exported() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out");
    let out = out.to_str().expect("text");
    for arguments in [&["seal", "--list"][..], &["export", "--site", "example.com", "--dir", out]] {
        assert_one_line(&haru(arguments, dir.path()), &["HARU_DATA_DIR", "there is no database"]);
    }
    let turned = ["--from", "2025-09-12", "--to", "2025-09-01"];
    let turned = [&["export", "--site", "example.com", "--dir", out][..], &turned].concat();
    assert_one_line(&haru(&turned, dir.path()), &["--to", "2025-09-01", "2025-09-12"]);
    assert_eq!(std::fs::read_dir(dir.path()).expect("a directory").count(), 0, "nothing was made");
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(Db::Sqlite).await;
    std::fs::set_permissions(place.dir.path(), std::fs::Permissions::from_mode(0o755)).expect("open to all");
    let _haru = place.start(&[]).await;
    for name in ["haru.db", "haru.db-wal", "haru.db-shm", "secret"] {
        let mode = std::fs::metadata(place.dir.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn help_has_examples() {
    let dir = tempfile::tempdir().expect("a directory");
    for command in [
        "serve",
        "migrate",
        "seed",
        "seal",
        "export",
        "backup",
        "verify",
        "restore",
        "user create",
        "user reset-second-factor",
        "openapi",
    ] {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let output = haru(&arguments, dir.path());
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("Examples:"), "{command}");
    }
}

async fn a_database_of_a_newer_version_is_refused(db: Db) {
    let place = Place::new(db).await;
    place.start(&[]).await.stop().await;
    let url = place.database_url.clone().unwrap_or_else(|| format!("sqlite://{}/haru.db", place.dir.path().display()));
    let database = Database::connect(url).await.expect("a connection");
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_flying_cars', 0)";
    database.execute_unprepared(newer).await.expect("inserted");
    database.close().await.expect("closed");
    let error = haru::serve::start(&place.config(&[]), std::future::pending()).await.expect_err("it is newer");
    assert!(error.contains("newer version"), "{error}");
    assert!(!error.contains('\n'));
}

async fn users_can_be_made_on_the_command_line(db: Db) {
    let place = Place::new(db).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(["user", "create", "--email", "ana@example.com", "--name", "Ana", "--data-dir"]).arg(place.dir.path());
    if let Some(url) = &place.database_url {
        command.args(["--database-url", url]);
    }
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it runs");
    writeln!(process.stdin.take().expect("an input"), "{PASSWORD}").expect("written");
    assert!(process.wait().expect("it ended").success());
    let haru = place.start(&[]).await;
    let body = serde_json::json!({"email": "ana@example.com", "password": PASSWORD});
    let login = haru.client.post(haru.url("/api/v1/auth/login")).json(&body).send().await.expect("sent");
    let session = crate::harness::expect(login, reqwest::StatusCode::OK).await;
    assert_eq!(session["user"]["is_admin"], serde_json::json!(true));
}
