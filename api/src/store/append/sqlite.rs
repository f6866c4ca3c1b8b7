//! SQLite: a batch as two short scripts, the transaction's begin and end among their statements.
//!
//! Each call of the driver wakes its thread and is woken by it, which on an idle core costs more than to insert a row. So
//! begin and ids are one call, events, number and end the other. Their texts depend on the number of rows alone: each is
//! written, and by SQLite prepared, once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use haru_entity::{batch, event, event_id};
use sea_orm::sqlx::sqlite::{SqliteArguments, SqlitePool};
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe};
use sea_orm::{DatabaseConnection, DbErr, EntityName, IdenStatic, RuntimeErr};

use super::super::events::Batch;
use super::row::{COLUMNS, Cell, cells, event_columns};
use super::{Claims, ROWS_A_STATEMENT};
use crate::collect::Hit;
use crate::error::is_busy;

/// A script and what is bound in it.
type Step = (Arc<str>, SqliteArguments);

static BLANK: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));

/// Texts of scripts.
#[derive(Debug, Default)]
pub(in super::super) struct Texts(Mutex<HashMap<Script, Arc<str>>>);

/// What a script does, for so many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Script {
    /// Begins, and claims ids.
    Begin(usize),
    /// Claims more ids.
    Ids(usize),
    /// Stores events.
    Events(usize),
    /// Stores the last events, takes the batch's number, and commits.
    End(usize),
}

/// Stores the batch's hits, at least one and all of them new; a known id is a violation of a unique constraint.
pub(super) async fn append(
    connection: &DatabaseConnection,
    texts: &Texts,
    batch: &Batch<'_>,
    claims: &Claims<'_>,
    hits: &[&Hit],
) -> Result<(), DbErr> {
    let steps = steps(texts, batch, claims, hits)?;
    let pool = connection.get_sqlite_connection_pool().clone();
    // A task of its own, which ends what it began: given up half way, the connection would stay inside the transaction.
    let task = tokio::spawn(run(pool, steps));
    task.await.map_err(|error| DbErr::Custom(error.to_string()))?
}

fn steps(texts: &Texts, batch: &Batch<'_>, claims: &Claims<'_>, hits: &[&Hit]) -> Result<Vec<Step>, DbErr> {
    let mut steps = Vec::with_capacity(2);
    let ids: Vec<_> = claims.keys().collect();
    let mut claimed = ids.chunks(ROWS_A_STATEMENT);
    let first = claimed.next().unwrap_or_default();
    steps.push((texts.of(Script::Begin(first.len())), bound_ids(batch, first)?));
    for part in claimed {
        steps.push((texts.of(Script::Ids(part.len())), bound_ids(batch, part)?));
    }
    let mut stored = hits.chunks(ROWS_A_STATEMENT);
    let last = stored.next_back().unwrap_or_default();
    for part in stored {
        steps.push((texts.of(Script::Events(part.len())), bound_events(batch, part)?));
    }
    let mut arguments = bound_events(batch, last)?;
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    for value in [batch.node, batch.seq, batch.at, size] {
        bind(&mut arguments, Cell::Int(value))?;
    }
    steps.push((texts.of(Script::End(last.len())), arguments));
    Ok(steps)
}

async fn run(pool: SqlitePool, steps: Vec<Step>) -> Result<(), DbErr> {
    let told = |error: sqlx::Error| RuntimeErr::SqlxError(Arc::new(error));
    let mut connection = pool.acquire().await.map_err(|error| DbErr::Conn(told(error)))?;
    for (number, (text, arguments)) in steps.into_iter().enumerate() {
        let done = sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut *connection).await;
        if let Err(error) = done {
            let error = DbErr::Exec(told(error));
            let began = number > 0 || !is_busy(&error);
            if began && sqlx::query("ROLLBACK").execute(&mut *connection).await.is_err() {
                // Whatever state it is in, nobody else shall find it so.
                let _gone = connection.close().await;
            }
            return Err(error);
        }
    }
    Ok(())
}

fn bound_ids(batch: &Batch<'_>, ids: &[&(i64, &str)]) -> Result<SqliteArguments, DbErr> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(ids.len() * 3, 0);
    for (site, id) in ids {
        for value in [Cell::Int(*site), Cell::Text(id), Cell::Int(batch.at)] {
            bind(&mut arguments, value)?;
        }
    }
    Ok(arguments)
}

fn bound_events(batch: &Batch<'_>, hits: &[&Hit]) -> Result<SqliteArguments, DbErr> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(hits.len() * COLUMNS, 0);
    for value in hits.iter().flat_map(|hit| cells(batch, hit)) {
        bind(&mut arguments, value)?;
    }
    Ok(arguments)
}

fn bind(arguments: &mut SqliteArguments, cell: Cell<'_>) -> Result<(), DbErr> {
    let shared = |text: &str| if text.is_empty() { BLANK.clone() } else { Arc::from(text) };
    let bound = match cell {
        Cell::Int(number) => arguments.add(number),
        Cell::Small(number) => arguments.add(number),
        Cell::Flag(flag) => arguments.add(flag),
        Cell::Text(text) => arguments.add(shared(text)),
        Cell::MaybeInt(number) => arguments.add(number),
        Cell::MaybeSmall(number) => arguments.add(number),
        Cell::MaybeText(text) => arguments.add(text.map(shared)),
    };
    bound.map_err(|error| DbErr::Type(error.to_string()))
}

impl Texts {
    fn of(&self, script: Script) -> Arc<str> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.entry(script).or_insert_with(|| script.text().into()).clone()
    }
}

impl Script {
    fn text(self) -> String {
        match self {
            Self::Begin(0) => "BEGIN IMMEDIATE".to_owned(),
            Self::Begin(rows) => format!("BEGIN IMMEDIATE; {}", insert_ids(rows)),
            Self::Ids(rows) => insert_ids(rows),
            Self::Events(rows) => insert_events(rows),
            Self::End(rows) => format!(
                "{}; INSERT INTO {} (node, seq, committed_at, events) VALUES (?, ?, ?, ?); COMMIT",
                insert_events(rows),
                batch::Entity.table_name()
            ),
        }
    }
}

fn insert_ids(rows: usize) -> String {
    insert(event_id::Entity.table_name(), &["site_id", "id", "received_at"], rows)
}

fn insert_events(rows: usize) -> String {
    let columns: Vec<&str> = event_columns().map(|column| column.as_str()).collect();
    insert(event::Entity.table_name(), &columns, rows)
}

fn insert(table: &str, columns: &[&str], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), vec![row; rows].join(", "))
}
