//! Blocks: which there are of a site and a day, and how they go.
//!
//! Days begin with a quarter of an hour, and a block doesn't leave its own: the instant of its first event tells its day.

use haru_entity::{event_block, watermark};
use haru_stats::packed::quarter_start;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::{Span, Store};
use crate::error::Result;

/// Blocks that are looked at for one step of removing.
const STEP_BLOCKS: u64 = 1_000;
/// Events removed in one step, those of its last block over it: no more bytes than a writer is held up by for a moment.
const STEP_EVENTS: i64 = 1_000;

impl Store {
    /// Instant of the first event of a site's blocks at or after the beginning of a day, be it in a segment too or not.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn first_block_at(&self, site: i64, from: i64) -> Result<Option<i64>> {
        let first = event_block::Entity::find()
            .select_only()
            .column(event_block::Column::FirstAt)
            .filter(event_block::Column::SiteId.eq(site))
            .filter(event_block::Column::FirstAt.gte(from))
            .order_by_asc(event_block::Column::FirstAt)
            .limit(1)
            .into_tuple::<i64>();
        Ok(first.one(&self.reader).await?)
    }

    /// Whether the blocks of a site have so many events within a day, be they in a segment too or not. No more than as many
    /// blocks are looked at.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn has_events(&self, site: i64, day: Span, events: u64) -> Result<bool> {
        let some = event_block::Entity::find()
            .select_only()
            .column(event_block::Column::Events)
            .filter(event_block::Column::SiteId.eq(site))
            .filter(is_within(day))
            .limit(events)
            .into_query();
        let name = Alias::new("some");
        let sum = Query::select()
            .expr_as(Expr::col(event_block::Column::Events).sum().cast_as("bigint"), "sum")
            .from_subquery(some, name)
            .take();
        let row = self.reader.query_one(&sum).await?;
        let sum = row.map(|row| row.try_get::<Option<i64>>("", "sum")).transpose()?.flatten().unwrap_or_default();
        Ok(u64::try_from(sum).unwrap_or_default() >= events)
    }

    /// Instant of the last event of a site's blocks.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(super) async fn last_in_blocks(&self, site: i64) -> Result<Option<i64>> {
        let of_site = || event_block::Entity::find().select_only().filter(event_block::Column::SiteId.eq(site));
        let newest = of_site()
            .column(event_block::Column::FirstAt)
            .order_by_desc(event_block::Column::FirstAt)
            .limit(1)
            .into_tuple::<i64>();
        let Some(newest) = newest.one(&self.reader).await? else { return Ok(None) };
        // Another block of that quarter may have begun earlier and end later.
        let last = of_site()
            .column(event_block::Column::LastAt)
            .filter(event_block::Column::FirstAt.gte(quarter_start(newest)))
            .order_by_desc(event_block::Column::LastAt)
            .limit(1)
            .into_tuple::<i64>();
        Ok(last.one(&self.reader).await?)
    }

    /// Takes one step in removing blocks; true when there may be more.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(super) async fn remove_blocks(&self, which: Condition) -> Result<bool> {
        // Chosen beside the writer, not under its lock.
        let some = event_block::Entity::find()
            .select_only()
            .columns([event_block::Column::Id, event_block::Column::Events])
            .filter(which)
            .limit(STEP_BLOCKS)
            .into_tuple::<(i64, i32)>()
            .all(&self.reader)
            .await?;
        let (mut ids, mut events) = (Vec::new(), 0);
        for (id, number) in &some {
            ids.push(*id);
            events += i64::from(*number);
            if events >= STEP_EVENTS {
                break;
            }
        }
        let more = ids.len() < some.len() || some.len() as u64 == STEP_BLOCKS;
        if !ids.is_empty() {
            event_block::Entity::delete_many().filter(event_block::Column::Id.is_in(ids)).exec(&self.writer).await?;
        }
        Ok(more)
    }
}

/// Whether a block belongs to a day of that span; days begin with a quarter of an hour, and blocks don't leave theirs.
pub(super) fn is_within(day: Span) -> Condition {
    Condition::all().add(event_block::Column::FirstAt.gte(day.start)).add(event_block::Column::FirstAt.lt(day.end))
}

/// Whether a block's events are in the segments of that day.
pub(super) fn is_sealed(site: i64, day: Span) -> Condition {
    is_within(day).add(Expr::exists(watermark_over_block(site, day.start)))
}

fn watermark_over_block(site: i64, start: i64) -> SelectStatement {
    let block = |column| Expr::col((event_block::Entity, column));
    Query::select()
        .expr(Expr::val(1))
        .from(watermark::Entity)
        .and_where(Expr::col((watermark::Entity, watermark::Column::SiteId)).eq(site))
        .and_where(Expr::col((watermark::Entity, watermark::Column::StartsAt)).eq(start))
        .and_where(Expr::col((watermark::Entity, watermark::Column::Node)).eq(block(event_block::Column::Node)))
        .and_where(Expr::col((watermark::Entity, watermark::Column::Seq)).gte(block(event_block::Column::Seq)))
        .take()
}

/// Blocks with the columns that readers need, in order of arrival.
pub(super) fn in_order(blocks: Select<event_block::Entity>) -> Select<event_block::Entity> {
    blocks
        .select_only()
        .columns([event_block::Column::Id, event_block::Column::Node, event_block::Column::Seq])
        .column(event_block::Column::Packed)
        .order_by_asc(event_block::Column::Node)
        .order_by_asc(event_block::Column::Seq)
        .order_by_asc(event_block::Column::Id)
}
