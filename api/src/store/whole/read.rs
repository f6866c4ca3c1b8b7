//! Reading all rows of all tables in one snapshot, a page at a time.

use haru_migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement, TransactionTrait, Value,
};

use super::{Cell, Column, Kind, Listed, Table, tables};
use crate::store::Store;
use crate::store::connect::one_line;

/// Takes what is read.
pub(crate) trait WholeSink: Send {
    /// The name of the schema's last migration comes first.
    fn begin(&mut self, migration: &str) -> Result<(), String>;
    /// The table of the rows that come next.
    fn table(&mut self, table: &Table) -> Result<(), String>;
    /// A row of it.
    fn row(&mut self, row: &[Cell]) -> Result<(), String>;
}

impl Store {
    /// Hands out all tables and rows as one snapshot has them; those with salts when they are asked for.
    ///
    /// # Errors
    /// One line for the operator, also when the schema is older than this version, and what the sink says.
    pub(crate) async fn read_whole(&self, with_salts: bool, sink: &mut dyn WholeSink) -> Result<(), String> {
        let failed = |error: DbErr| format!("cannot read the database: {}", one_line(&error));
        let snapshot = self.reader.begin_with_options(self.snapshot_options()).await.map_err(failed)?;
        sink.begin(&newest_migration(&snapshot).await?)?;
        for listed in tables()?.into_iter().filter(|listed| with_salts || !listed.is_salt) {
            read_table(&snapshot, listed, sink).await?;
        }
        snapshot.rollback().await.map_err(failed)
    }
}

/// The last migration, which must be the last one that this version knows: the list of tables is of that schema.
async fn newest_migration(snapshot: &DatabaseTransaction) -> Result<String, String> {
    let known = Migrator::get_migration_with_status_read_only(snapshot).await;
    let known = known.map_err(|error| format!("cannot read the database's version: {}", one_line(&error)))?;
    if known.iter().any(|migration| migration.status() == MigrationStatus::Pending) {
        return Err("this database was made by an older version of haru: back up with that version, or bring the database up to \
                    date with `haru migrate` before"
            .to_owned());
    }
    Ok(known.last().map(|migration| migration.name().to_owned()).unwrap_or_default())
}

async fn read_table(
    snapshot: &DatabaseTransaction,
    mut listed: Listed,
    sink: &mut dyn WholeSink,
) -> Result<(), String> {
    let failed = |error: DbErr, name: &str| format!("cannot read the table {name}: {}", one_line(&error));
    if listed.is_counted {
        listed.table.counted = counted(snapshot, &listed).await.map_err(|error| failed(error, &listed.table.name))?;
    }
    sink.table(&listed.table)?;
    let mut last: Option<Vec<Cell>> = None;
    loop {
        let page = page(&listed, last.as_deref());
        let rows = snapshot.query_all(&page).await.map_err(|error| failed(error, &listed.table.name))?;
        let is_last = (rows.len() as u64) < listed.page;
        for row in rows {
            let cells = listed.table.columns.iter().enumerate().map(|(place, column)| cell(&row, place, column));
            let cells: Vec<Cell> =
                cells.collect::<Result<_, DbErr>>().map_err(|error| failed(error, &listed.table.name))?;
            sink.row(&cells)?;
            last = Some(cells);
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The rows behind that one, by the key.
fn page(listed: &Listed, behind: Option<&[Cell]>) -> SelectStatement {
    let name = |column: &Column| Alias::new(&column.name);
    let mut select = Query::select();
    select.from(Alias::new(&listed.table.name)).columns(listed.table.columns.iter().map(name)).limit(listed.page);
    let key: Vec<_> = listed.key.iter().filter_map(|place| Some((*place, listed.table.columns.get(*place)?))).collect();
    for (_, column) in &key {
        select.order_by(name(column), sea_orm::Order::Asc);
    }
    if let Some(row) = behind {
        let columns = key.iter().map(|(_, column)| Expr::col(name(column)));
        let values =
            key.iter().filter_map(|(place, column)| Some(Expr::val(value(column.kind, row.get(*place)?.clone()))));
        select.and_where(Expr::tuple(columns).gt(Expr::tuple(values)));
    }
    select
}

fn cell(row: &QueryResult, place: usize, column: &Column) -> Result<Cell, DbErr> {
    let cell = match column.kind {
        Kind::Bool => row.try_get_by_index::<Option<bool>>(place)?.map(Cell::Bool),
        Kind::I16 => row.try_get_by_index::<Option<i16>>(place)?.map(|value| Cell::Int(value.into())),
        Kind::I32 => row.try_get_by_index::<Option<i32>>(place)?.map(|value| Cell::Int(value.into())),
        Kind::I64 => row.try_get_by_index::<Option<i64>>(place)?.map(Cell::Int),
        Kind::Text => row.try_get_by_index::<Option<String>>(place)?.map(Cell::Text),
        Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(place)?.map(Cell::Bytes),
    };
    Ok(cell.unwrap_or(Cell::Null))
}

/// The value as a column of that kind takes it; what does not fit is null, which [`Column::takes`] has ruled out.
pub(super) fn value(kind: Kind, cell: Cell) -> Value {
    match (kind, cell) {
        (Kind::Bool, Cell::Bool(value)) => value.into(),
        (Kind::I16, Cell::Int(value)) => i16::try_from(value).ok().into(),
        (Kind::I32, Cell::Int(value)) => i32::try_from(value).ok().into(),
        (Kind::I64, Cell::Int(value)) => value.into(),
        (Kind::Text, Cell::Text(value)) => value.into(),
        (Kind::Bytes, Cell::Bytes(value)) => value.into(),
        (Kind::Bool, _) => None::<bool>.into(),
        (Kind::I16, _) => None::<i16>.into(),
        (Kind::I32, _) => None::<i32>.into(),
        (Kind::I64, _) => None::<i64>.into(),
        (Kind::Text, _) => None::<String>.into(),
        (Kind::Bytes, _) => None::<Vec<u8>>.into(),
    }
}

/// The last key that the database has given out for the table.
async fn counted(snapshot: &DatabaseTransaction, listed: &Listed) -> Result<Option<i64>, DbErr> {
    let backend = snapshot.get_database_backend();
    let name = listed.table.name.as_str();
    let statement = if backend == DbBackend::Postgres {
        let text = "SELECT pg_sequence_last_value(pg_get_serial_sequence(quote_ident($1), 'id')::regclass)";
        Statement::from_sql_and_values(backend, text, [name.into()])
    } else {
        Statement::from_sql_and_values(backend, "SELECT seq FROM sqlite_sequence WHERE name = ?", [name.into()])
    };
    let row = snapshot.query_one_raw(statement).await?;
    row.map_or(Ok(None), |row| row.try_get_by_index::<Option<i64>>(0))
}
