//! Events: appended in batches, read by site and span of time. The seam behind which another engine could stand.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use haru_entity::event;
use sea_orm::{
    AccessMode, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, IsolationLevel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, StreamTrait, TransactionOptions, TransactionTrait,
};

use super::dropped::DropCount;
use super::{Store, nodes};
use crate::collect::Hit;
use crate::error::Result;

/// The last batch of each node that a reader has seen.
pub(crate) type Seen = BTreeMap<i64, i64>;

/// What one node commits at once.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The node.
    pub(crate) node: i64,
    /// Its number of this batch; a number is committed once only.
    pub(crate) seq: i64,
    /// Now, in milliseconds.
    pub(crate) at: i64,
    /// The events, in order of arrival.
    pub(crate) hits: &'a [&'a Hit],
    /// What was dropped since the last batch.
    pub(crate) drops: &'a [DropCount],
}

/// What became of a batch's hits, in their order: false where an event of that id is stored already.
pub(crate) type Appended = Vec<bool>;

/// A span of time, in milliseconds, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// First instant.
    pub(crate) start: i64,
    /// First instant behind it.
    pub(crate) end: i64,
}

/// Which part of a read a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Newer than what the reader had seen.
    Newer,
    /// Within the span of that index.
    Span(usize),
}

/// Takes the rows of a read as they come, so that a large day is never held twice.
pub(crate) type RowSink<'a> = &'a mut (dyn FnMut(Part, event::Model) + Send);

/// Where events live. `Store` keeps them in tables; another engine would implement this.
#[async_trait]
pub(crate) trait EventStore: std::fmt::Debug + Send + Sync {
    /// Commits a batch, all or nothing.
    async fn append(&self, batch: Batch<'_>) -> Result<Appended>;

    /// Makes sure of a batch number whose batch may or may not be there, or may yet come: afterwards it is held for good.
    /// Answers the instant of the batch that holds it: an empty one of the instant `at` if none did.
    async fn fence(&self, node: i64, seq: i64, at: i64) -> Result<i64>;

    /// Reads a site in one snapshot: what is newer than `seen` (nothing when `None`), then whole spans, each in order of
    /// time, rows of one instant in order of arrival. Answers with the batches that the snapshot holds.
    async fn read(&self, site: i64, seen: Option<&Seen>, spans: &[Span], sink: RowSink<'_>) -> Result<Seen>;

    /// Instant of the site's first event.
    async fn first_event_at(&self, site: i64) -> Result<Option<i64>>;
}

#[async_trait]
impl EventStore for Store {
    async fn append(&self, batch: Batch<'_>) -> Result<Appended> {
        self.append_batch(&batch).await
    }

    async fn fence(&self, node: i64, seq: i64, at: i64) -> Result<i64> {
        self.fence_batch(node, seq, at).await
    }

    async fn read(&self, site: i64, seen: Option<&Seen>, spans: &[Span], sink: RowSink<'_>) -> Result<Seen> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        if let Some(seen) = seen.filter(|seen| **seen != heads) {
            each_row(&transaction, newer_than(site, seen, &heads), Part::Newer, sink).await?;
        }
        for (index, span) in spans.iter().enumerate() {
            let within = event::Entity::find()
                .filter(event::Column::SiteId.eq(site))
                .filter(event::Column::At.gte(span.start))
                .filter(event::Column::At.lt(span.end));
            each_row(&transaction, within, Part::Span(index), sink).await?;
        }
        transaction.rollback().await?;
        Ok(heads)
    }

    async fn first_event_at(&self, site: i64) -> Result<Option<i64>> {
        let first = event::Entity::find()
            .select_only()
            .column(event::Column::At)
            .filter(event::Column::SiteId.eq(site))
            .order_by_asc(event::Column::At)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        Ok(first)
    }
}

impl Store {
    /// Options of a transaction that reads one snapshot.
    pub(super) fn snapshot_options(&self) -> TransactionOptions {
        if self.is_sqlite() {
            return TransactionOptions::default();
        }
        TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..Default::default()
        }
    }
}

fn newer_than(site: i64, seen: &Seen, heads: &Seen) -> Select<event::Entity> {
    let mut condition = Condition::any();
    for (node, head) in heads {
        let from = seen.get(node).copied().unwrap_or(0);
        if *head > from {
            condition =
                condition.add(Condition::all().add(event::Column::Node.eq(*node)).add(event::Column::Seq.gt(from)));
        }
    }
    event::Entity::find().filter(event::Column::SiteId.eq(site)).filter(condition)
}

async fn each_row(
    transaction: &DatabaseTransaction,
    query: Select<event::Entity>,
    part: Part,
    sink: RowSink<'_>,
) -> Result<()> {
    let statement = query
        .order_by_asc(event::Column::At)
        .order_by_asc(event::Column::Node)
        .order_by_asc(event::Column::Seq)
        .order_by_asc(event::Column::Id)
        .into_query();
    let mut rows = transaction.stream(&statement).await?;
    while let Some(row) = rows.try_next().await? {
        sink(part, event::Model::from_query_result(&row, "")?);
    }
    Ok(())
}
