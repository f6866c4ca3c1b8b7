//! Which days of a site are due.

use haru_stats::time::SiteZones;

use crate::error::Result;
use crate::sites::kept_from;
use crate::store::{SealedDay, Site, Span, Store};

/// When a day is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// So long after its end.
    after_end_ms: i64,
    /// So long after it was sealed the last time, when events have come since.
    again_after_ms: i64,
    /// Before its end, when it has enough events beside what is sealed of it; never when `None`.
    open: Option<Enough>,
}

/// How many events are enough to seal a day that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Enough {
    events: u64,
    /// Sealing writes a whole day anew: what is new must also be at least one part in so many of what is sealed, so that a day
    /// of any size is written about as many times at most.
    one_in: u64,
}

impl Rule {
    /// Without being told to: an hour after readers take the day for finished, so that hits that are sent again after an
    /// error are nearly always in time; and at most hourly for those that are not.
    ///
    /// A day of many events is sealed as it grows: blocks take many times as long to read as segments, and the first question
    /// after a restart waits for them.
    pub(crate) const BY_ITSELF: Self = Self {
        after_end_ms: 2 * HOUR_MS,
        again_after_ms: HOUR_MS,
        open: Some(Enough { events: OPEN_EVENTS, one_in: 20 }),
    };
    /// When somebody asks for it: whatever is over.
    pub(crate) const FORCED: Self = Self { after_end_ms: 0, again_after_ms: 0, open: None };
    /// When somebody asks for it: whatever there is.
    pub(crate) const FORCED_TODAY: Self = Self { open: Some(Enough { events: 1, one_in: u64::MAX }), ..Self::FORCED };
}

impl Rule {
    /// When the day became due; now, when it is sealed as it grows.
    pub(super) fn due_since(self, day: Span, now: i64) -> i64 {
        (day.end + self.after_end_ms).min(now)
    }
}

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Rows of a day that is not over from which on they are sealed.
const OPEN_EVENTS: u64 = 100_000;

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

    /// The next day that is due and has blocks: such as are in no segment, or are still to be removed.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn next(&mut self, now: i64) -> Result<Option<Span>> {
        if self.from == i64::MIN && self.site.retention_days.is_some() {
            // What is kept no longer is removed, and must not be sealed meanwhile.
            let zones = self.store.zones(self.site).await?;
            self.from = kept_from(self.site, &zones, now);
            self.zones = Some(zones);
        }
        while let Some(at) = self.store.first_block_at(self.site.key, self.from).await? {
            // Most sites' last days are told from those that are due without looking at their zones.
            if !self.is_over(at, now) && !self.has_open_events(Span { start: at, end: i64::MAX }, 0).await? {
                break;
            }
            let (span, day) = self.day_of(at).await?;
            self.from = span.end;
            let due = if self.is_over(span.end, now) {
                let sealed_at = day.filter(|day| day.sealed > 0).map(|day| day.sealed_at);
                sealed_at.is_none_or(|at| at.saturating_add(self.rule.again_after_ms) <= now)
            } else {
                // Events that are sealed already and not removed yet would be counted once more.
                let (sealed, uncleared) = day.map_or((0, false), |day| (day.events, day.uncleared));
                !uncleared && self.has_open_events(span, sealed).await?
            };
            if due {
                return Ok(Some(span));
            }
        }
        Ok(None)
    }

    /// Whether a day that ends at an instant is over for so long that it is due.
    fn is_over(&self, end: i64, now: i64) -> bool {
        end.saturating_add(self.rule.after_end_ms) <= now
    }

    /// Whether there are events enough to seal a day that is not over, of which so many events are sealed.
    async fn has_open_events(&self, span: Span, sealed: i64) -> Result<bool> {
        let Some(Enough { events, one_in }) = self.rule.open else { return Ok(false) };
        let enough = events.max(u64::try_from(sealed).unwrap_or(0) / one_in);
        self.store.has_events(self.site.key, span, enough).await
    }

    /// The day that an instant is sealed with, and what is sealed of it.
    ///
    /// A day that was sealed keeps its ends, also if a newer table of timezones has other ones for it. What lies between such
    /// days is sealed as what is left of its local day.
    async fn day_of(&mut self, at: i64) -> Result<(Span, Option<SealedDay>)> {
        let (before, after) = self.store.days_around(self.site.key, at).await?;
        if let Some(day) = before.filter(|day| at < day.span.end) {
            return Ok((day.span, Some(day)));
        }
        let zones = match self.zones.take() {
            Some(zones) => zones,
            None => self.store.zones(self.site).await?,
        };
        let local = Span::from(zones.day_at(at).span);
        self.zones = Some(zones);
        let start = before.map_or(local.start, |day| local.start.max(day.span.end));
        let end = after.map_or(local.end, |day| local.end.min(day.span.start));
        Ok((Span { start, end }, None))
    }
}
