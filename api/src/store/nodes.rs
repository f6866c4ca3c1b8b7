//! Who writes: each data directory is a node, and a node numbers its batches without gaps.

use haru_entity::{batch, event_id, node};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::{Seen, Store};
use crate::error::{Error, Result};
use crate::ids::new_id;

/// Batches of a node that stay listed behind its newest one.
const BATCHES_KEPT: i64 = 1_000;
/// Rows removed in one step.
const STEP: u64 = 2_000;

/// A node as its database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StartedNode {
    /// Number that its batches carry.
    pub(crate) id: i64,
    /// Random text, another one in each database.
    pub(crate) mark: String,
    /// Number of its last committed batch, 0 before the first.
    pub(crate) committed: i64,
}

impl Store {
    /// Notes the start of the node of that name, and tells what is known of it.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn start_node(&self, name: &str, at: i64) -> Result<StartedNode> {
        let row = node::ActiveModel {
            name: Set(name.to_owned()),
            started_at: Set(at),
            mark: Set(Some(new_id())),
            ..Default::default()
        };
        // Nodes of before there were marks get one now.
        let known = Expr::cust("COALESCE(node.mark, excluded.mark)");
        let again = OnConflict::column(node::Column::Name)
            .update_column(node::Column::StartedAt)
            .value(node::Column::Mark, known)
            .to_owned();
        node::Entity::insert(row).on_conflict(again).exec_without_returning(&self.writer).await?;
        let row = node::Entity::find().filter(node::Column::Name.eq(name)).one(&self.writer).await?;
        let row = row.ok_or_else(|| Error::internal("a node vanished as it was made"))?;
        let committed = last_batch(&self.writer, row.id).await?;
        Ok(StartedNode { id: row.id, mark: row.mark.unwrap_or_default(), committed })
    }

    /// Makes sure of a number: takes it for an empty batch of that instant, unless some batch has it. A database may commit
    /// what it was sent long after the asker has gone; this waits for what is under way with the number, and what comes
    /// later breaks the key. Answers the instant of the batch that has the number.
    ///
    /// # Errors
    /// When the database can't store it; nothing is sure then.
    pub(crate) async fn fence_batch(&self, node: i64, seq: i64, at: i64) -> Result<i64> {
        let row = batch::ActiveModel { node: Set(node), seq: Set(seq), committed_at: Set(at), events: Set(0) };
        // Not over the ingest writer's connection: on PostgreSQL that one may hang in what is in doubt. SQLite has one
        // writer, and the fence gets its turn behind it.
        let taken = batch::Entity::insert(row)
            .on_conflict(OnConflict::columns([batch::Column::Node, batch::Column::Seq]).do_nothing().to_owned())
            .exec_without_returning(&self.writer)
            .await?;
        if taken == 1 {
            return Ok(at);
        }
        let holder = batch::Entity::find_by_id((node, seq)).one(&self.writer).await?;
        Ok(holder.ok_or_else(|| Error::internal("a batch that has its number is not there"))?.committed_at)
    }

    /// Forgets event ids received before `before` and old batch numbers, one step at a time; true when there is more.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn prune_ids_and_batches(&self, before: i64) -> Result<bool> {
        let old = event_id::Entity::find()
            .select_only()
            .column(event_id::Column::ReceivedAt)
            .filter(event_id::Column::ReceivedAt.lt(before))
            .order_by_asc(event_id::Column::ReceivedAt)
            .offset(STEP)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        // One commit gives all its ids the same instant: up to and with it, or a large one would never go.
        let until = old.unwrap_or(before - 1);
        event_id::Entity::delete_many().filter(event_id::Column::ReceivedAt.lte(until)).exec(&self.writer).await?;
        let mut more = old.is_some();
        for node in node::Entity::find().all(&self.reader).await? {
            let last = last_batch(&self.reader, node.id).await?;
            let stale = batch::Entity::find()
                .select_only()
                .column(batch::Column::Seq)
                .filter(batch::Column::Node.eq(node.id))
                .filter(batch::Column::Seq.lt(last - BATCHES_KEPT))
                .order_by_asc(batch::Column::Seq)
                .limit(STEP)
                .into_query();
            let removed = batch::Entity::delete_many()
                .filter(batch::Column::Node.eq(node.id))
                .filter(Expr::col(batch::Column::Seq).in_subquery(stale))
                .exec(&self.writer)
                .await?
                .rows_affected;
            more |= removed == STEP;
        }
        Ok(more)
    }
}

/// The last batch of each node, as the connection's snapshot sees it.
pub(super) async fn heads<C: ConnectionTrait>(connection: &C) -> Result<Seen> {
    let mut seen = Seen::default();
    for node in node::Entity::find().all(connection).await? {
        seen.insert(node.id, last_batch(connection, node.id).await?);
    }
    Ok(seen)
}

/// Number of a node's last batch, 0 before the first.
pub(super) async fn last_batch<C: ConnectionTrait>(connection: &C, node: i64) -> Result<i64> {
    let last = batch::Entity::find()
        .select_only()
        .column(batch::Column::Seq)
        .filter(batch::Column::Node.eq(node))
        .order_by_desc(batch::Column::Seq)
        .limit(1)
        .into_tuple::<i64>()
        .one(connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// Lists a batch; false when one of its number is there.
pub(super) async fn insert_batch(
    transaction: &DatabaseTransaction,
    node: i64,
    seq: i64,
    at: i64,
    events: usize,
) -> Result<bool> {
    let row = batch::ActiveModel {
        node: Set(node),
        seq: Set(seq),
        committed_at: Set(at),
        events: Set(i64::try_from(events).map_err(Error::internal)?),
    };
    let inserted = batch::Entity::insert(row)
        .on_conflict(OnConflict::columns([batch::Column::Node, batch::Column::Seq]).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(inserted == 1)
}
