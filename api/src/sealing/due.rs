//! Which days of a site are due.

use haru_stats::time::SiteZones;

use crate::error::Result;
use crate::store::{Site, Span, Store};

/// When a day is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// So long after its end.
    after_end_ms: i64,
    /// So long after it was sealed the last time, when rows have come since.
    again_after_ms: i64,
}

impl Rule {
    /// Without being told to: an hour after readers take the day for finished, so that hits that are sent again after an
    /// error are nearly always in time; and at most hourly for those that are not.
    pub(crate) const BY_ITSELF: Self = Self { after_end_ms: 2 * HOUR_MS, again_after_ms: HOUR_MS };
    /// When somebody asks for it: whatever is over.
    pub(crate) const FORCED: Self = Self { after_end_ms: 0, again_after_ms: 0 };
}

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Walks the days of a site that are due, from the oldest.
#[derive(Debug)]
pub(crate) struct Due<'s> {
    store: &'s Store,
    site: &'s Site,
    rule: Rule,
    /// Read when a row is old enough.
    zones: Option<SiteZones>,
    from: i64,
}

impl<'s> Due<'s> {
    pub(crate) fn new(store: &'s Store, site: &'s Site, rule: Rule) -> Self {
        Self { store, site, rule, zones: None, from: i64::MIN }
    }

    /// The next day that is due and has rows: such as are in no segment, or are still to be removed.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn next(&mut self, now: i64) -> Result<Option<Span>> {
        while let Some(at) = self.store.first_row_at(self.site.key, self.from).await? {
            if at.saturating_add(self.rule.after_end_ms) > now {
                break;
            }
            let (span, settled) = self.day_of(at, now).await?;
            if span.end.saturating_add(self.rule.after_end_ms) > now {
                break;
            }
            self.from = span.end;
            if !settled {
                return Ok(Some(span));
            }
        }
        Ok(None)
    }

    /// The day that an instant is sealed with, and whether nothing is to be done for it now.
    ///
    /// A day that was sealed keeps its ends, also if a newer table of timezones has other ones for it. What lies between such
    /// days is sealed as what is left of its local day.
    async fn day_of(&mut self, at: i64, now: i64) -> Result<(Span, bool)> {
        let (before, after) = self.store.days_around(self.site.key, at).await?;
        if let Some(day) = before.filter(|day| at < day.span.end) {
            let lately = day.sealed > 0 && day.sealed_at.saturating_add(self.rule.again_after_ms) > now;
            return Ok((day.span, lately));
        }
        let zones = match self.zones.take() {
            Some(zones) => zones,
            None => self.store.zones(self.site).await?,
        };
        let local = Span::from(zones.day_at(at).span);
        self.zones = Some(zones);
        let start = before.map_or(local.start, |day| local.start.max(day.span.end));
        let end = after.map_or(local.end, |day| local.end.min(day.span.start));
        Ok((Span { start, end }, false))
    }
}
