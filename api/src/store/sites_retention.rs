//! Removing what a site keeps no longer, in small steps.
//!
//! Readers don't wait for it: they ask for nothing before the instant from which on the site keeps its days. So this may take its
//! time, and whatever comes late for such a day is removed by the next round.
//!
//! A day that was sealed stays listed, empty, for ever: the numbers of attempts at it go on, as what is remembered of a day is
//! named by them, and an attempt that is under way finds its number changed and brings nothing back.

use haru_entity::{dropped, event_block, sealed_day, site};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Site, Store};
use crate::error::Result;

impl Store {
    /// Sites that keep their days for some time only, for upkeep alone: nothing that a member asks for comes from here.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sites_with_retention(&self) -> Result<Vec<Site>> {
        let sites = site::Entity::find()
            .filter(site::Column::DeletedAt.is_null())
            .filter(site::Column::RetentionDays.is_not_null())
            .order_by_asc(site::Column::Id);
        Ok(sites.all(&self.reader).await?.into_iter().map(Site::from).collect())
    }

    /// Takes one step in removing the days of a site that ended at or before an instant, and counts of drops before a date;
    /// true when there is more to do at once.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn forget_days_before(&self, site: &Site, instant: i64, date: &str) -> Result<bool> {
        if self.empty_days_before(site.key, instant).await? {
            return Ok(true);
        }
        let ended = Condition::all()
            .add(event_block::Column::SiteId.eq(site.key))
            .add(event_block::Column::FirstAt.lt(instant));
        let more = self.remove_blocks(ended).await?;
        dropped::Entity::delete_many()
            .filter(dropped::Column::SiteId.eq(site.key))
            .filter(dropped::Column::Date.lt(date))
            .exec(&self.writer)
            .await?;
        Ok(more)
    }

    /// Instant of the first event in a site's segments of days that end after an instant.
    pub(super) async fn first_sealed_at(&self, site: i64, from: i64) -> Result<Option<i64>> {
        let first = sealed_day::Entity::find()
            .select_only()
            .column(sealed_day::Column::FirstAt)
            .filter(sealed_day::Column::SiteId.eq(site))
            .filter(sealed_day::Column::Sealed.gt(0))
            .filter(sealed_day::Column::EndsAt.gt(from))
            .order_by_asc(sealed_day::Column::StartsAt)
            .limit(1)
            .into_tuple::<i64>();
        Ok(first.one(&self.reader).await?)
    }

    /// Instant of the last event of a site's blocks, and the span of its last sealed day that holds events.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn last_events(&self, site: i64) -> Result<(Option<i64>, Option<haru_stats::time::Span>)> {
        let last = self.last_in_blocks(site).await?;
        let day = sealed_day::Entity::find()
            .select_only()
            .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
            .filter(sealed_day::Column::SiteId.eq(site))
            .filter(sealed_day::Column::Sealed.gt(0))
            .filter(sealed_day::Column::Events.gt(0))
            .order_by_desc(sealed_day::Column::StartsAt)
            .limit(1)
            .into_tuple::<(i64, i64)>();
        let day = day.one(&self.reader).await?.map(|(from, to)| haru_stats::time::Span { from, to });
        Ok((last, day))
    }
}
