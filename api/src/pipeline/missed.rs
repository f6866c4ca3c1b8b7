//! Hits of the last hour that were not counted, for those who wonder why nothing arrives.
//!
//! In memory, of this process alone, and bounded: what was dropped by site and reason, what was refused by the host of its page
//! and reason. Nothing of who sent it is here. Hits that are counted pass by without a look.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use crate::collect::DropReason;

/// What is remembered.
const KEPT: Duration = Duration::from_hours(1);
/// The same in minutes.
const MINUTES: usize = 60;
const MINUTE_MS: i64 = 60 * 1000;
/// Sites and reasons of drops kept at the same time; beyond, the least frequent are forgotten.
const DROPS_KEPT: u64 = 10_000;
/// Hosts and reasons of refusals kept at the same time; whoever makes hosts up does not push out those that come again and again.
const REFUSALS_KEPT: u64 = 10_000;

/// Why a hit was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RefusalReason {
    /// It brought no tracking token.
    NoToken,
    /// No site has its token.
    UnknownToken,
    /// No site has its domain, of a Plausible client.
    UnknownSite,
    /// Its body is wrong or too large.
    BadRequest,
    /// Too many came from its address.
    RateLimited,
}

impl RefusalReason {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::UnknownToken => "unknown_token",
            Self::UnknownSite => "unknown_site",
            Self::BadRequest => "bad_request",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// Hits that were refused for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Refusal {
    /// Key of the site, if it got so far.
    pub(crate) site: Option<i64>,
    /// Host of the page, in stored form; blank when it is not known.
    pub(crate) hostname: String,
    /// Why.
    pub(crate) reason: RefusalReason,
}

/// How many in the last hour, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many.
    pub(crate) count: u64,
    /// Milliseconds.
    pub(crate) last_at: i64,
}

/// See above.
pub(crate) struct Missed {
    drops: Cache<(i64, DropReason), Arc<Mutex<Minutes>>>,
    refusals: Cache<Refusal, Arc<Mutex<Minutes>>>,
}

impl fmt::Debug for Missed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Missed({} drops, {} refusals)", self.drops.entry_count(), self.refusals.entry_count())
    }
}

impl Default for Missed {
    fn default() -> Self {
        Self {
            drops: Cache::builder().max_capacity(DROPS_KEPT).time_to_idle(KEPT).build(),
            refusals: Cache::builder().max_capacity(REFUSALS_KEPT).time_to_idle(KEPT).build(),
        }
    }
}

impl Missed {
    /// Counts a hit of a site that was dropped.
    pub(super) fn dropped(&self, site: i64, reason: DropReason, now: i64) {
        add(&self.drops.get_with((site, reason), Arc::default), now);
    }

    /// Counts a hit that was refused. Nobody could be told of one without site and host.
    pub(crate) fn refused(&self, refusal: Refusal, now: i64) {
        if refusal.site.is_some() || !refusal.hostname.is_empty() {
            add(&self.refusals.get_with(refusal, Arc::default), now);
        }
    }

    /// What was dropped of a site in the last hour.
    pub(crate) fn drops(&self, site: i64, now: i64) -> Vec<(DropReason, Tally)> {
        let found = DropReason::ALL.into_iter().filter_map(|reason| {
            let minutes = self.drops.get(&(site, reason))?;
            Some((reason, tally(&minutes, now)?))
        });
        found.collect()
    }

    /// What was refused in the last hour, of those that are asked for.
    pub(crate) fn refusals(&self, now: i64, is_asked_for: impl Fn(&Refusal) -> bool) -> Vec<(Refusal, Tally)> {
        let found = self.refusals.iter().filter(|(refusal, _)| is_asked_for(refusal));
        found.filter_map(|(refusal, minutes)| Some((refusal.as_ref().clone(), tally(&minutes, now)?))).collect()
    }
}

fn add(minutes: &Mutex<Minutes>, now: i64) {
    minutes.lock().unwrap_or_else(PoisonError::into_inner).add(now);
}

fn tally(minutes: &Mutex<Minutes>, now: i64) -> Option<Tally> {
    minutes.lock().unwrap_or_else(PoisonError::into_inner).tally(now)
}

/// Counts of the last minutes, in a ring.
#[derive(Debug)]
struct Minutes {
    counts: [u32; MINUTES],
    /// The last minute that was counted, since the epoch.
    last: i64,
    last_at: i64,
}

impl Default for Minutes {
    fn default() -> Self {
        Self { counts: [0; MINUTES], last: 0, last_at: 0 }
    }
}

impl Minutes {
    fn add(&mut self, now: i64) {
        self.move_to(now);
        let place = place(self.last);
        self.counts[place] = self.counts[place].saturating_add(1);
        self.last_at = self.last_at.max(now);
    }

    fn tally(&mut self, now: i64) -> Option<Tally> {
        self.move_to(now);
        let count: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        (count > 0).then_some(Tally { count, last_at: self.last_at })
    }

    /// Empties the minutes that have come since the last one; a clock that goes back stays where it was.
    fn move_to(&mut self, now: i64) {
        let minute = now.div_euclid(MINUTE_MS);
        let passed = usize::try_from(minute - self.last).unwrap_or(0).min(MINUTES);
        for minute in (self.last + 1..).take(passed) {
            self.counts[place(minute)] = 0;
        }
        self.last = self.last.max(minute);
    }
}

fn place(minute: i64) -> usize {
    usize::try_from(minute).unwrap_or(0) % MINUTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_788_264_000_000;

    fn refusal(site: Option<i64>, hostname: &str) -> Refusal {
        Refusal { site, hostname: hostname.to_owned(), reason: RefusalReason::UnknownToken }
    }

    #[test]
    fn an_hour_is_sixty_minutes_the_current_one_included() {
        let mut minutes = Minutes::default();
        assert_eq!(minutes.tally(NOON), None);
        for minute in 0..90 {
            minutes.add(NOON + minute * MINUTE_MS);
            minutes.add(NOON + minute * MINUTE_MS + 59_999);
        }
        let last_at = NOON + 89 * MINUTE_MS + 59_999;
        assert_eq!(minutes.tally(last_at), Some(Tally { count: 120, last_at }));
        assert_eq!(minutes.tally(last_at + 10 * MINUTE_MS), Some(Tally { count: 100, last_at }));
        minutes.add(NOON);
        assert_eq!(minutes.tally(NOON), Some(Tally { count: 101, last_at }), "a clock that went back");
        assert_eq!(minutes.tally(last_at + 69 * MINUTE_MS), Some(Tally { count: 1, last_at }));
        assert_eq!(minutes.tally(last_at + 70 * MINUTE_MS), None);
        assert_eq!(minutes.tally(last_at + 1_000_000 * MINUTE_MS), None);
    }

    #[test]
    fn drops_are_told_by_site_and_refusals_by_host() {
        let missed = Missed::default();
        missed.dropped(1, DropReason::Bot, NOON);
        missed.dropped(1, DropReason::Bot, NOON + 1);
        missed.dropped(2, DropReason::Hostname, NOON);
        assert_eq!(missed.drops(1, NOON + 2), [(DropReason::Bot, Tally { count: 2, last_at: NOON + 1 })]);
        missed.refused(refusal(None, "example.com"), NOON);
        missed.refused(refusal(Some(1), ""), NOON);
        missed.refused(refusal(None, ""), NOON);
        assert_eq!(missed.refusals(NOON, |_| true).len(), 2);
        assert_eq!(missed.refusals(NOON, |refusal| refusal.site == Some(1)).len(), 1);
        assert_eq!(missed.refusals(NOON + 61 * MINUTE_MS, |_| true), []);
    }

    #[test]
    fn who_makes_hosts_up_pushes_nobody_out_who_comes_again() {
        let missed = Missed::default();
        for number in 0..REFUSALS_KEPT * 3 {
            missed.refused(refusal(None, &format!("{number}.example")), NOON);
            if number % 100 == 0 {
                missed.refused(refusal(None, "example.com"), NOON);
            }
        }
        missed.refusals.run_pending_tasks();
        assert!(missed.refusals.entry_count() <= REFUSALS_KEPT);
        assert_eq!(missed.refusals(NOON, |refusal| refusal.hostname == "example.com").len(), 1);
    }
}
