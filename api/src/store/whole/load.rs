//! Filling an empty database, in one transaction.

use haru_migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait,
};

use super::read::value;
use super::{Cell, LEFT_OUT, Table, migration_number};
use crate::config::DatabaseConfig;
use crate::store::Store;
use crate::store::connect::{self, one_line};

/// Values that one statement inserts at most; SQLite takes 32,766.
const VALUES: usize = 20_000;
/// Rows that one statement inserts at most.
const ROWS: usize = 500;
/// Bytes of text and blobs behind which a statement is sent.
const BYTES: usize = 4 << 20;

/// A transaction that fills the database. Dropped, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Loading {
    transaction: DatabaseTransaction,
    /// Tables that may be filled.
    known: Vec<String>,
    /// The table that is being filled, and its rows that are not sent yet.
    table: Option<Table>,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
}

impl Store {
    /// Opens an empty database and brings its schema to that migration, or makes sure that it is there.
    ///
    /// # Errors
    /// One line for the operator, such as when something is in it.
    pub(crate) async fn open_empty(config: &DatabaseConfig, migration: &str) -> Result<Self, String> {
        let store = connect::open_as_it_is(config).await?;
        match prepare(&store.writer, migration).await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// Begins to fill it. On PostgreSQL nobody else gets at its tables meanwhile.
    ///
    /// # Errors
    /// One line for the operator, such as when something is in it.
    pub(crate) async fn begin_loading(&self) -> Result<Loading, String> {
        let failed = |error: DbErr| format!("cannot write to the database: {}", one_line(&error));
        let transaction = self.writer.begin().await.map_err(failed)?;
        let known = own_tables(&transaction).await?;
        if !self.is_sqlite() {
            let tables: Vec<_> = known.iter().map(|name| quoted(name)).collect();
            let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "));
            transaction.execute_unprepared(&lock).await.map_err(failed)?;
        }
        refuse_filled(&transaction).await?;
        Ok(Loading { transaction, known, table: None, rows: Vec::new(), bytes: 0 })
    }

    /// Runs the migrations that the archive's version did not have.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) async fn finish_schema(&self) -> Result<(), String> {
        connect::migrate(&self.writer, None).await
    }
}

impl Loading {
    /// The rows that come next are of that table.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) async fn begin_table(&mut self, table: Table) -> Result<(), String> {
        self.end_table().await?;
        if !self.known.contains(&table.name) {
            return Err(format!("the archive has a table that the database has not: {:?}", table.name));
        }
        self.table = Some(table);
        Ok(())
    }

    /// Takes a row.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) async fn row(&mut self, row: Vec<Cell>) -> Result<(), String> {
        self.bytes += row.iter().map(size).sum::<usize>();
        let columns = row.len().max(1);
        self.rows.push(row);
        if self.rows.len() >= (VALUES / columns).clamp(1, ROWS) || self.bytes >= BYTES {
            self.send().await?;
        }
        Ok(())
    }

    /// Keeps what was taken.
    ///
    /// # Errors
    /// One line for the operator; nothing is kept then.
    pub(crate) async fn commit(mut self) -> Result<(), String> {
        self.end_table().await?;
        self.transaction.commit().await.map_err(|error| format!("cannot write to the database: {}", one_line(&error)))
    }

    async fn end_table(&mut self) -> Result<(), String> {
        self.send().await?;
        let Some(Table { name, counted: Some(counted), .. }) = self.table.take() else { return Ok(()) };
        let set = count_on(&self.transaction, &name, counted).await;
        set.map_err(|error| format!("cannot set the counter of the table {name}: {}", one_line(&error)))
    }

    async fn send(&mut self) -> Result<(), String> {
        self.bytes = 0;
        let Some(table) = self.table.as_ref().filter(|_| !self.rows.is_empty()) else { return Ok(()) };
        let failed = |error: String| format!("cannot write to the table {}: {error}", table.name);
        let mut insert = Query::insert();
        insert.into_table(Alias::new(&table.name)).columns(table.columns.iter().map(|column| Alias::new(&column.name)));
        for row in self.rows.drain(..) {
            let values = table.columns.iter().zip(row).map(|(column, cell)| Expr::val(value(column.kind, cell)));
            insert.values(values).map_err(|error| failed(error.to_string()))?;
        }
        let sent = self.transaction.execute(&insert).await;
        sent.map(|_| ()).map_err(|error| failed(one_line(&error)))
    }
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        Cell::Null | Cell::Bool(_) | Cell::Int(_) => 0,
    }
}

async fn prepare(connection: &DatabaseConnection, migration: &str) -> Result<(), String> {
    connect::refuse_newer(connection).await?;
    refuse_filled(connection).await?;
    let known = Migrator::get_migration_with_status_read_only(connection).await;
    let known = known.map_err(|error| format!("cannot read the database's version: {}", one_line(&error)))?;
    let applied = known.iter().filter(|migration| migration.status() == MigrationStatus::Applied).count();
    let wanted = migration_number(migration).map_or(known.len(), |place| place + 1);
    if applied > wanted {
        return Err("the archive was made by an older version of haru, and this database has the tables of this version already: \
                    restore into a database without tables"
            .to_owned());
    }
    connect::migrate(connection, Some(wanted - applied)).await
}

/// Nothing of anybody's is mixed with what is restored.
async fn refuse_filled<C: ConnectionTrait>(connection: &C) -> Result<(), String> {
    for name in own_tables(connection).await? {
        let look = format!("SELECT 1 FROM {} LIMIT 1", quoted(&name));
        let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), look)).await;
        if row.map_err(|error| format!("cannot read the table {name}: {}", one_line(&error)))?.is_some() {
            return Err(format!(
                "the database is not empty: there are rows in its table {name}; restore into a new one"
            ));
        }
    }
    Ok(())
}

/// All tables but those that an archive never holds.
pub(super) async fn own_tables<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, String> {
    let backend = connection.get_database_backend();
    let text = if backend == DbBackend::Postgres {
        "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
    };
    let failed = |error: DbErr| format!("cannot list the tables of the database: {}", one_line(&error));
    let rows = connection.query_all_raw(Statement::from_string(backend, text)).await.map_err(failed)?;
    let names = rows.iter().map(|row| row.try_get_by_index::<String>(0));
    let names: Vec<String> = names.collect::<Result<_, _>>().map_err(failed)?;
    Ok(names.into_iter().filter(|name| LEFT_OUT.iter().all(|(left_out, _)| left_out != name)).collect())
}

/// A name of the catalogue in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Goes on counting keys behind that number, and behind those that are there.
async fn count_on(transaction: &DatabaseTransaction, name: &str, counted: i64) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    let run = async |text: &str, values: Vec<sea_orm::Value>| {
        transaction.execute_raw(Statement::from_sql_and_values(backend, text, values)).await.map(|_| ())
    };
    if backend == DbBackend::Postgres {
        let text = format!(
            "SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), GREATEST($2, (SELECT COALESCE(MAX(id), 1) FROM {})))",
            quoted(name)
        );
        return run(&text, vec![name.into(), counted.into()]).await;
    }
    run("INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)", vec![
        name.into(),
        name.into(),
    ])
    .await?;
    run("UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = ?", vec![counted.into(), name.into()]).await
}
