//! Opening the database: pools, pragmas, migrations.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use haru_migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

use super::Store;
use super::append::Direct;
use super::before_migrating::{self, CopyBefore};
use crate::config::{DatabaseConfig, Durability, prepare_data_dir};
use crate::secret::write_private;

/// Readers of a SQLite file; more would only queue for the same two or four cores.
const SQLITE_READERS: u32 = 4;
/// Connections of a node to PostgreSQL, the ingest writer's apart.
const POSTGRES_CONNECTIONS: u32 = 10;
/// Connections of the ingest writer to PostgreSQL. It uses one at a time: the one that it keeps, one for batches that go
/// the long way, and one for when another hangs with a peer that has vanished.
const INGEST_CONNECTIONS: u32 = 3;
/// An ingest connection that was idle for this long is tried before it is used: it may have died meanwhile.
pub(super) const TRY_AFTER_IDLE: Duration = Duration::from_secs(1);
/// Pages of the write-ahead log at which the writer itself folds it into the file. [`Store::checkpoint`] does so now
/// and then beside the writer, so that hits hardly ever wait for it.
pub(super) const WAL_PAGES: &str = "16000";
/// How long SQLite waits for another process that holds the file, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Rows that wait between the thread of a SQLite connection and their reader: with few, the two wake each other all the time.
const ROWS_BUFFERED: usize = 1_000;
/// How long a request waits for a free connection before it is told that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(8);
/// The driver would tell of each who waits long, in the log: never, as all who wait are told that the database is not available.
const ACQUIRE_TOLD: Duration = Duration::from_hours(1);

pub(super) async fn open(config: &DatabaseConfig, copy: CopyBefore) -> Result<Store, String> {
    let store = open_as_it_is(config).await?;
    refuse_newer(&store.writer).await?;
    if store.is_sqlite() && copy == CopyBefore::Migrating {
        before_migrating::copy(&store.writer, &config.sqlite_path()).await?;
    }
    migrate(&store.writer, None).await?;
    Ok(store)
}

/// Connects, whatever the schema.
pub(super) async fn open_as_it_is(config: &DatabaseConfig) -> Result<Store, String> {
    config.check()?;
    match &config.database_url {
        None => open_sqlite(config).await,
        Some(url) => open_postgres(url).await.map_err(|error| format!("HARU_DATABASE_URL: {}", one_line(&error))),
    }
}

async fn open_sqlite(config: &DatabaseConfig) -> Result<Store, String> {
    prepare_data_dir(&config.data_dir)?;
    let path = config.sqlite_path();
    let failed = |error: DbErr| format!("cannot open {}: {}", path.display(), one_line(&error));
    // SQLite gives its other files the same permissions.
    match write_private(&path, b"") {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(format!("cannot open {}: {error}", path.display()));
        }
        Ok(()) | Err(_) => {}
    }
    let base = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous(config.durability))
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .row_buffer_size(ROWS_BUFFERED)
        .pragma("cache_size", "-16000")
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .disable_statement_logging();
    let writer = connect_sqlite(base.clone(), 1).await.map_err(failed)?;
    let reader = connect_sqlite(base.pragma("query_only", "ON"), SQLITE_READERS).await.map_err(failed)?;
    let ingest = writer.clone();
    let direct = Some(Arc::new(Direct::new(path.clone(), synchronous_word(config.durability))));
    Ok(Store { ingest, writer, reader, kept: Arc::default(), direct, log_owed: Arc::default() })
}

/// The same as a word.
fn synchronous_word(durability: Durability) -> &'static str {
    match durability {
        Durability::Process => "NORMAL",
        Durability::Disk => "FULL",
    }
}

/// In WAL mode `NORMAL` leaves it to checkpoints to wait for the disk, `FULL` has each commit wait.
fn synchronous(durability: Durability) -> SqliteSynchronous {
    match durability {
        Durability::Process => SqliteSynchronous::Normal,
        Durability::Disk => SqliteSynchronous::Full,
    }
}

pub(super) async fn connect_sqlite(
    settings: SqliteConnectOptions,
    connections: u32,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .map_sqlx_sqlite_opts(move |_| settings.clone())
        .map_sqlx_sqlite_pool_opts(|pool| pool.acquire_slow_threshold(ACQUIRE_TOLD))
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire(false);
    Database::connect(options).await
}

async fn open_postgres(url: &str) -> Result<Store, DbErr> {
    let mut options = postgres_options(url);
    options.max_connections(POSTGRES_CONNECTIONS).min_connections(1);
    let pool = Database::connect(options).await?;
    // Connects when it is first used, so that its socket belongs to the runtime of the ingest writer's thread.
    let mut options = postgres_options(url);
    options.max_connections(INGEST_CONNECTIONS).min_connections(0).connect_lazy(true);
    options.test_before_acquire_if_idle_for(TRY_AFTER_IDLE);
    let ingest = Database::connect(options).await?;
    Ok(Store {
        writer: pool.clone(),
        reader: pool,
        ingest,
        kept: Arc::default(),
        direct: None,
        log_owed: Arc::default(),
    })
}

fn postgres_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .connect_timeout(ACQUIRE_TIMEOUT)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .set_application_name("haru")
        .map_sqlx_postgres_pool_opts(|pool| pool.acquire_slow_threshold(ACQUIRE_TOLD));
    options
}

/// Brings the schema up to date, or takes so many steps towards it; several nodes may try at once, one wins and the others wait.
pub(super) async fn migrate(connection: &DatabaseConnection, steps: Option<usize>) -> Result<(), String> {
    refuse_newer(connection).await?;
    let steps = steps.map(|steps| u32::try_from(steps).unwrap_or(u32::MAX));
    let done = if connection.get_database_backend() == sea_orm::DbBackend::Postgres {
        migrate_postgres(connection, steps).await
    } else {
        Migrator::up(connection, steps).await
    };
    done.map_err(|error| format!("migration failed: {}", one_line(&error)))
}

/// Number of the advisory lock that migrating nodes take, so that two never migrate at once.
const MIGRATION_LOCK: i64 = 0x6861_7275;

async fn migrate_postgres(connection: &DatabaseConnection, steps: Option<u32>) -> Result<(), DbErr> {
    use sea_orm::TransactionTrait;
    let transaction = connection.begin().await?;
    transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    let result = Migrator::up(connection, steps).await;
    transaction.rollback().await?;
    result
}

pub(super) async fn refuse_newer(connection: &DatabaseConnection) -> Result<(), String> {
    match Migrator::get_migration_with_status_read_only(connection).await {
        Ok(_) => Ok(()),
        Err(DbErr::Custom(text)) if text.contains("missing") => Err(format!(
            "this database was made by a newer version of haru than {}: install that version or restore a backup",
            env!("CARGO_PKG_VERSION")
        )),
        Err(error) => Err(format!("cannot read the database's version: {}", one_line(&error))),
    }
}

/// Errors of drivers have several lines and may repeat the address; operators get the first line.
pub(super) fn one_line(error: &DbErr) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
