//! Sealed days: which there are, and how a day becomes one.
//!
//! A day is sealed by an attempt. Its parts are stored beforehand, where no reader looks at them; one short transaction then
//! makes them the day's, together with its watermark. From that moment on the blocks that they hold are ignored, and what the
//! attempt replaces is removed in steps.
//!
//! Invariants:
//! - Attempts at a day are numbered. Only the last one that was begun can store parts or take the day: whoever was overtaken
//!   finds the number changed, whatever it was doing.
//! - Sealed days of a site don't overlap.
//! - A watermark only rises, and the segments hold all blocks of the day up to it.

mod attempt;
mod clear;
mod source;

pub(crate) use attempt::{Attempt, Totals};

use haru_entity::{sealed_day, segment, site};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::read::part_of;
use super::{Site, Span, Store};
use crate::error::Result;

/// What of a sealed day is still to be done.
mod state {
    /// Attempts were begun, none has succeeded.
    pub(super) const OPEN: i16 = 0;
    /// Sealed; blocks and older parts are still to be removed.
    pub(super) const UNCLEARED: i16 = 1;
    /// Sealed, and nothing else is left of it.
    pub(super) const CLEARED: i16 = 2;
}

/// A day that is sealed, or at which attempts were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SealedDay {
    /// The site's key.
    pub(crate) site: i64,
    /// The day's instants.
    pub(crate) span: Span,
    /// Number of the attempt that holds it; 0 when none does.
    pub(crate) sealed: i64,
    /// When that one succeeded.
    pub(crate) sealed_at: i64,
    /// Its parts.
    pub(crate) parts: i32,
    /// Its events.
    pub(crate) events: i64,
    /// Whether what it replaces is still to be removed.
    pub(crate) uncleared: bool,
}

impl From<sealed_day::Model> for SealedDay {
    fn from(row: sealed_day::Model) -> Self {
        Self {
            site: row.site_id,
            span: Span { start: row.starts_at, end: row.ends_at },
            sealed: row.sealed,
            sealed_at: row.sealed_at,
            parts: row.parts,
            events: row.events,
            uncleared: row.state == state::UNCLEARED,
        }
    }
}

impl Store {
    /// All sites, for upkeep and the operator's command line alone: nothing that a member asks for comes from here.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sites_of_instance(&self) -> Result<Vec<Site>> {
        let sites = site::Entity::find().filter(site::Column::DeletedAt.is_null()).order_by_asc(site::Column::Id);
        Ok(sites.all(&self.reader).await?.into_iter().map(Site::from).collect())
    }

    /// The days of a site that are sealed or were begun to be, in order.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sealed_days(&self, site: i64) -> Result<Vec<SealedDay>> {
        let days = sealed_day::Entity::find()
            .filter(sealed_day::Column::SiteId.eq(site))
            .order_by_asc(sealed_day::Column::StartsAt);
        Ok(days.all(&self.reader).await?.into_iter().map(SealedDay::from).collect())
    }

    /// Days of all sites of which blocks and older parts are still to be removed.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn uncleared_days(&self) -> Result<Vec<SealedDay>> {
        let days = sealed_day::Entity::find()
            .filter(sealed_day::Column::State.eq(state::UNCLEARED))
            .order_by_asc(sealed_day::Column::SealedAt);
        Ok(days.all(&self.reader).await?.into_iter().map(SealedDay::from).collect())
    }

    /// The days around an instant: the last that starts at or before it, and the first that starts after it.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn days_around(&self, site: i64, at: i64) -> Result<(Option<SealedDay>, Option<SealedDay>)> {
        let of_site = sealed_day::Entity::find().filter(sealed_day::Column::SiteId.eq(site));
        let before = of_site
            .clone()
            .filter(sealed_day::Column::StartsAt.lte(at))
            .order_by_desc(sealed_day::Column::StartsAt)
            .limit(1);
        let after =
            of_site.filter(sealed_day::Column::StartsAt.gt(at)).order_by_asc(sealed_day::Column::StartsAt).limit(1);
        let (before, after) = (before.one(&self.reader).await?, after.one(&self.reader).await?);
        Ok((before.map(SealedDay::from), after.map(SealedDay::from)))
    }

    /// Bytes of a sealed day's segments.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sealed_bytes(&self, day: &SealedDay) -> Result<i64> {
        let sizes = segment::Entity::find()
            .select_only()
            .column(segment::Column::Size)
            .filter(segment::Column::SiteId.eq(day.site))
            .filter(segment::Column::StartsAt.eq(day.span.start))
            .filter(segment::Column::Attempt.eq(day.sealed))
            .into_tuple::<i64>();
        Ok(sizes.all(&self.reader).await?.into_iter().sum())
    }
}
