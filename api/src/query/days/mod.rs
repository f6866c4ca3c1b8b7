//! A site's days as columns in memory: read once, kept current by reading only what is newer.
//!
//! Days that may still grow keep their builder, so that new rows are added to what is there. Days that are over are kept
//! as columns alone, in a cache bounded in bytes; a late row throws its day out, and the next look reads it again. So does
//! the sealing of a day with rows that were not seen, as these may be gone.
//!
//! Nobody gets a range of days as a whole: each is handed to a [`Taker`] as it is ready, a few at a time, and is gone then
//! unless the cache keeps it. What remains of it in any case is its trace, so that a question whose answer is remembered
//! need not read it again.

mod built;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haru_stats::engine::{SourceKind, Trace};
use haru_stats::time::{LocalDay, SiteZones, Span};
use haru_stats::{DayBuilder, DayError, Event};
use moka::sync::Cache;
use tokio::sync::{Mutex, Semaphore};

pub(super) use self::built::Built;
use self::reading::Reading;
use super::lookups::{CacheFigures, Lookups};
use crate::error::{Error, Result};
use crate::store::{EventStore, Seen};

/// Bytes of finished days kept in memory.
const FINISHED_BYTES: u64 = 256 * 1024 * 1024;
/// A day is finished this long after its end: events that come later are rare enough to read their day again.
const GROWS_AFTER_END_MS: i64 = 60 * 60 * 1000;
/// A site nobody has looked at for this long is forgotten.
const FORGET_AFTER: Duration = Duration::from_mins(15);
/// Sites kept at the same time.
const SITES_KEPT: u64 = 2_000;

/// Days that are over and are loaded at the same time, for all questions together: at least this many, so that one is read
/// while another is built, and at most one a core.
const LOADED_AT_ONCE: usize = 2;

/// Does something with days, off the async threads.
pub(super) trait Taker: Send + Sync + 'static {
    /// Takes days, each of which comes once.
    ///
    /// # Errors
    /// What ends the load.
    fn take(&self, days: &[Built]) -> Result<()>;

    /// Takes a day whose columns are not in memory, where its trace is all that is needed; else it is read and comes with
    /// its columns.
    fn take_trace(&self, _: &Trace) -> bool {
        false
    }
}

/// Key of a finished day: site, life of the site's state, first instant.
type DayKey = (i64, u64, i64);

/// The days of all sites.
#[derive(Debug)]
pub(super) struct Days {
    store: Arc<dyn EventStore>,
    sites: Cache<i64, Arc<Mutex<SiteDays>>>,
    finished: Cache<DayKey, Built>,
    loads: Arc<Semaphore>,
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
    /// How often it had been changed how long the site keeps its days. What was removed for a shorter time must not come back
    /// out of memory in a longer one.
    retention_changes: i64,
    /// Batches whose rows are in the days below; nothing is loaded before the first read.
    seen: Option<Seen>,
    growing: HashMap<i64, Growing>,
    /// Of days that are over and have been loaded, by their first instant, whether the cache still has them or not.
    traces: HashMap<i64, Trace>,
    /// What is newer is being added. Found true by the next read, that was given up half way (it failed, or its asker is
    /// gone), and some rows may have been added that `seen` does not tell of.
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
        let at_once = std::thread::available_parallelism().map_or(LOADED_AT_ONCE, usize::from).max(LOADED_AT_ONCE);
        Self {
            store,
            sites,
            finished,
            loads: Arc::new(Semaphore::new(at_once)),
            lives: AtomicU64::new(0),
            lookups: Lookups::default(),
        }
    }

    /// Hands the days of a site that have an instant in common with any of the spans to a taker, all as of one instant,
    /// each once, in any order.
    ///
    /// # Errors
    /// When the database can't answer, or the taker does not want more.
    pub(super) async fn load(
        &self,
        site: i64,
        zones: &SiteZones,
        spans: &[Span],
        now: i64,
        taker: Arc<dyn Taker>,
        retention_changes: i64,
    ) -> Result<()> {
        let wanted = wanted(zones, spans);
        let state = self.sites.get_with(site, || Arc::new(Mutex::new(self.fresh(site, zones, retention_changes))));
        let mut state = state.lock_owned().await;
        if state.reading || state.zones != *zones || state.retention_changes < retention_changes {
            *state = self.fresh(site, zones, retention_changes);
        }
        self.retire(&mut state, now);
        let seen = state.seen.clone();
        state.reading = true;
        let mut reading = Reading::new(self, &mut state, &wanted, taker.clone(), now);
        self.store.read(site, seen.as_ref(), &mut reading).await?;
        let mut days = reading.finish().await?;
        let work = move || {
            for day in &wanted {
                days.extend(state.growing.get_mut(&day.span.from).map(Growing::day));
            }
            drop(state);
            taker.take(&days)
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    /// Use of the cache of finished days; days that still grow are kept beside it.
    pub(super) fn figures(&self) -> CacheFigures {
        self.finished.run_pending_tasks();
        self.lookups.figures(self.finished.weighted_size())
    }

    fn fresh(&self, site: i64, zones: &SiteZones, retention_changes: i64) -> SiteDays {
        let life = self.lives.fetch_add(1, Ordering::Relaxed);
        SiteDays {
            site,
            life,
            zones: zones.clone(),
            retention_changes,
            seen: None,
            growing: HashMap::new(),
            traces: HashMap::new(),
            reading: false,
        }
    }

    /// Keeps a day that is over.
    fn keep(&self, state: &mut SiteDays, built: Built) {
        let start = built.day.span().from;
        state.traces.insert(start, built.trace());
        self.finished.insert(state.key(start), built);
    }

    /// Moves days that are over from growing to finished.
    fn retire(&self, state: &mut SiteDays, now: i64) {
        let over: Vec<i64> =
            state.growing.iter().filter(|(_, growing)| is_over(growing.span, now)).map(|(start, _)| *start).collect();
        for start in over {
            if let Some(mut growing) = state.growing.remove(&start) {
                self.keep(state, growing.day());
            }
        }
    }
}

impl SiteDays {
    /// Names a finished day in the cache.
    fn key(&self, start: i64) -> DayKey {
        (self.site, self.life, start)
    }
}

impl Growing {
    fn new(builder: DayBuilder, span: Span, kind: SourceKind) -> Self {
        Self { span, builder, kind, built: None }
    }

    fn push(&mut self, event: &Event<'_>) -> Result<(), DayError> {
        self.built = None;
        self.kind = with(self.kind, SourceKind::Rows);
        self.builder.push(event)
    }

    fn day(&mut self) -> Built {
        self.built.get_or_insert_with(|| Built::new(self.builder.build(), self.kind, None)).clone()
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
