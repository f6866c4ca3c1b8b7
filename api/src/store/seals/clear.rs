//! Removing what sealed days replace, in steps, so that the one writer is never held for long.

use haru_entity::{event_block, sealed_day, segment, watermark};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::super::Store;
use super::super::blocks::is_sealed;
use super::attempt::is_current;
use super::{Attempt, SealedDay, state};
use crate::error::Result;

/// Segments of a deleted site removed in one step: each may have megabytes.
const SEGMENTS: u64 = 4;

impl Store {
    /// Removes some of the blocks that a day's segments hold; true when there may be more.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn clear_blocks(&self, day: &SealedDay) -> Result<bool> {
        let of_site = event_block::Column::SiteId.eq(day.site);
        self.remove_blocks(Condition::all().add(of_site).add(is_sealed(day.site, day.span))).await
    }

    /// Removes one part of an earlier attempt at a day; true when there may be more.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn clear_part(&self, day: &SealedDay) -> Result<bool> {
        // Later attempts are under way, or will be earlier than the one that succeeds.
        self.remove_a_part(day.site, day.span.start, segment::Column::Attempt.lt(day.sealed)).await
    }

    /// Removes one part of an earlier attempt that came to nothing; true when there may be more.
    ///
    /// An attempt is only told to have come to nothing by a later one: when this one was begun, whatever the earlier one had
    /// sent was stored, or never would be.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn clear_failed_part(&self, attempt: &Attempt) -> Result<bool> {
        let holder = sealed_day::Entity::find()
            .select_only()
            .column(sealed_day::Column::Sealed)
            .filter(is_current(attempt))
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        let Some(holder) = holder else { return Ok(false) };
        let earlier = segment::Column::Attempt.lt(attempt.number).and(segment::Column::Attempt.ne(holder));
        self.remove_a_part(attempt.site, attempt.span.start, earlier).await
    }

    /// Removes one part of an attempt that is given up; true when there may be more. Its commit must not have been tried.
    ///
    /// # Errors
    /// When the database can't store it; a later attempt will.
    pub(crate) async fn clear_own_part(&self, attempt: &Attempt) -> Result<bool> {
        self.remove_a_part(attempt.site, attempt.span.start, segment::Column::Attempt.eq(attempt.number)).await
    }

    /// Removes a part of a day, if there is one of those attempts.
    async fn remove_a_part(&self, site: i64, start: i64, of: Expr) -> Result<bool> {
        let part = segment::Entity::find()
            .select_only()
            .columns([segment::Column::Attempt, segment::Column::Part])
            .filter(segment::Column::SiteId.eq(site))
            .filter(segment::Column::StartsAt.eq(start))
            .filter(of)
            .limit(1)
            .into_tuple::<(i64, i32)>()
            .one(&self.reader)
            .await?;
        let Some((number, part)) = part else { return Ok(false) };
        segment::Entity::delete_by_id((site, start, number, part)).exec(&self.writer).await?;
        Ok(true)
    }

    /// Notes that nothing is left of what a day's segments replace.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn end_clearing(&self, day: &SealedDay) -> Result<()> {
        sealed_day::Entity::update_many()
            .col_expr(sealed_day::Column::State, Expr::value(state::CLEARED))
            .filter(sealed_day::Column::SiteId.eq(day.site))
            .filter(sealed_day::Column::StartsAt.eq(day.span.start))
            .filter(sealed_day::Column::Sealed.eq(day.sealed))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Empties the days of a site that ended at or before an instant, and removes some of their segments; true when there is more
    /// to do at once. What was begun there stays listed, with another number.
    pub(in crate::store) async fn empty_days_before(&self, site: i64, instant: i64) -> Result<bool> {
        // From here on no reader looks for their segments, and no attempt under way succeeds or stores another part.
        let begun = sealed_day::Column::Sealed.gt(0).or(sealed_day::Column::LeasedUntil.ne(0));
        sealed_day::Entity::update_many()
            .col_expr(sealed_day::Column::Sealed, Expr::value(0_i64))
            .col_expr(sealed_day::Column::Parts, Expr::value(0_i32))
            .col_expr(sealed_day::Column::Events, Expr::value(0_i64))
            .col_expr(sealed_day::Column::FirstAt, Expr::value(0_i64))
            .col_expr(sealed_day::Column::State, Expr::value(state::OPEN))
            .col_expr(sealed_day::Column::LeasedUntil, Expr::value(0_i64))
            .col_expr(sealed_day::Column::Attempt, Expr::col(sealed_day::Column::Attempt).add(1))
            .filter(sealed_day::Column::SiteId.eq(site))
            .filter(sealed_day::Column::EndsAt.lte(instant))
            .filter(begun)
            .exec(&self.writer)
            .await?;
        let ended = segment::Column::StartsAt.lt(instant).and(segment::Column::EndsAt.lte(instant));
        self.remove_segments(site, ended).await
    }

    /// Removes some of a deleted site's segments, and at last its days; true when there is more to do at once.
    pub(in crate::store) async fn purge_segments(&self, site: i64) -> Result<bool> {
        // From here on no reader looks for them, and no attempt under way succeeds.
        sealed_day::Entity::update_many()
            .col_expr(sealed_day::Column::Sealed, Expr::value(0))
            .col_expr(sealed_day::Column::Parts, Expr::value(0))
            .col_expr(sealed_day::Column::Attempt, Expr::col(sealed_day::Column::Attempt).add(1))
            .filter(sealed_day::Column::SiteId.eq(site))
            .filter(sealed_day::Column::Sealed.gt(0))
            .exec(&self.writer)
            .await?;
        if self.remove_segments(site, Expr::val(1).eq(1)).await? {
            return Ok(true);
        }
        watermark::Entity::delete_many().filter(watermark::Column::SiteId.eq(site)).exec(&self.writer).await?;
        sealed_day::Entity::delete_many().filter(sealed_day::Column::SiteId.eq(site)).exec(&self.writer).await?;
        Ok(false)
    }

    /// Removes some of a site's segments; true when there were any.
    async fn remove_segments(&self, site: i64, which: Expr) -> Result<bool> {
        let some = segment::Entity::find()
            .select_only()
            .columns([segment::Column::StartsAt, segment::Column::Attempt, segment::Column::Part])
            .filter(segment::Column::SiteId.eq(site))
            .filter(which)
            .limit(SEGMENTS)
            .into_tuple::<(i64, i64, i32)>()
            .all(&self.reader)
            .await?;
        for (start, attempt, part) in &some {
            segment::Entity::delete_by_id((site, *start, *attempt, *part)).exec(&self.writer).await?;
        }
        Ok(!some.is_empty())
    }
}
