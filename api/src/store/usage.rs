//! How much of its quotas an account uses. Events are counted where they lie, exactly, and never on the way of a hit: blocks that
//! no segment holds, and what the sealed days say of themselves.

use chrono::Datelike;
use haru_entity::{account, event_block, sealed_day, site};
use haru_stats::time::SiteZones;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait,
};

use super::acting::locked_account;
use super::blocks::{is_sealed, is_within};
use super::sites::visible;
use super::{Scope, Site, Span, Store};
use crate::error::{Error, Result};

/// Longest month, and the day that a timezone may add to it.
const MONTH_MAX_MS: i64 = 32 * 24 * 60 * 60 * 1000;

/// A sealed day as far as it is counted.
type Sealed = (i64, i64, i64, Option<i64>);

impl Store {
    /// All sites that the caller sees.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn all_sites(&self, scope: &Scope) -> Result<Vec<Site>> {
        Ok(visible(scope).all(&self.reader).await?.into_iter().map(Site::from).collect())
    }

    /// All sites of an account, for quotas and the instance's administrator alone: who sees some of them is told of these.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sites_of_account(&self, account_id: &str) -> Result<Vec<Site>> {
        let sites = site::Entity::find()
            .filter(site::Column::AccountId.eq(account_id))
            .filter(site::Column::DeletedAt.is_null());
        Ok(sites.all(&self.reader).await?.into_iter().map(Site::from).collect())
    }

    /// Pageviews and custom events of a site in the month of its timezone that it is now. That month is made of whole local
    /// days, as sealed days are, so that these need not be opened.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn events_of_month(&self, site: &Site, now: i64) -> Result<u64> {
        let month = month_of(&self.zones(site).await?, now);
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let days: Vec<Sealed> = sealed_day::Entity::find()
            .select_only()
            .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
            .columns([sealed_day::Column::Events, sealed_day::Column::Actions])
            .filter(sealed_day::Column::SiteId.eq(site.key))
            .filter(sealed_day::Column::StartsAt.lt(month.end))
            .filter(sealed_day::Column::EndsAt.gt(month.start))
            .filter(sealed_day::Column::Sealed.gt(0))
            .into_tuple()
            .all(&transaction)
            .await?;
        let mut blocks = event_block::Entity::find()
            .select_only()
            .expr(Expr::col((event_block::Entity, event_block::Column::Actions)).sum().cast_as("bigint"))
            .filter(event_block::Column::SiteId.eq(site.key))
            .filter(is_within(month));
        let mut count = 0;
        for (start, end, events, actions) in days {
            blocks = blocks.filter(is_sealed(site.key, Span { start, end }).not());
            if start >= month.start {
                count += actions.unwrap_or(events);
            }
        }
        count += blocks.into_tuple::<Option<i64>>().one(&transaction).await?.flatten().unwrap_or_default();
        transaction.rollback().await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Instant of a site's newest event; to the day once that is sealed.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn last_event_at(&self, site: &Site) -> Result<Option<i64>> {
        let last = self.last_in_blocks(site.key).await?;
        let day = sealed_day::Entity::find()
            .filter(sealed_day::Column::SiteId.eq(site.key))
            .filter(sealed_day::Column::Events.gt(0))
            .order_by_desc(sealed_day::Column::StartsAt)
            .one(&self.reader)
            .await?;
        let day = day.map(|day| std::cmp::min(day.sealed_at, day.ends_at - 1));
        Ok(std::cmp::max(last, day))
    }
}

/// The days so far of the month that it is, the present one whole.
fn month_of(zones: &SiteZones, now: i64) -> Span {
    let today = zones.day_at(now);
    let month = |date: chrono::NaiveDate| (date.year(), date.month());
    let days = zones.days(haru_stats::time::Span { from: now - MONTH_MAX_MS, to: now + 1 });
    let first = days.iter().find(|day| month(day.date) == month(today.date)).unwrap_or(&today);
    Span { start: first.span.from, end: today.span.to }
}

/// Goes on when the account may have one more site, which nobody else makes until the transaction ends.
///
/// # Errors
/// `Forbidden` when it may not.
pub(super) async fn check_sites_quota(transaction: &DatabaseTransaction, scope: &Scope) -> Result<()> {
    let account = locked_account(transaction, &scope.account_id).await?;
    let account: account::Model = account.ok_or(Error::NotFound("account"))?;
    let Some(max) = account.sites_max else { return Ok(()) };
    let sites = site::Entity::find()
        .filter(site::Column::AccountId.eq(&scope.account_id))
        .filter(site::Column::DeletedAt.is_null())
        .count(transaction)
        .await?;
    if i64::try_from(sites).is_ok_and(|sites| sites < max) {
        return Ok(());
    }
    Err(Error::Forbidden("this account has as many sites as its quota allows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant").timestamp_millis()
    }

    #[test]
    fn a_month_is_that_of_the_sites_zone_and_is_made_of_its_days() {
        let zones = SiteZones::fixed(chrono_tz::America::Sao_Paulo);
        let of = |now: &str| month_of(&zones, at(now));
        assert_eq!(
            of("2026-12-01T02:59:59Z"),
            Span { start: at("2026-11-01T03:00:00Z"), end: at("2026-12-01T03:00:00Z") }
        );
        assert_eq!(
            of("2026-12-01T03:00:00Z"),
            Span { start: at("2026-12-01T03:00:00Z"), end: at("2026-12-02T03:00:00Z") }
        );
        // Moved to UTC on the 10th: the days before stay those of the old zone.
        let moved = SiteZones::new(chrono_tz::America::Sao_Paulo, vec![(at("2026-12-10T03:00:00Z"), chrono_tz::UTC)]);
        assert_eq!(
            month_of(&moved, at("2026-12-31T12:00:00Z")),
            Span { start: at("2026-12-01T03:00:00Z"), end: at("2027-01-01T00:00:00Z") }
        );
    }
}
