//! A site's days as columns in memory: read once, kept current by reading only what is newer.
//!
//! Days that may still grow keep their builder, so that new rows are added to what is there. Days that are over are kept
//! as columns alone, in a cache bounded in bytes; a late row throws its day out, and the next look reads it again. So does
//! the sealing of a day with rows that were not seen, as these may be gone.

mod built;
mod reading;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haru_entity::event;
use haru_stats::DayBuilder;
use haru_stats::engine::SourceKind;
use haru_stats::time::{LocalDay, SiteZones, Span};
use moka::sync::Cache;
use tokio::sync::Mutex;

pub(super) use self::built::Built;
use self::reading::{Read, Reading};
use super::lookups::{CacheFigures, Lookups};
use crate::error::{Error, Result};
use crate::store::{self, EventStore, Seen, event_of};

/// Bytes of finished days kept in memory.
const FINISHED_BYTES: u64 = 256 * 1024 * 1024;
/// A day is finished this long after its end: events that come later are rare enough to read their day again.
const GROWS_AFTER_END_MS: i64 = 60 * 60 * 1000;
/// A site nobody has looked at for this long is forgotten.
const FORGET_AFTER: Duration = Duration::from_mins(15);
/// Sites kept at the same time.
const SITES_KEPT: u64 = 2_000;

/// Finished days by their first instant, held so that the cache can't drop them half way.
type Held = HashMap<i64, Built>;
/// Key of a finished day: site, life of the site's state, first instant.
type DayKey = (i64, u64, i64);

/// The days of all sites.
#[derive(Debug)]
pub(super) struct Days {
    store: Arc<dyn EventStore>,
    sites: Cache<i64, Arc<Mutex<SiteDays>>>,
    finished: Cache<DayKey, Built>,
    lives: AtomicU64,
    lookups: Lookups,
}

/// What is known of one site.
#[derive(Debug)]
struct SiteDays {
    site: i64,
    /// Which life of this state it is: finished days of an earlier one may lack rows.
    life: u64,
    /// The zones that its days follow; a change makes other days of them.
    zones: SiteZones,
    /// Batches whose rows are in the days below; nothing is loaded before the first read.
    seen: Option<Seen>,
    growing: HashMap<i64, Growing>,
    /// A read is under way. Found true by the next one, it was given up half way (its asker is gone), and some rows may
    /// have been added that `seen` does not tell of.
    reading: bool,
}

/// A day that rows may still come for.
#[derive(Debug)]
struct Growing {
    span: Span,
    builder: DayBuilder,
    /// What it was read from.
    kind: SourceKind,
    built: Option<Built>,
}

impl Days {
    pub(super) fn new(store: Arc<dyn EventStore>) -> Self {
        let finished = Cache::builder()
            .max_capacity(FINISHED_BYTES)
            .weigher(|_, built: &Built| u32::try_from(built.day.bytes()).unwrap_or(u32::MAX))
            .build();
        let sites = Cache::builder().max_capacity(SITES_KEPT).time_to_idle(FORGET_AFTER).build();
        Self { store, sites, finished, lives: AtomicU64::new(0), lookups: Lookups::default() }
    }

    /// The days of a site that have an instant in common with any of the spans, all as of one instant, in order.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(super) async fn load(&self, site: i64, zones: &SiteZones, spans: &[Span], now: i64) -> Result<Vec<Built>> {
        let wanted = wanted(zones, spans);
        let state = self.sites.get_with(site, || Arc::new(Mutex::new(self.fresh(site, zones))));
        let mut state = state.lock_owned().await;
        if state.reading || state.zones != *zones {
            *state = self.fresh(site, zones);
        }
        let held = match self.refresh(&mut state, &wanted, now).await {
            Ok(held) => held,
            Err(error) => {
                // Part of the new rows may have been added: begin anew rather than count them twice.
                *state = self.fresh(site, zones);
                return Err(error);
            }
        };
        tokio::task::spawn_blocking(move || {
            let mut days = Vec::with_capacity(wanted.len());
            for day in &wanted {
                let start = day.span.from;
                let growing = state.growing.get_mut(&start).map(Growing::day);
                days.extend(growing.or_else(|| held.get(&start).cloned()));
            }
            days
        })
        .await
        .map_err(Error::internal)
    }

    /// Use of the cache of finished days; days that still grow are kept beside it.
    pub(super) fn figures(&self) -> CacheFigures {
        self.finished.run_pending_tasks();
        self.lookups.figures(self.finished.weighted_size())
    }

    fn fresh(&self, site: i64, zones: &SiteZones) -> SiteDays {
        let life = self.lives.fetch_add(1, Ordering::Relaxed);
        SiteDays { site, life, zones: zones.clone(), seen: None, growing: HashMap::new(), reading: false }
    }

    /// Brings what is loaded up to date and answers the finished days among those wanted, reading what is missing.
    async fn refresh(&self, state: &mut SiteDays, wanted: &[LocalDay], now: i64) -> Result<Held> {
        self.retire(state, now);
        let mut held = Held::new();
        for day in wanted.iter().filter(|day| !state.growing.contains_key(&day.span.from)) {
            let finished = self.finished.get(&(state.site, state.life, day.span.from));
            self.lookups.count(finished.is_some());
            if let Some(finished) = finished {
                held.insert(day.span.from, finished);
            }
        }
        loop {
            let missing: Vec<LocalDay> = wanted
                .iter()
                .filter(|day| !state.growing.contains_key(&day.span.from) && !held.contains_key(&day.span.from))
                .copied()
                .collect();
            let outdated = self.read(state, &missing, &mut held, now).await?;
            // These are thrown out; one that is wanted is then read once more.
            let mut again = false;
            for start in outdated {
                self.finished.invalidate(&(state.site, state.life, start));
                held.remove(&start);
                again |= wanted.iter().any(|day| day.span.from == start);
            }
            if !again {
                return Ok(held);
            }
        }
    }

    /// One snapshot: adds new rows to growing days, reads the missing ones, and answers the starts of those among the other
    /// days of which memory, if it has them, lacks something.
    async fn read(
        &self,
        state: &mut SiteDays,
        missing: &[LocalDay],
        held: &mut Held,
        now: i64,
    ) -> Result<BTreeSet<i64>> {
        let spans: Vec<store::Span> = missing.iter().map(|day| day.span.into()).collect();
        state.reading = true;
        let mut reading = Reading::new(&mut state.growing, &state.zones, missing, now)?;
        let seen = self.store.read(state.site, state.seen.as_ref(), &spans, &mut reading).await?;
        let Read { finished, growing, outdated } = reading.finish().await?;
        state.seen = Some(seen);
        state.reading = false;
        for (start, day) in finished {
            self.finished.insert((state.site, state.life, start), day.clone());
            held.insert(start, day);
        }
        state.growing.extend(growing);
        Ok(outdated)
    }

    /// Moves days that are over from growing to finished.
    fn retire(&self, state: &mut SiteDays, now: i64) {
        let over: Vec<i64> =
            state.growing.iter().filter(|(_, growing)| is_over(growing.span, now)).map(|(start, _)| *start).collect();
        for start in over {
            if let Some(mut growing) = state.growing.remove(&start) {
                self.finished.insert((state.site, state.life, start), growing.day());
            }
        }
    }
}

impl Growing {
    fn new(builder: DayBuilder, span: Span, kind: SourceKind) -> Self {
        Self { span, builder, kind, built: None }
    }

    fn push(&mut self, row: &event::Model) -> Result<()> {
        self.built = None;
        self.kind = with(self.kind, SourceKind::Rows);
        self.builder.push(&event_of(row)).map_err(Error::internal)
    }

    fn day(&mut self) -> Built {
        self.built.get_or_insert_with(|| Built::new(self.builder.build(), self.kind)).clone()
    }
}

fn is_over(day: Span, now: i64) -> bool {
    day.to.saturating_add(GROWS_AFTER_END_MS) <= now
}

/// The local days of the spans, each once, in order.
fn wanted(zones: &SiteZones, spans: &[Span]) -> Vec<LocalDay> {
    let mut days: Vec<LocalDay> = spans.iter().flat_map(|span| zones.days(*span)).collect();
    days.sort_by_key(|day| day.span.from);
    days.dedup_by_key(|day| day.span.from);
    days
}

/// What a day is made of when more comes.
fn with(before: SourceKind, more: SourceKind) -> SourceKind {
    if before == more { more } else { SourceKind::Mixed }
}
