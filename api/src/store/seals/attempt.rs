//! An attempt at sealing a day: begun, its parts stored, the day taken.

use haru_entity::{sealed_day, segment, site, watermark};
use haru_stats::segment::{FORMAT, Segment};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QuerySelect,
};

use super::super::{Seen, Span, Store};
use super::state;
use crate::error::{Error, Result};

/// How long an attempt is left alone after it has given a sign of life. It decides who may go on working, not who is right:
/// the number does.
const LEASE_MS: i64 = 2 * 60 * 1000;
/// How often that time is doubled at most: to 64 minutes.
const DOUBLINGS: i64 = 5;

/// An attempt at sealing a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// The site's key.
    pub(crate) site: i64,
    /// The day's instants.
    pub(crate) span: Span,
    /// Its number among those at this day.
    pub(crate) number: i64,
    /// It is left alone until then in any case, also when it failed or died with its process: longer each time, so that a day
    /// that can't be sealed, or takes the process down, is not tried all the time.
    left_alone_until: i64,
}

impl Attempt {
    /// Until when it is left alone after a sign of life.
    fn leased_until(&self, now: i64) -> i64 {
        std::cmp::max(self.left_alone_until, now + LEASE_MS)
    }
}

/// How long the attempt of that number is left alone, given the number of the last one that succeeded.
fn back_off(number: i64, sealed: i64) -> i64 {
    LEASE_MS << (number - sealed - 1).clamp(0, DOUBLINGS)
}

/// What the parts of an attempt hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Parts.
    pub(crate) parts: u32,
    /// Events.
    pub(crate) events: u64,
    /// Those of them that are no engagement.
    pub(crate) actions: u64,
    /// Instant of the first event.
    pub(crate) first_at: i64,
    /// For each node the last batch of which there are rows that were not sealed before.
    pub(crate) watermark: Seen,
}

impl Store {
    /// Begins to seal a day; `None` when somebody else is at it. With `overtake` it is begun nevertheless, and the other will
    /// fail.
    ///
    /// # Errors
    /// When the database can't store it, or the site is gone.
    pub(crate) async fn begin_attempt(
        &self,
        site: i64,
        span: Span,
        now: i64,
        overtake: bool,
    ) -> Result<Option<Attempt>> {
        let transaction = self.begin_write().await?;
        let mut free = Condition::any().add(sealed_day::Column::LeasedUntil.lte(now));
        if overtake {
            free = free.add(Expr::val(1).eq(1));
        }
        let begun = sealed_day::Entity::update_many()
            .col_expr(sealed_day::Column::Attempt, Expr::col(sealed_day::Column::Attempt).add(1))
            .col_expr(sealed_day::Column::LeasedUntil, Expr::value(now + LEASE_MS))
            .filter(of_day(site, span))
            .filter(free)
            .exec(&transaction)
            .await?;
        if begun.rows_affected == 0 {
            if overlaps_another(&transaction, site, span).await? {
                transaction.rollback().await?;
                return Ok(None);
            }
            let first = sealed_day::ActiveModel {
                site_id: Set(site),
                starts_at: Set(span.start),
                ends_at: Set(span.end),
                attempt: Set(1),
                leased_until: Set(now + LEASE_MS),
                sealed: Set(0),
                sealed_at: Set(0),
                parts: Set(0),
                events: Set(0),
                actions: Set(None),
                first_at: Set(0),
                state: Set(state::OPEN),
            };
            let new = sealed_day::Entity::insert(first)
                .on_conflict(
                    OnConflict::columns([sealed_day::Column::SiteId, sealed_day::Column::StartsAt])
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&transaction)
                .await?;
            if new == 0 {
                transaction.rollback().await?;
                return Ok(None);
            }
        }
        let numbers = sealed_day::Entity::find_by_id((site, span.start))
            .select_only()
            .columns([sealed_day::Column::Attempt, sealed_day::Column::Sealed])
            .into_tuple::<(i64, i64)>()
            .one(&transaction)
            .await?;
        let Some((number, sealed)) = numbers else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let attempt = Attempt { site, span, number, left_alone_until: now + back_off(number, sealed) };
        lease(&transaction, &attempt, now).await?;
        transaction.commit().await?;
        Ok(Some(attempt))
    }

    /// A sign of life; false when the attempt was overtaken, or the site is gone.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn renew_attempt(&self, attempt: &Attempt, now: i64) -> Result<bool> {
        lease(&self.writer, attempt, now).await
    }

    /// Stores a part; false when the attempt was overtaken, or the site is gone.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn store_part(&self, attempt: &Attempt, part: &Segment, now: i64) -> Result<bool> {
        let row = segment::ActiveModel {
            site_id: Set(attempt.site),
            starts_at: Set(attempt.span.start),
            attempt: Set(attempt.number),
            part: Set(i32::try_from(part.part).map_err(Error::internal)?),
            ends_at: Set(attempt.span.end),
            format: Set(i32::try_from(FORMAT).map_err(Error::internal)?),
            events: Set(i64::try_from(part.events).map_err(Error::internal)?),
            checksum: Set(part.checksum.cast_signed()),
            size: Set(i64::try_from(part.bytes.len()).map_err(Error::internal)?),
            bytes: Set(part.bytes.clone()),
        };
        let transaction = self.begin_write().await?;
        // Locks the day's row: nobody overtakes between this and the commit.
        if !lease(&transaction, attempt, now).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        segment::Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// A stored part's bytes, as the database has them; `None` when it is gone, as the attempt was overtaken.
    ///
    /// # Errors
    /// When the database can't answer, or the part is missing.
    pub(crate) async fn stored_part(&self, attempt: &Attempt, part: u32) -> Result<Option<Vec<u8>>> {
        let part = i32::try_from(part).map_err(Error::internal)?;
        self.part_while_last(attempt, attempt.number, part).await
    }

    /// Makes the attempt's parts the day's, and its watermark theirs; false when the attempt was overtaken, or the site is
    /// gone.
    ///
    /// # Errors
    /// When the database can't store it. It may have been stored nevertheless.
    pub(crate) async fn commit_attempt(&self, attempt: &Attempt, totals: &Totals, now: i64) -> Result<bool> {
        let transaction = self.begin_write().await?;
        let taken = sealed_day::Entity::update_many()
            .col_expr(sealed_day::Column::Sealed, Expr::value(attempt.number))
            .col_expr(sealed_day::Column::SealedAt, Expr::value(now))
            .col_expr(sealed_day::Column::LeasedUntil, Expr::value(0_i64))
            .col_expr(sealed_day::Column::Parts, Expr::value(i32::try_from(totals.parts).map_err(Error::internal)?))
            .col_expr(sealed_day::Column::Events, Expr::value(i64::try_from(totals.events).map_err(Error::internal)?))
            .col_expr(sealed_day::Column::Actions, Expr::value(i64::try_from(totals.actions).map_err(Error::internal)?))
            .col_expr(sealed_day::Column::FirstAt, Expr::value(totals.first_at))
            .col_expr(sealed_day::Column::State, Expr::value(state::UNCLEARED))
            .filter(is_current(attempt))
            .filter(sealed_day::Column::Sealed.lt(attempt.number))
            .exec(&transaction)
            .await?;
        if taken.rows_affected == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        raise_watermark(&transaction, attempt, &totals.watermark).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn raise_watermark(transaction: &DatabaseTransaction, attempt: &Attempt, watermark: &Seen) -> Result<()> {
    let rows: Vec<_> = watermark
        .iter()
        .map(|(node, seq)| watermark::ActiveModel {
            site_id: Set(attempt.site),
            starts_at: Set(attempt.span.start),
            node: Set(*node),
            seq: Set(*seq),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let key = [watermark::Column::SiteId, watermark::Column::StartsAt, watermark::Column::Node];
    watermark::Entity::insert_many(rows)
        // What was read beside the old watermark is above it.
        .on_conflict(OnConflict::columns(key).update_column(watermark::Column::Seq).to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Whether a day of the site that was begun has an instant in common with the span: processes whose timezone tables differ
/// see other days, and what lies in two would be counted twice.
async fn overlaps_another(transaction: &DatabaseTransaction, site: i64, span: Span) -> Result<bool> {
    // One at a time looks and begins a new day of a site; on SQLite the transaction sees to that.
    site::Entity::find_by_id(site).lock_exclusive().one(transaction).await?;
    let other = sealed_day::Entity::find()
        .filter(sealed_day::Column::SiteId.eq(site))
        .filter(sealed_day::Column::StartsAt.lt(span.end))
        .filter(sealed_day::Column::EndsAt.gt(span.start))
        .one(transaction)
        .await?;
    Ok(other.is_some())
}

fn of_day(site: i64, span: Span) -> Condition {
    Condition::all()
        .add(sealed_day::Column::SiteId.eq(site))
        .add(sealed_day::Column::StartsAt.eq(span.start))
        .add(sealed_day::Column::EndsAt.eq(span.end))
}

/// Leaves the attempt alone for a time from now on; false when it is not the last one any more.
async fn lease<C: ConnectionTrait>(connection: &C, attempt: &Attempt, now: i64) -> Result<bool> {
    let leased = sealed_day::Entity::update_many()
        .col_expr(sealed_day::Column::LeasedUntil, Expr::value(attempt.leased_until(now)))
        .filter(is_current(attempt))
        .exec(connection)
        .await?;
    Ok(leased.rows_affected > 0)
}

/// Whether a day is the attempt's, and no later one was begun.
pub(super) fn is_current(attempt: &Attempt) -> Condition {
    of_day(attempt.site, attempt.span).add(sealed_day::Column::Attempt.eq(attempt.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_left_alone_for_longer_each_time_it_fails() {
        let minutes = |number, sealed| back_off(number, sealed) / 60_000;
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 1_000_000].map(|number| minutes(number, 0)), [2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!(minutes(8, 7), 2, "once it was sealed it begins anew");
        assert_eq!(minutes(i64::MAX, 0), 64);
    }
}
