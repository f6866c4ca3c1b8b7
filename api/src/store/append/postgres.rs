//! PostgreSQL: a whole batch in one statement, which is one trip and its own transaction.
//!
//! Rows come as one array a column, so that text and parameters are the same for every size. Arrays hold no nulls here:
//! blanks stand for them.

use std::fmt::Write;
use std::sync::LazyLock;

use haru_entity::{batch, event, event_id};
use sea_orm::sea_query::{ArrayType, Values};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityName, IdenStatic, Statement, Value};

use super::super::events::Batch;
use super::Claims;
use super::row::{COLUMNS, Cell, cells, event_columns};
use crate::collect::Hit;

/// Stands for no scroll depth.
const NO_DEPTH: i16 = -1;

static TEXT: LazyLock<String> = LazyLock::new(text);

/// Stores the batch's hits, all of them new; a known id is a violation of a unique constraint.
pub(super) async fn append(
    connection: &DatabaseConnection,
    batch: &Batch<'_>,
    claims: &Claims<'_>,
    hits: &[&Hit],
) -> Result<(), DbErr> {
    let (sites, ids): (Vec<i64>, Vec<String>) = claims.keys().map(|(site, id)| (*site, (*id).to_owned())).unzip();
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let mut all: Vec<Value> =
        vec![batch.node.into(), batch.seq.into(), batch.at.into(), size.into(), sites.into(), ids.into()];
    all.extend(arrays(batch, hits));
    let insert = Statement { sql: TEXT.clone(), values: Some(Values(all)), db_backend: DbBackend::Postgres };
    connection.execute_raw(insert).await.map(|_| ())
}

/// The events depend on the ids, so that a known id shows before they are written in vain.
fn text() -> String {
    let names: Vec<&str> = event_columns().map(|column| column.as_str()).collect();
    let names = names.join(", ");
    let picked: Vec<String> = event_columns().map(picked).collect();
    let mut arrays = String::new();
    for (number, kind) in (7..).zip(array_types()) {
        let kind = match kind {
            ArrayType::BigInt => "bigint",
            ArrayType::SmallInt => "smallint",
            ArrayType::Bool => "boolean",
            _ => "text",
        };
        let comma = if arrays.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(arrays, "{comma}${number}::{kind}[]");
    }
    format!(
        "WITH number AS (INSERT INTO {} (node, seq, committed_at, events) VALUES ($1, $2, $3, $4)), \
         ids AS (INSERT INTO {} (site_id, id, received_at) \
         SELECT site_id, id, $3 FROM unnest($5::bigint[], $6::text[]) AS claim (site_id, id) RETURNING 1) \
         INSERT INTO {} ({names}) SELECT {} FROM unnest({arrays}) AS hit ({names}) \
         WHERE (SELECT count(*) FROM ids) >= 0",
        batch::Entity.table_name(),
        event_id::Entity.table_name(),
        event::Entity.table_name(),
        picked.join(", ")
    )
}

/// How a column is taken out of the arrays: blanks that stand for nulls become nulls.
fn picked(column: event::Column) -> String {
    let name = column.as_str();
    match column {
        event::Column::Props | event::Column::RevenueCurrency => format!("nullif({name}, '')"),
        event::Column::RevenueAmount => "CASE WHEN revenue_currency = '' THEN NULL ELSE revenue_amount END".to_owned(),
        event::Column::ScrollDepth => format!("nullif({name}, {NO_DEPTH}::smallint)"),
        _ => name.to_owned(),
    }
}

/// The hits' values as one array a column.
fn arrays(batch: &Batch<'_>, hits: &[&Hit]) -> impl Iterator<Item = Value> {
    let mut columns = [(); COLUMNS].map(|()| Vec::with_capacity(hits.len()));
    for hit in hits {
        for (column, cell) in columns.iter_mut().zip(cells(batch, hit)) {
            column.push(without_null(cell));
        }
    }
    array_types().zip(columns).map(|(kind, column)| Value::Array(kind, Some(Box::new(column))))
}

fn without_null(cell: Cell<'_>) -> Value {
    match cell {
        Cell::MaybeInt(number) => number.unwrap_or_default().into(),
        Cell::MaybeSmall(number) => number.unwrap_or(NO_DEPTH).into(),
        Cell::MaybeText(text) => text.unwrap_or_default().into(),
        cell => cell.into(),
    }
}

/// Types of the columns, as a row tells them.
fn array_types() -> impl Iterator<Item = ArrayType> {
    let nothing = Batch { node: 0, seq: 0, at: 0, hits: &[], drops: &[] };
    cells(&nothing, &Hit::blank(0, 0))
        .map(|cell| match cell {
            Cell::Int(_) | Cell::MaybeInt(_) => ArrayType::BigInt,
            Cell::Small(_) | Cell::MaybeSmall(_) => ArrayType::SmallInt,
            Cell::Flag(_) => ArrayType::Bool,
            Cell::Text(_) | Cell::MaybeText(_) => ArrayType::String,
        })
        .into_iter()
}
