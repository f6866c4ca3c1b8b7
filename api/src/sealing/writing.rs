//! One attempt at work: reads the day, stores its parts as they become full, and says now and then that it is still there.

use std::time::Instant;

use haru_stats::segment::{Segment, SegmentReader};

use super::encode::Parts;
use super::pace::Pace;
use super::steps::{Step, reached};
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::store::{Attempt, EventBlock, Seen, Store, Totals};

/// Reads a day and stores it as the attempt's parts; `None` when the attempt was overtaken, or the site is gone.
///
/// # Errors
/// When the database can't store it, or what was stored is not what was read.
pub(super) async fn write(store: &Store, attempt: &Attempt) -> Result<Option<Totals>> {
    let Some(mut source) = store.source_of(attempt).await? else { return Ok(None) };
    let mut writing = Writing::new(store, attempt);
    for part in 0..source.parts {
        let Some(bytes) = store.part_of_source(&source, part).await? else { return Ok(None) };
        let full = writing.parts.push_part(bytes).await?;
        if !writing.store_all(full).await? {
            return Ok(None);
        }
    }
    loop {
        let blocks = store.next_blocks(&mut source).await?;
        if blocks.is_empty() {
            return writing.finish().await;
        }
        if !writing.blocks(blocks).await? {
            return Ok(None);
        }
    }
}

struct Writing<'a> {
    store: &'a Store,
    attempt: &'a Attempt,
    pace: Pace,
    parts: Parts,
    totals: Totals,
    renewed: Instant,
}

impl<'a> Writing<'a> {
    fn new(store: &'a Store, attempt: &'a Attempt) -> Self {
        let pace = Pace::default();
        let parts = Parts::new(attempt.span, pace.part_events);
        Self { store, attempt, pace, parts, totals: Totals::default(), renewed: Instant::now() }
    }

    /// Takes blocks; false when the attempt was overtaken.
    async fn blocks(&mut self, blocks: Vec<EventBlock>) -> Result<bool> {
        raise(&mut self.totals.watermark, blocks.iter().map(|block| (block.node, block.seq)));
        let full = self.parts.push_blocks(blocks).await?;
        tokio::time::sleep(self.pace.rest).await;
        if !self.store_all(full).await? {
            return Ok(false);
        }
        if self.renewed.elapsed() < self.pace.renew {
            return Ok(true);
        }
        self.renewed = Instant::now();
        self.store.renew_attempt(self.attempt, now_ms()).await
    }

    /// Stores what is left; `None` when the attempt was overtaken.
    async fn finish(mut self) -> Result<Option<Totals>> {
        let (last, taken) = self.parts.take().finish().await?;
        if !self.store_all(last).await? {
            return Ok(None);
        }
        if self.totals.events != taken.events {
            return Err(Error::internal(format!("{} events were read, {} stored", taken.events, self.totals.events)));
        }
        self.totals.actions = taken.actions;
        self.totals.first_at = taken.first_at;
        Ok(Some(self.totals))
    }

    /// Stores parts; false when the attempt was overtaken.
    async fn store_all(&mut self, parts: Vec<Segment>) -> Result<bool> {
        for part in parts {
            reached(Step::Encoded)?;
            if !self.store.store_part(self.attempt, &part, now_ms()).await? {
                return Ok(false);
            }
            self.renewed = Instant::now();
            reached(Step::Stored)?;
            let Some(bytes) = self.store.stored_part(self.attempt, part.part).await? else { return Ok(false) };
            self.totals.parts += 1;
            self.totals.events += part.events;
            tokio::task::spawn_blocking(move || verify(&bytes, &part)).await.map_err(Error::internal)??;
        }
        Ok(true)
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
