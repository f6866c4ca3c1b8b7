//! PostgreSQL: a whole batch in one statement, which is one trip and its own transaction.
//!
//! Rows come as one array a column, so that text and parameters are the same for every size, and no text of a hit becomes
//! a `String` of its own on the way.

use std::sync::{Arc, LazyLock};

use haru_entity::{batch, event, event_id};
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgArguments, Postgres};
use sea_orm::sqlx::query::Query;
use sea_orm::{DatabaseConnection, DbErr, EntityName, IdenStatic, RuntimeErr};

use super::super::events::Batch;
use super::Claims;
use super::kept::Kept;
use super::row::{Cell, cells, event_columns};
use crate::collect::Hit;

static TEXT: LazyLock<String> = LazyLock::new(text);

/// Stores the batch's hits, at least one and all of them new; a known id is a violation of a unique constraint.
pub(super) async fn append(
    connection: &DatabaseConnection,
    kept: &Kept,
    batch: &Batch<'_>,
    claims: &Claims<'_>,
    hits: &[&Hit],
) -> Result<(), DbErr> {
    let told = |error: sqlx::Error| RuntimeErr::SqlxError(Arc::new(error));
    let (sites, ids): (Vec<i64>, Vec<&str>) = claims.keys().copied().unzip();
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let mut insert =
        sqlx::query(TEXT.as_str()).bind(batch.node).bind(batch.seq).bind(batch.at).bind(size).bind(sites).bind(ids);
    for column in columns(batch, hits) {
        insert = column.bind(insert);
    }
    // Apart, as the two errors mean different things: without a connection, no hit is at fault.
    let pool = connection.get_postgres_connection_pool();
    let mut held = kept.take(pool).await.map_err(|error| DbErr::Conn(told(error)))?;
    let result = insert.execute(held.connection().map_err(|error| DbErr::Conn(told(error)))?).await;
    // What the database refused, such as a known id, says nothing against the connection.
    if matches!(result, Ok(_) | Err(sqlx::Error::Database(_))) {
        kept.keep(held);
    }
    result.map(|_| ()).map_err(|error| DbErr::Exec(told(error)))
}

/// The events depend on the ids, so that a known id shows before they are written in vain. The arrays are unnested side by
/// side in a select list: `FROM unnest(a, b, …)` would first put each column into a table of its own.
fn text() -> String {
    let names: Vec<&str> = event_columns().filter(|column| is_of_hit(*column)).map(|column| column.as_str()).collect();
    let arrays: Vec<String> = (7..).zip(&names).map(|(number, name)| format!("unnest(${number}) AS {name}")).collect();
    format!(
        "WITH number AS (INSERT INTO {} (node, seq, committed_at, events) VALUES ($1, $2, $3, $4)), \
         ids AS (INSERT INTO {} (site_id, id, received_at) \
         SELECT site_id, id, $3 FROM (SELECT unnest($5) AS site_id, unnest($6) AS id) AS claim RETURNING 1) \
         INSERT INTO {} (node, seq, {names}) SELECT $1, $2, {names} FROM (SELECT {}) AS hit \
         WHERE (SELECT count(*) FROM ids) >= 0",
        batch::Entity.table_name(),
        event_id::Entity.table_name(),
        event::Entity.table_name(),
        arrays.join(", "),
        names = names.join(", "),
    )
}

/// False for what all hits of a batch have in common.
fn is_of_hit(column: event::Column) -> bool {
    !matches!(column, event::Column::Node | event::Column::Seq)
}

/// The values of one column, hit by hit; the database refuses a null where there may be none.
enum Column<'h> {
    Int(Vec<Option<i64>>),
    Small(Vec<Option<i16>>),
    Flag(Vec<Option<bool>>),
    Text(Vec<Option<&'h str>>),
}

/// The hits turned on their side: one array for each column that [`is_of_hit`], in the order of [`event_columns`].
fn columns<'h>(batch: &Batch<'_>, hits: &[&'h Hit]) -> Vec<Column<'h>> {
    let of_hit = |hit: &'h Hit| event_columns().zip(cells(batch, hit)).filter(|(column, _)| is_of_hit(*column));
    let Some((first, others)) = hits.split_first() else { return Vec::new() };
    let mut columns: Vec<Column<'h>> = of_hit(first).map(|(_, cell)| Column::beginning(cell, hits.len())).collect();
    for hit in others {
        for (column, (_, cell)) in columns.iter_mut().zip(of_hit(hit)) {
            column.push(cell);
        }
    }
    columns
}

impl<'h> Column<'h> {
    /// A column of the cell's kind, which is its first one.
    fn beginning(cell: Cell<'h>, capacity: usize) -> Self {
        let mut column = match cell {
            Cell::Int(_) | Cell::MaybeInt(_) => Self::Int(Vec::with_capacity(capacity)),
            Cell::Small(_) | Cell::MaybeSmall(_) => Self::Small(Vec::with_capacity(capacity)),
            Cell::Flag(_) => Self::Flag(Vec::with_capacity(capacity)),
            Cell::Text(_) | Cell::MaybeText(_) => Self::Text(Vec::with_capacity(capacity)),
        };
        column.push(cell);
        column
    }

    /// The cells of a column are all of one kind.
    fn push(&mut self, cell: Cell<'h>) {
        match self {
            Self::Int(column) => column.push(match cell {
                Cell::Int(number) => Some(number),
                Cell::MaybeInt(number) => number,
                _ => None,
            }),
            Self::Small(column) => column.push(match cell {
                Cell::Small(number) => Some(number),
                Cell::MaybeSmall(number) => number,
                _ => None,
            }),
            Self::Flag(column) => column.push(match cell {
                Cell::Flag(flag) => Some(flag),
                _ => None,
            }),
            Self::Text(column) => column.push(match cell {
                Cell::Text(text) => Some(text),
                Cell::MaybeText(text) => text,
                _ => None,
            }),
        }
    }

    fn bind(self, insert: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        match self {
            Self::Int(column) => insert.bind(column),
            Self::Small(column) => insert.bind(column),
            Self::Flag(column) => insert.bind(column),
            Self::Text(column) => insert.bind(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sea_orm::{ConnectOptions, Database};

    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn without_a_connection_no_hit_is_at_fault() {
        // Nothing listens on port 1.
        let mut options = ConnectOptions::new("postgres://haru@127.0.0.1:1/haru");
        options.connect_lazy(true).acquire_timeout(Duration::from_millis(50));
        let connection = Database::connect(options).await.expect("nothing is connected yet");
        let hit = Hit::blank(1, 1);
        let batch = Batch { node: 1, seq: 1, at: 1, hits: &[&hit], drops: &[] };
        let failed = append(&connection, &Kept::default(), &batch, &Claims::new(), batch.hits)
            .await
            .expect_err("there is no database");
        assert!(matches!(Error::from(failed), Error::Unavailable));
    }
}
