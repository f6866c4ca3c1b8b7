//! Reading a site's events in one snapshot: segments where days are sealed, blocks above their watermarks beside them.

use futures_util::TryStreamExt;
use haru_entity::{event_block, sealed_day, segment, watermark};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IsolationLevel, QueryFilter, QueryOrder, QuerySelect, Select, TransactionOptions, TransactionTrait,
};

use super::blocks::{in_order, is_sealed, is_within};
use super::events::{EventBlock, Piece, SealedPart, Seen, Sink, Span};
use super::{Store, nodes};
use crate::error::{Error, Result};

/// Bytes of blocks that are handed out at once, the last of them over it.
const BYTES: usize = 256 << 10;

impl Store {
    /// See [`super::EventStore::read`].
    pub(super) async fn read_site(&self, site: i64, seen: Option<&Seen>, sink: &mut dyn Sink) -> Result<()> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        if let Some(seen) = seen.filter(|seen| **seen != heads) {
            for span in outdated(&transaction, site, seen, &heads).await? {
                sink.take(Piece::Outdated(span)).await?;
            }
            let newer = event_block::Entity::find().filter(event_block::Column::SiteId.eq(site)).filter(newer_than(
                seen,
                &heads,
                event_block::Column::Node,
                event_block::Column::Seq,
            ));
            each_block(&transaction, newer, Piece::Newer, sink).await?;
        }
        let spans = sink.spans(heads).await?;
        let sealed = sealed_within(&transaction, site, &spans).await?;
        for (index, span) in spans.iter().enumerate() {
            let mut blocks =
                event_block::Entity::find().filter(event_block::Column::SiteId.eq(site)).filter(is_within(*span));
            for day in sealed.iter().filter(|day| day.span().overlaps(*span)) {
                for part in 0..day.parts {
                    let bytes = part_of(&transaction, site, day.starts_at, day.sealed, part).await?;
                    sink.take(Piece::Part(index, SealedPart { span: day.span(), attempt: day.sealed, bytes })).await?;
                }
                blocks = blocks.filter(is_sealed(site, day.span()).not());
            }
            each_block(&transaction, blocks, |blocks| Piece::Blocks(index, blocks), sink).await?;
        }
        transaction.rollback().await?;
        Ok(())
    }

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

/// What is needed of a sealed day to read it.
#[derive(FromQueryResult)]
struct Holder {
    starts_at: i64,
    ends_at: i64,
    sealed: i64,
    parts: i32,
}

impl Holder {
    fn span(&self) -> Span {
        Span { start: self.starts_at, end: self.ends_at }
    }
}

async fn sealed_within(transaction: &DatabaseTransaction, site: i64, spans: &[Span]) -> Result<Vec<Holder>> {
    let first = spans.iter().map(|span| span.start).min();
    let last = spans.iter().map(|span| span.end).max();
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let days = sealed_day::Entity::find()
        .select_only()
        .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
        .columns([sealed_day::Column::Sealed, sealed_day::Column::Parts])
        .filter(sealed_day::Column::SiteId.eq(site))
        .filter(sealed_day::Column::StartsAt.lt(last))
        .filter(sealed_day::Column::EndsAt.gt(first))
        .filter(sealed_day::Column::Sealed.gt(0))
        .order_by_asc(sealed_day::Column::StartsAt);
    Ok(days.into_model::<Holder>().all(transaction).await?)
}

/// One part at a time, as each may have megabytes.
pub(super) async fn part_of<C: ConnectionTrait>(
    connection: &C,
    site: i64,
    start: i64,
    attempt: i64,
    part: i32,
) -> Result<Vec<u8>> {
    let bytes = segment::Entity::find_by_id((site, start, attempt, part))
        .select_only()
        .column(segment::Column::Bytes)
        .into_tuple::<Vec<u8>>()
        .one(connection)
        .await?;
    let missing =
        || Error::internal(format!("part {part} of attempt {attempt} at the day {start} of site {site} is missing"));
    bytes.ok_or_else(missing)
}

/// The days that were sealed with rows which the reader has not seen as rows. A watermark is no lower than any row that its
/// segments hold, so it tells.
async fn outdated(transaction: &DatabaseTransaction, site: i64, seen: &Seen, heads: &Seen) -> Result<Vec<Span>> {
    let starts = Query::select()
        .column(watermark::Column::StartsAt)
        .from(watermark::Entity)
        .and_where(Expr::col(watermark::Column::SiteId).eq(site))
        .cond_where(newer_than(seen, heads, watermark::Column::Node, watermark::Column::Seq))
        .take();
    let days = sealed_day::Entity::find()
        .select_only()
        .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
        .filter(sealed_day::Column::SiteId.eq(site))
        .filter(sealed_day::Column::StartsAt.in_subquery(starts))
        .into_tuple::<(i64, i64)>()
        .all(transaction)
        .await?;
    Ok(days.into_iter().map(|(start, end)| Span { start, end }).collect())
}

/// Batches that a reader has not seen.
fn newer_than<C: ColumnTrait>(seen: &Seen, heads: &Seen, node_column: C, seq_column: C) -> Condition {
    let mut condition = Condition::any();
    for (node, head) in heads {
        let from = seen.get(node).copied().unwrap_or(0);
        if *head > from {
            condition = condition.add(Condition::all().add(node_column.eq(*node)).add(seq_column.gt(from)));
        }
    }
    condition
}

async fn each_block(
    transaction: &DatabaseTransaction,
    query: Select<event_block::Entity>,
    piece: impl Fn(Vec<EventBlock>) -> Piece + Send,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut stream = in_order(query).into_model::<EventBlock>().stream(transaction).await?;
    let (mut blocks, mut bytes) = (Vec::new(), 0);
    while let Some(block) = stream.try_next().await? {
        bytes += block.packed.len();
        blocks.push(block);
        if bytes >= BYTES {
            sink.take(piece(std::mem::take(&mut blocks))).await?;
            bytes = 0;
        }
    }
    if !blocks.is_empty() {
        sink.take(piece(blocks)).await?;
    }
    Ok(())
}
