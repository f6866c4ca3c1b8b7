//! What an attempt seals: read in many short looks, of which none outlasts the encoding of what it saw.
//!
//! Together these looks see what one snapshot would:
//! - One short snapshot at the beginning tells the last batch of each node (the heads), the segments that hold the day, and
//!   their watermark. Later looks take the blocks of the day above the watermark and up to the heads.
//! - Such blocks don't become more: each node has one writer, whose batches become visible in the order of their numbers, so
//!   that all up to a head were there when the head was. What comes later lies above the heads.
//! - Nor do they become fewer while the attempt is the day's last one: blocks go only when an attempt has succeeded whose
//!   watermark they don't exceed, or with their site; and segments go when they were replaced. Whoever succeeds meanwhile has
//!   overtaken this attempt, and a later look or the commit, which need the number to be the last one, find it out.
//! - No block is read twice or passed over: looks follow each other by node, batch and key, which never change.
//!
//! So the watermark that the attempt commits, for each node the last batch of which it read a block, says of each block of the
//! day whether the new segments hold it.

use std::cmp::{max, min};
use std::collections::VecDeque;

use haru_entity::{event_block, sealed_day, watermark};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Select, TransactionTrait};

use super::super::blocks::in_order;
use super::super::{EventBlock, Seen, Store, nodes};
use super::attempt::is_current;
use super::{Attempt, part_of};
use crate::error::Result;

/// Blocks of the first look.
const FIRST_BLOCKS: u64 = 16;
/// Blocks of one look at most: where hits come one by one, they are small.
const BLOCKS_MAX: u64 = 1_000;
/// Bytes that a look should have, at most twice as many and at least half.
const BYTES: usize = 256 << 10;

/// What an attempt seals, and how far it was read.
#[derive(Debug)]
pub(crate) struct DaySource {
    attempt: Attempt,
    /// Parts that hold the day now.
    pub(crate) parts: i32,
    /// The attempt that they are of.
    sealed: i64,
    /// What is left to be read of each node, the one that is read now first.
    nodes: VecDeque<Rest>,
    /// How many blocks the next look takes.
    limit: u64,
}

/// Blocks of one node behind the last one that was read, or that the segments hold.
#[derive(Clone, Copy, Debug)]
struct Rest {
    node: i64,
    seq: i64,
    id: i64,
    head: i64,
}

impl Store {
    /// What an attempt seals; `None` when it was overtaken, or the site is gone.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn source_of(&self, attempt: &Attempt) -> Result<Option<DaySource>> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        let day = sealed_day::Entity::find()
            .select_only()
            .columns([sealed_day::Column::Sealed])
            .columns([sealed_day::Column::Parts])
            .filter(is_current(attempt))
            .into_tuple::<(i64, i32)>()
            .one(&transaction)
            .await?;
        let watermark = watermark::Entity::find()
            .filter(watermark::Column::SiteId.eq(attempt.site))
            .filter(watermark::Column::StartsAt.eq(attempt.span.start))
            .all(&transaction)
            .await?;
        transaction.rollback().await?;
        let held: Seen = watermark.into_iter().map(|row| (row.node, row.seq)).collect();
        let rest = |(node, head)| Rest { node, seq: held.get(&node).copied().unwrap_or(0), id: i64::MAX, head };
        Ok(day.map(|(sealed, parts)| DaySource {
            attempt: *attempt,
            parts: if sealed > 0 { parts } else { 0 },
            sealed,
            nodes: heads.into_iter().map(rest).filter(|rest| rest.seq < rest.head).collect(),
            limit: FIRST_BLOCKS,
        }))
    }

    /// One of the parts that hold the day; `None` when it is gone, as the attempt was overtaken.
    ///
    /// # Errors
    /// When the database can't answer, or the part is missing.
    pub(crate) async fn part_of_source(&self, source: &DaySource, part: i32) -> Result<Option<Vec<u8>>> {
        self.part_while_last(&source.attempt, source.sealed, part).await
    }

    /// A part of the attempt's day; `None` when it is gone, as the attempt was overtaken: a later one removes what came to
    /// nothing, or what it has replaced.
    pub(super) async fn part_while_last(&self, attempt: &Attempt, number: i64, part: i32) -> Result<Option<Vec<u8>>> {
        let bytes = part_of(&self.reader, attempt.site, attempt.span.start, number, part).await;
        if bytes.is_err() && !self.is_last(attempt).await? {
            return Ok(None);
        }
        bytes.map(Some)
    }

    /// The next blocks; none when all were read, or the attempt was overtaken.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn next_blocks(&self, source: &mut DaySource) -> Result<Vec<EventBlock>> {
        while let Some(rest) = source.nodes.front() {
            let blocks = source.look(rest).into_model().all(&self.reader).await?;
            source.advance(&blocks);
            if !blocks.is_empty() {
                return Ok(blocks);
            }
        }
        Ok(Vec::new())
    }

    /// Whether no later attempt at the day was begun.
    async fn is_last(&self, attempt: &Attempt) -> Result<bool> {
        let day = sealed_day::Entity::find().filter(is_current(attempt)).one(&self.reader).await?;
        Ok(day.is_some())
    }
}

impl DaySource {
    fn look(&self, rest: &Rest) -> Select<event_block::Entity> {
        let later_batch = event_block::Column::Seq.gt(rest.seq);
        let same_batch = event_block::Column::Seq.eq(rest.seq).and(event_block::Column::Id.gt(rest.id));
        // An expression, which no index is looked up by, since the blocks are to come by their batches.
        let first_at = || event_block::Column::FirstAt.into_expr().add(0);
        let blocks = event_block::Entity::find()
            .filter(event_block::Column::SiteId.eq(self.attempt.site))
            .filter(event_block::Column::Node.eq(rest.node))
            .filter(event_block::Column::Seq.gte(rest.seq))
            .filter(event_block::Column::Seq.lte(rest.head))
            .filter(Condition::any().add(later_batch).add(same_batch))
            .filter(first_at().gte(self.attempt.span.start))
            .filter(first_at().lt(self.attempt.span.end))
            .filter(Expr::exists(the_day_if_last(&self.attempt)));
        in_order(blocks).limit(self.limit)
    }

    fn advance(&mut self, blocks: &[EventBlock]) {
        let bytes: usize = blocks.iter().map(|block| block.packed.len()).sum();
        match blocks.last().zip(self.nodes.front_mut()) {
            Some((last, rest)) if blocks.len() as u64 == self.limit => (rest.seq, rest.id) = (last.seq, last.id),
            _ => drop(self.nodes.pop_front()),
        }
        if bytes > BYTES * 2 {
            self.limit = max(self.limit / 2, 1);
        } else if bytes < BYTES / 2 {
            self.limit = min(self.limit * 2, BLOCKS_MAX);
        }
    }
}

fn the_day_if_last(attempt: &Attempt) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from(sealed_day::Entity).cond_where(is_current(attempt)).take()
}
