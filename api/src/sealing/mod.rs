//! Sealing: the events of a local day that is over become segments, and their rows go.
//!
//! ```text
//! begin an attempt ─▶ read the day in one snapshot ─▶ encode, store, read back ─▶ commit with watermark ─▶ clear
//!                     segments and rows beside them   part by part                one short transaction    step by step
//! ```
//!
//! Invariants:
//! - Before the commit nothing that readers see has changed, after it they take the day from the new segments and ignore the
//!   rows that these hold. Whatever ends the process when, each event is counted from exactly one of the two.
//! - It is the same whether a day is sealed for the first time or again, with rows that came late.
//! - A day is held in memory a part at a time, and the database's one writer is never held for long.

mod due;
mod encode;
mod steps;

pub(crate) use due::{Due, Rule};
pub(crate) use encode::Parts;

use std::time::Duration;

use async_trait::async_trait;
use haru_stats::segment::{Segment, SegmentReader};

use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::store::{Attempt, EventStore, Piece, SealedDay, Seen, Sink, Site, Span, Store, Totals};
use steps::{Step, reached};

/// Rest after each thousand rows that are read: sealing shares the processor with hits.
const REST_READING: Duration = Duration::from_millis(2);
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
    reached(Step::Begun);
    let mut writing = Writing { store, attempt, parts: Parts::new(span), totals: Totals::default(), overtaken: false };
    store.read(site, None, &mut writing).await?;
    let Some(totals) = writing.finish().await? else {
        return Ok(Outcome::LeftToOthers);
    };
    reached(Step::Verified);
    let sealed_at = now_ms();
    if !store.commit_attempt(&attempt, &totals, sealed_at).await? {
        return Ok(Outcome::LeftToOthers);
    }
    reached(Step::Committed);
    let parts = i32::try_from(totals.parts).map_err(Error::internal)?;
    let events = i64::try_from(totals.events).map_err(Error::internal)?;
    clear(store, &SealedDay { site, span, sealed: attempt.number, sealed_at, parts, events, uncleared: true }).await?;
    Ok(Outcome::Sealed(totals.events))
}

/// Removes the rows that a day's segments hold, and the segments that these replace.
///
/// # Errors
/// When the database can't store it; it is done again later.
pub(crate) async fn clear(store: &Store, day: &SealedDay) -> Result<()> {
    let mut from = Some(day.span.start);
    while let Some(instant) = from {
        from = store.clear_rows(day, instant).await?;
        reached(Step::SomeRowsCleared);
        tokio::time::sleep(REST_CLEARING).await;
    }
    reached(Step::RowsCleared);
    while store.clear_part(day).await? {
        reached(Step::APartCleared);
        tokio::time::sleep(REST_CLEARING).await;
    }
    store.end_clearing(day).await
}

/// Does what is due on all sites, one day after the other.
///
/// # Errors
/// When the database can't answer. A day that can't be sealed is told in the log, and does not keep others from it.
pub(crate) async fn round(store: &Store) -> Result<()> {
    for day in store.uncleared_days().await? {
        go_on(clear(store, &day).await, "what a day's segments replace cannot be removed")?;
    }
    for site in store.sites_of_instance().await? {
        go_on(seal_due(store, &site).await, "the days of a site cannot be sealed")?;
    }
    Ok(())
}

/// Seals the days of a site that are due.
async fn seal_due(store: &Store, site: &Site) -> Result<()> {
    let mut due = Due::new(store, site, Rule::BY_ITSELF);
    while let Some(span) = due.next(now_ms()).await? {
        let sealed = seal(store, site.key, span, false).await;
        if let Ok(Outcome::Sealed(events)) = sealed {
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

/// Takes a day as it is read, and stores its parts as they become full.
struct Writing<'s> {
    store: &'s Store,
    attempt: Attempt,
    parts: Parts,
    totals: Totals,
    overtaken: bool,
}

#[async_trait]
impl Sink for Writing<'_> {
    async fn spans(&mut self, _: Seen) -> Result<Vec<Span>> {
        Ok(vec![self.attempt.span])
    }

    async fn take(&mut self, piece: Piece) -> Result<()> {
        if self.overtaken {
            return Ok(());
        }
        let full = match piece {
            Piece::Part(_, part) => self.parts.push_part(part).await?,
            Piece::Rows(_, rows) => {
                raise(&mut self.totals.watermark, rows.iter().map(|row| (row.node, row.seq)));
                let full = self.parts.push_rows(rows).await?;
                tokio::time::sleep(REST_READING).await;
                full
            }
            Piece::Newer(_) | Piece::Outdated(_) => return Ok(()),
        };
        self.store_all(full).await
    }
}

impl Writing<'_> {
    /// Stores what is left; `None` when the attempt was overtaken.
    async fn finish(mut self) -> Result<Option<Totals>> {
        let span = self.attempt.span;
        let (last, taken) = std::mem::replace(&mut self.parts, Parts::new(span)).finish().await?;
        self.store_all(last).await?;
        if self.overtaken {
            return Ok(None);
        }
        if self.totals.events != taken.events {
            return Err(Error::internal(format!("{} events were read, {} stored", taken.events, self.totals.events)));
        }
        self.totals.first_at = taken.first_at;
        Ok(Some(self.totals))
    }

    async fn store_all(&mut self, parts: Vec<Segment>) -> Result<()> {
        for part in parts {
            reached(Step::Encoded);
            if self.overtaken || !self.store.store_part(&self.attempt, &part, now_ms()).await? {
                self.overtaken = true;
                return Ok(());
            }
            reached(Step::Stored);
            let bytes = self.store.stored_part(&self.attempt, part.part).await?;
            self.totals.parts += 1;
            self.totals.events += part.events;
            tokio::task::spawn_blocking(move || verify(&bytes, &part)).await.map_err(Error::internal)??;
        }
        Ok(())
    }
}

/// Reads a stored part back, event by event.
fn verify(bytes: &[u8], written: &Segment) -> Result<()> {
    let stored = SegmentReader::open(bytes).map_err(Error::internal)?;
    let mut events = 0;
    stored.events(|_| events += 1).map_err(Error::internal)?;
    let same = events == written.events && stored.checksum() == written.checksum;
    if same && stored.span() == written.span && stored.part() == written.part {
        Ok(())
    } else {
        Err(Error::internal("a segment was stored that is not the one that was written"))
    }
}

/// For each node the last batch.
fn raise(watermark: &mut Seen, batches: impl Iterator<Item = (i64, i64)>) {
    for (node, seq) in batches {
        let last = watermark.entry(node).or_insert(seq);
        *last = seq.max(*last);
    }
}
