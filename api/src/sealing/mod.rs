//! Sealing: the events of a local day that is over become segments, and their blocks go.
//!
//! ```text
//! begin an attempt ─▶ read the day in short looks ─▶ encode, store, read back ─▶ commit with watermark ─▶ clear
//!                   segments and blocks beside them   part by part                one short transaction    step by step
//! ```
//!
//! Invariants:
//! - Before the commit nothing that readers see has changed, after it they take the day from the new segments and ignore the
//!   blocks that these hold. Whatever ends the process when, each event is counted from exactly one of the two.
//! - It is the same whether a day is sealed for the first time or again, with what came late.
//! - A day is held in memory a part at a time, and neither a snapshot nor the database's one writer is ever held for long.
//! - An attempt that comes to nothing leaves nothing: it removes its parts itself, or the next one does.

mod due;
mod encode;
mod pace;
mod steps;
mod writing;

pub(crate) use due::{Due, Rule};
pub(crate) use encode::Parts;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::store::{Attempt, SealedDay, Site, Span, Store, Totals};
use steps::{Step, reached};

/// Rest after each step of removing, so that hits get at the one writer in between.
const REST_CLEARING: Duration = Duration::from_millis(20);

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The day is sealed, with so many events.
    Sealed(u64),
    /// Somebody else is at it, or was faster, or the site is gone.
    LeftToOthers,
}

/// Seals a day of a site, or seals it again with what came since, and removes what that replaces.
///
/// With `overtake` also when somebody else is at it, who will fail then.
///
/// # Errors
/// When the database can't store it, or what was stored is not what was read. The day is as it was then.
pub(crate) async fn seal(store: &Store, site: i64, span: Span, overtake: bool) -> Result<Outcome> {
    let Some(attempt) = store.begin_attempt(site, span, now_ms(), overtake).await? else {
        return Ok(Outcome::LeftToOthers);
    };
    let totals = match prepare(store, &attempt).await {
        Ok(Some(totals)) => totals,
        Ok(None) => return abandon(store, &attempt).await.map(|()| Outcome::LeftToOthers),
        Err(error) => {
            if let Err(error) = abandon(store, &attempt).await {
                tracing::debug!(%error, "parts of an attempt stay until the next one");
            }
            return Err(error);
        }
    };
    // From here on parts are left alone: a commit that failed may be done nevertheless, and later.
    let sealed_at = now_ms();
    if !store.commit_attempt(&attempt, &totals, sealed_at).await? {
        return Ok(Outcome::LeftToOthers);
    }
    reached(Step::Committed)?;
    let parts = i32::try_from(totals.parts).map_err(Error::internal)?;
    let events = i64::try_from(totals.events).map_err(Error::internal)?;
    clear(store, &SealedDay { site, span, sealed: attempt.number, sealed_at, parts, events, uncleared: true }).await?;
    Ok(Outcome::Sealed(totals.events))
}

/// All up to the commit; `None` when the attempt was overtaken, or the site is gone.
async fn prepare(store: &Store, attempt: &Attempt) -> Result<Option<Totals>> {
    reached(Step::Begun)?;
    while store.clear_failed_part(attempt).await? {
        tokio::time::sleep(REST_CLEARING).await;
    }
    let totals = writing::write(store, attempt).await?;
    reached(Step::Verified)?;
    Ok(totals)
}

/// Removes what an attempt has stored whose commit was not tried.
async fn abandon(store: &Store, attempt: &Attempt) -> Result<()> {
    while store.clear_own_part(attempt).await? {
        tokio::time::sleep(REST_CLEARING).await;
    }
    Ok(())
}

/// Removes the blocks that a day's segments hold, and the segments that these replace.
///
/// # Errors
/// When the database can't store it; it is done again later.
pub(crate) async fn clear(store: &Store, day: &SealedDay) -> Result<()> {
    let mut more = true;
    while more {
        more = store.clear_blocks(day).await?;
        reached(Step::SomeBlocksCleared)?;
        tokio::time::sleep(REST_CLEARING).await;
    }
    reached(Step::BlocksCleared)?;
    while store.clear_part(day).await? {
        reached(Step::APartCleared)?;
        tokio::time::sleep(REST_CLEARING).await;
    }
    store.end_clearing(day).await
}

/// How far sealing has come, for `/metrics`.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// When the oldest day that is due, and was found but not sealed yet, became due; 0 without one.
    due_since: AtomicI64,
    days: AtomicU64,
}

impl Progress {
    /// For how many milliseconds the oldest day has been due that is not sealed.
    pub(crate) fn lag_ms(&self, now: i64) -> i64 {
        let since = self.due_since.load(Ordering::Relaxed);
        if since == 0 { 0 } else { (now - since).max(0) }
    }

    /// Days that were sealed since the start, by this node.
    pub(crate) fn days(&self) -> u64 {
        self.days.load(Ordering::Relaxed)
    }
}

/// Does what is due on all sites, one day after the other.
///
/// # Errors
/// When the database can't answer. A day that can't be sealed is told in the log, and does not keep others from it.
pub(crate) async fn round(store: &Store, progress: &Progress) -> Result<()> {
    for day in store.uncleared_days().await? {
        go_on(clear(store, &day).await, "what a day's segments replace cannot be removed")?;
    }
    let mut behind = None;
    for site in store.sites_of_instance().await? {
        go_on(seal_due(store, &site, progress, &mut behind).await, "the days of a site cannot be sealed")?;
    }
    progress.due_since.store(behind.unwrap_or(0), Ordering::Relaxed);
    Ok(())
}

/// Seals the days of a site that are due. `behind` becomes the moment at which the first of those became due that could not be sealed.
async fn seal_due(store: &Store, site: &Site, progress: &Progress, behind: &mut Option<i64>) -> Result<()> {
    let mut due = Due::new(store, site, Rule::BY_ITSELF);
    while let Some(span) = due.next(now_ms()).await? {
        let due_since = Rule::BY_ITSELF.due_since(span, now_ms());
        progress.due_since.store(behind.map_or(due_since, |since: i64| since.min(due_since)), Ordering::Relaxed);
        let sealed = seal(store, site.key, span, false).await;
        if sealed.is_err() {
            *behind = Some(behind.map_or(due_since, |since| since.min(due_since)));
        }
        if let Ok(Outcome::Sealed(events)) = sealed {
            progress.days.fetch_add(1, Ordering::Relaxed);
            tracing::info!(site = site.id, from = span.start, events, "sealed a day");
        }
        go_on(sealed.map(|_| ()), "a day cannot be sealed")?;
    }
    Ok(())
}

/// Tells a failure that is one day's or one site's in the log; one that is everybody's ends the round.
fn go_on(result: Result<()>, what: &str) -> Result<()> {
    match result {
        Err(Error::Unavailable) => Err(Error::Unavailable),
        Err(error) => {
            tracing::error!(%error, "{what}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
