//! PostgreSQL: a whole batch in one statement, which is one trip and its own transaction.
//!
//! Rows come as one array a column, so that text and parameters are the same for every size, and texts go from the hits
//! to the wire without a copy between.

use std::sync::{Arc, LazyLock};

use haru_entity::{batch, event, event_id};
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgArguments, Postgres};
use sea_orm::sqlx::query::Query;
use sea_orm::{DatabaseConnection, DbErr, EntityName, IdenStatic, RuntimeErr};

use super::super::events::Batch;
use super::Claims;
use super::row::{Cell, cells, event_columns};
use crate::collect::Hit;

/// Number of the first parameter that is a column.
const FIRST_ARRAY: usize = 7;

/// Columns that all hits of a batch have in common, and where their value stands in the statement.
const OF_BATCH: [(event::Column, &str); 2] = [(event::Column::Node, "$1"), (event::Column::Seq, "$2")];

static TEXT: LazyLock<String> = LazyLock::new(text);

/// Stores the batch's hits, all of them new; a known id is a violation of a unique constraint.
pub(super) async fn append(
    connection: &DatabaseConnection,
    batch: &Batch<'_>,
    claims: &Claims<'_>,
    hits: &[&Hit],
) -> Result<(), DbErr> {
    let (sites, ids): (Vec<i64>, Vec<&str>) = claims.keys().copied().unzip();
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let mut insert =
        sqlx::query(TEXT.as_str()).bind(batch.node).bind(batch.seq).bind(batch.at).bind(size).bind(sites).bind(ids);
    for (_, column) in columns(batch, hits) {
        insert = column.bind(insert);
    }
    let done = insert.execute(connection.get_postgres_connection_pool()).await;
    done.map(|_| ()).map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))))
}

/// The events depend on the ids, so that a known id shows before they are written in vain. The arrays are unnested side by
/// side in a select list: `FROM unnest(a, b, …)` would first put each column into a table of its own.
fn text() -> String {
    let columns = columns(&Batch { node: 0, seq: 0, at: 0, hits: &[], drops: &[] }, &[]);
    let (mut names, mut values, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (name, column) in &columns {
        names.push(name.as_str());
        values.push(name.as_str());
        arrays.push(format!("unnest(${}::{}[]) AS {}", FIRST_ARRAY + arrays.len(), column.kind(), name.as_str()));
    }
    for (name, value) in OF_BATCH {
        names.push(name.as_str());
        values.push(value);
    }
    format!(
        "WITH number AS (INSERT INTO {} (node, seq, committed_at, events) VALUES ($1::bigint, $2::bigint, $3, $4)), \
         ids AS (INSERT INTO {} (site_id, id, received_at) \
         SELECT site_id, id, $3 FROM (SELECT unnest($5::bigint[]) AS site_id, unnest($6::text[]) AS id) AS claim \
         RETURNING 1) \
         INSERT INTO {} ({}) SELECT {} FROM (SELECT {}) AS hit WHERE (SELECT count(*) FROM ids) >= 0",
        batch::Entity.table_name(),
        event_id::Entity.table_name(),
        event::Entity.table_name(),
        names.join(", "),
        values.join(", "),
        arrays.join(", ")
    )
}

/// The values of one column, hit by hit; the database refuses a null where there may be none.
enum Column<'h> {
    Int(Vec<Option<i64>>),
    Small(Vec<Option<i16>>),
    Flag(Vec<Option<bool>>),
    Text(Vec<Option<&'h str>>),
}

/// The hits turned on their side: one array a column, but for those [`OF_BATCH`].
fn columns<'h>(batch: &Batch<'_>, hits: &[&'h Hit]) -> Vec<(event::Column, Column<'h>)> {
    let mut columns = cells(batch, &Hit::blank(0, 0)).map(|cell| Column::like(cell, hits.len()));
    for hit in hits {
        for (column, cell) in columns.iter_mut().zip(cells(batch, hit)) {
            column.push(cell);
        }
    }
    let named = event_columns().zip(columns);
    named.filter(|(name, _)| OF_BATCH.iter().all(|(of_batch, _)| of_batch.as_str() != name.as_str())).collect()
}

impl<'h> Column<'h> {
    /// An empty column of the cell's kind.
    fn like(cell: Cell<'_>, capacity: usize) -> Self {
        match cell {
            Cell::Int(_) | Cell::MaybeInt(_) => Self::Int(Vec::with_capacity(capacity)),
            Cell::Small(_) | Cell::MaybeSmall(_) => Self::Small(Vec::with_capacity(capacity)),
            Cell::Flag(_) => Self::Flag(Vec::with_capacity(capacity)),
            Cell::Text(_) | Cell::MaybeText(_) => Self::Text(Vec::with_capacity(capacity)),
        }
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

    /// The type of its values.
    fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "bigint",
            Self::Small(_) => "smallint",
            Self::Flag(_) => "boolean",
            Self::Text(_) => "text",
        }
    }
}
