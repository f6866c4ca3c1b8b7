//! PostgreSQL: a whole batch in one statement, which is one trip and its own transaction.
//!
//! Rows come as one array a column, so that text and parameters are the same for every size.

use std::sync::{Arc, LazyLock};

use haru_entity::{batch, event_block, event_id};
use haru_stats::packed::Block;
use sea_orm::sqlx;
use sea_orm::{DatabaseConnection, DbErr, EntityName, RuntimeErr, SqlErr};

use super::super::events::Batch;
use super::kept::Kept;
use super::{Claims, Stored, blocks, number};
use crate::collect::Hit;

static TEXT: LazyLock<String> = LazyLock::new(text);

/// Stores the batch's hits, at least one and all of them new.
pub(super) async fn append(
    connection: &DatabaseConnection,
    kept: &Kept,
    batch: &Batch<'_>,
    claims: &Claims<'_>,
    hits: &[&Hit],
) -> Result<Stored, DbErr> {
    let told = |error: sqlx::Error| RuntimeErr::SqlxError(Arc::new(error));
    let (sites, ids): (Vec<i64>, Vec<&str>) = claims.keys().copied().unzip();
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let columns = Columns::of(blocks(hits));
    let insert = sqlx::query(TEXT.as_str())
        .bind(batch.node)
        .bind(batch.seq)
        .bind(batch.at)
        .bind(size)
        .bind(sites)
        .bind(ids)
        .bind(columns.site_id)
        .bind(columns.first_at)
        .bind(columns.last_at)
        .bind(columns.events)
        .bind(columns.actions)
        .bind(columns.packed);
    // Apart, as the two errors mean different things: without a connection, no hit is at fault.
    let pool = connection.get_postgres_connection_pool();
    let mut held = kept.take(pool).await.map_err(|error| DbErr::Conn(told(error)))?;
    let result = insert.execute(held.connection().map_err(|error| DbErr::Conn(told(error)))?).await;
    // What the database refused, such as a known id, says nothing against the connection.
    if matches!(result, Ok(_) | Err(sqlx::Error::Database(_))) {
        kept.keep(held);
    }
    match result.map_err(|error| DbErr::Exec(told(error))) {
        Ok(_) => Ok(Stored::Whole),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(Stored::Conflict),
        Err(error) => Err(error),
    }
}

/// The events depend on the ids, so that a known id shows before they are written in vain. The arrays are unnested side by
/// side in a select list: `FROM unnest(a, b, …)` would first put each column into a table of its own.
fn text() -> String {
    let names = ["site_id", "first_at", "last_at", "events", "actions", "packed"];
    let arrays: Vec<String> = (7..).zip(&names).map(|(number, name)| format!("unnest(${number}) AS {name}")).collect();
    format!(
        "WITH number AS (INSERT INTO {} (node, seq, committed_at, events) VALUES ($1, $2, $3, $4)), \
         ids AS (INSERT INTO {} (site_id, id, received_at) \
         SELECT site_id, id, $3 FROM (SELECT unnest($5) AS site_id, unnest($6) AS id) AS claim RETURNING 1) \
         INSERT INTO {} (node, seq, {names}) SELECT $1, $2, {names} FROM (SELECT {}) AS block \
         WHERE (SELECT count(*) FROM ids) >= 0",
        batch::Entity.table_name(),
        event_id::Entity.table_name(),
        event_block::Entity.table_name(),
        arrays.join(", "),
        names = names.join(", "),
    )
}

/// Blocks turned on their side.
#[derive(Default)]
struct Columns {
    site_id: Vec<i64>,
    first_at: Vec<i64>,
    last_at: Vec<i64>,
    events: Vec<i32>,
    actions: Vec<i32>,
    packed: Vec<Vec<u8>>,
}

impl Columns {
    fn of(blocks: Vec<(i64, Block)>) -> Self {
        let mut columns = Self::default();
        for (site, block) in blocks {
            columns.site_id.push(site);
            columns.first_at.push(block.first_at);
            columns.last_at.push(block.last_at);
            columns.events.push(number(block.events));
            columns.actions.push(number(block.actions));
            columns.packed.push(block.bytes);
        }
        columns
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
