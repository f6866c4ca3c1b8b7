//! A copy of a SQLite file beside it, made before a migration changes its schema. Salts are not in it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use chrono::Utc;
use haru_migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::connect::{connect_sqlite, one_line};

/// Whether a SQLite file is copied before its schema changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CopyBefore {
    /// It is.
    Migrating,
    /// Somebody has said that it need not be.
    Nothing,
}

/// Copies that are kept, the newest.
const KEPT: usize = 3;
/// How their names begin, and how they go on behind the time.
const PREFIX: &str = "haru-";
const MIDDLE: &str = "-before-";
/// The ending of a copy that is not whole.
const UNFINISHED: &str = ".unfinished";

/// Copies the file of that path, when it has had migrations and some are to come.
///
/// # Errors
/// One line for the operator, when there is no copy; nothing must be migrated then.
pub(super) async fn copy(connection: &DatabaseConnection, path: &Path) -> Result<(), String> {
    let known = Migrator::get_migration_with_status_read_only(connection).await;
    let known = known.map_err(|error| format!("cannot read the database's version: {}", one_line(&error)))?;
    let is_new = known.iter().all(|migration| migration.status() == MigrationStatus::Pending);
    let Some(next) = known.iter().find(|migration| migration.status() == MigrationStatus::Pending) else {
        return Ok(());
    };
    if is_new {
        return Ok(());
    }
    let dir = path.parent().unwrap_or(Path::new("."));
    let name = format!("{PREFIX}{}{MIDDLE}{}.db", Utc::now().format("%Y%m%d-%H%M%S%3f"), next.name());
    let kept = dir.join(&name);
    let unfinished = dir.join(format!("{name}{UNFINISHED}"));
    let written = write(connection, &unfinished)
        .await
        .and_then(|()| finish(&unfinished, &kept, dir).map_err(|error| error.to_string()));
    if let Err(error) = written {
        let _gone = std::fs::remove_file(&unfinished);
        return Err(format!(
            "the database must be changed for this version, and no copy of it could be made before: {}: {error}; make room, or run \
             `haru migrate --no-copy` once there is a backup",
            kept.display()
        ));
    }
    tracing::info!(copy = %kept.display(), "the database is changed for this version; it was copied before");
    forget_old(dir);
    Ok(())
}

/// Writes the copy, readable by its owner alone.
async fn write(connection: &DatabaseConnection, path: &Path) -> Result<(), String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| error.to_string())?;
    let text = path.to_str().ok_or("its name is not UTF-8")?;
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [text.into()]);
    connection.execute_raw(vacuum).await.map_err(|error| one_line(&error))?;
    // A salt that outlives its day would let who has it try addresses against visitor ids.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Memory)
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    let copy = connect_sqlite(options, 1).await.map_err(|error| one_line(&error))?;
    let emptied = copy.execute_unprepared("DELETE FROM salt").await;
    let closed = copy.close().await;
    emptied.map(|_| ()).and(closed).map_err(|error| one_line(&error))
}

fn finish(unfinished: &Path, kept: &Path, dir: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(unfinished)?.sync_all()?;
    std::fs::rename(unfinished, kept)?;
    File::open(dir)?.sync_all()
}

/// Removes all copies but the newest.
fn forget_old(dir: &Path) {
    let mut copies = copies(dir);
    // Their names begin with the time.
    copies.sort();
    copies.reverse();
    for old in copies.iter().skip(KEPT) {
        if let Err(error) = std::fs::remove_file(old) {
            tracing::warn!(%error, copy = %old.display(), "an old copy of the database cannot be removed");
        }
    }
}

fn copies(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_copy = |name: &String| {
        let time = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once(MIDDLE)).map(|(time, _)| time);
        time.is_some_and(|time| time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
    };
    names.filter(is_copy).map(|name| dir.join(name)).collect()
}
