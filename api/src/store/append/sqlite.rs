//! SQLite: a batch as one script, the transaction's begin and end among its statements.
//!
//! Each call of the driver wakes its thread and is woken by it, which on an idle core costs more than to insert a row. A
//! batch of more rows than a statement takes is several scripts, and so is one of which some hits have an id and others have
//! none: a script's text then depends on one number of rows alone, and the driver keeps all of them prepared.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures_util::TryStreamExt;
use haru_entity::{batch, event, event_id};
use sea_orm::sqlx::sqlite::{SqliteArguments, SqlitePool};
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Executor};
use sea_orm::{DatabaseConnection, DbErr, EntityName, IdenStatic, RuntimeErr};

use super::super::events::Batch;
use super::row::{COLUMNS, Cell, cells, event_columns};
use super::{Claims, ROWS_A_STATEMENT};
use crate::collect::Hit;
use crate::error::is_busy;

/// A script and what is bound in it.
type Step = (Script, Text, SqliteArguments);

/// A script as the driver takes it.
#[derive(Clone, Debug)]
struct Text {
    sql: Arc<str>,
    statements: usize,
}

static BLANK: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));

/// Texts of scripts.
#[derive(Debug, Default)]
pub(in super::super) struct Texts(Mutex<HashMap<Script, Text>>);

/// What a script does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Script {
    /// Whether the transaction begins with it.
    begins: bool,
    /// How many ids it claims.
    ids: usize,
    /// How many events it stores.
    events: usize,
    /// Whether it takes the batch's number and commits.
    ends: bool,
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
    let claimed: Vec<_> = claims.keys().collect();
    let parts = hits.len().div_ceil(ROWS_A_STATEMENT);
    let (mut ids, mut events) = (claimed.chunks(ROWS_A_STATEMENT), hits.chunks(ROWS_A_STATEMENT));
    let mut steps = Vec::with_capacity(parts);
    for part in 1..=parts {
        let (mut ids, events) = (ids.next().unwrap_or_default(), events.next().unwrap_or_default());
        let mut begins = part == 1;
        if !ids.is_empty() && ids.len() != events.len() {
            let script = Script { begins, ids: ids.len(), events: 0, ends: false };
            steps.push((script, texts.of(script), bound(batch, ids, &[], None)?));
            (begins, ids) = (false, &[]);
        }
        let script = Script { begins, ids: ids.len(), events: events.len(), ends: part == parts };
        steps.push((script, texts.of(script), bound(batch, ids, events, script.ends.then_some(hits.len()))?));
    }
    Ok(steps)
}

async fn run(pool: SqlitePool, steps: Vec<Step>) -> Result<(), DbErr> {
    let told = |error: sqlx::Error| RuntimeErr::SqlxError(Arc::new(error));
    let mut connection = pool.acquire().await.map_err(|error| DbErr::Conn(told(error)))?;
    for (script, text, arguments) in steps {
        let query = sqlx::query_with(AssertSqlSafe(text.sql), arguments);
        let ended = connection.execute_many(query).try_fold(0, async |ended, _| Ok(ended + 1)).await;
        let error = match ended {
            Ok(ended) if ended == text.statements => continue,
            // The driver's thread has gone, and took the rest of the script with it.
            Ok(_) => sqlx::Error::WorkerCrashed,
            Err(error) => error,
        };
        let error = DbErr::Exec(told(error));
        let began = !(script.begins && is_busy(&error));
        if began && sqlx::query("ROLLBACK").execute(&mut *connection).await.is_err() {
            // Whatever state it is in, nobody else shall find it so.
            let _gone = connection.close().await;
        }
        return Err(error);
    }
    Ok(())
}

/// What a script binds: ids, events, and for one that ends the batch its number and size.
fn bound(
    batch: &Batch<'_>,
    ids: &[&(i64, &str)],
    events: &[&Hit],
    size: Option<usize>,
) -> Result<SqliteArguments, DbErr> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(ids.len() * 3 + events.len() * COLUMNS + 4, 0);
    let ids = ids.iter().flat_map(|(site, id)| [Cell::Int(*site), Cell::Text(id), Cell::Int(batch.at)]);
    let size = size.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
    let number = size.into_iter().flat_map(|size| [batch.node, batch.seq, batch.at, size].map(Cell::Int));
    for value in ids.chain(events.iter().flat_map(|hit| cells(batch, hit))).chain(number) {
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
    fn of(&self, script: Script) -> Text {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.entry(script).or_insert_with(|| script.text()).clone()
    }
}

impl Script {
    fn text(self) -> Text {
        let columns: Vec<&str> = event_columns().map(|column| column.as_str()).collect();
        let mut statements = Vec::new();
        if self.begins {
            statements.push("BEGIN IMMEDIATE".to_owned());
        }
        if self.ids > 0 {
            statements.push(insert(event_id::Entity.table_name(), &["site_id", "id", "received_at"], self.ids));
        }
        if self.events > 0 {
            statements.push(insert(event::Entity.table_name(), &columns, self.events));
        }
        if self.ends {
            statements.push(insert(batch::Entity.table_name(), &["node", "seq", "committed_at", "events"], 1));
            statements.push("COMMIT".to_owned());
        }
        Text { sql: statements.join("; ").into(), statements: statements.len() }
    }
}

fn insert(table: &str, columns: &[&str], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), vec![row; rows].join(", "))
}
