//! Takes what the store reads into days. Days that are over are decoded, built and handed on off the async threads, a few
//! at a time, while later ones are read; then the cache may have them.

use std::sync::Arc;

use async_trait::async_trait;
use haru_stats::engine::{SourceId, SourceKind};
use haru_stats::segment::{SegmentError, SegmentReader};
use haru_stats::time::{LocalDay, Span};
use haru_stats::{DayBuilder, DayError, Event};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinSet, spawn_blocking};

use super::built::sealed_id;
use super::{Built, Days, Growing, SiteDays, Taker, is_over, with};
use crate::error::{Error, Result};
use crate::store::{self, EventBlock, Piece, SealedPart, Seen, Sink};

/// A read under way.
pub(super) struct Reading<'a> {
    days: &'a Days,
    state: &'a mut SiteDays,
    wanted: &'a [LocalDay],
    taker: Arc<dyn Taker>,
    now: i64,
    /// Days that are in memory and were not taken yet.
    held: Vec<Built>,
    /// The wanted days that are not, in order.
    missing: Vec<LocalDay>,
    /// Which of the missing days pieces come for.
    current: usize,
    loading: Option<Loading>,
    building: JoinSet<Result<Built>>,
}

/// A missing day as far as it came.
struct Loading {
    span: Span,
    builder: DayBuilder,
    /// Its first parts, which are still to be decoded.
    parts: Vec<SealedPart>,
    kind: SourceKind,
    /// The name of what came, while that is one whole sealed day and nothing else.
    sealed: Option<SourceId>,
    /// Bounds how many days that are over are in memory beside the cache.
    permit: Option<OwnedSemaphorePermit>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        days: &'a Days,
        state: &'a mut SiteDays,
        wanted: &'a [LocalDay],
        taker: Arc<dyn Taker>,
        now: i64,
    ) -> Self {
        Self {
            days,
            state,
            wanted,
            taker,
            now,
            held: Vec::new(),
            missing: Vec::new(),
            current: 0,
            loading: None,
            building: JoinSet::new(),
        }
    }

    /// Waits for what is being built; answers the days that are still to be taken.
    pub(super) async fn finish(mut self) -> Result<Vec<Built>> {
        self.advance(self.missing.len()).await?;
        while let Some(built) = self.building.join_next().await {
            self.keep(built.map_err(Error::internal)??);
        }
        Ok(self.held)
    }

    /// What is in memory of the wanted days stays what it is from here on; the others are missing.
    fn look_around(&mut self) {
        for day in self.wanted {
            let start = day.span.from;
            if self.state.growing.contains_key(&start) {
                continue;
            }
            let finished = self.days.finished.get(&self.state.key(start));
            self.days.lookups.count(finished.is_some());
            if let Some(built) = finished {
                self.held.push(built);
                continue;
            }
            let trace = self.state.traces.get(&start);
            if !trace.is_some_and(|trace| self.taker.take_trace(trace)) {
                self.missing.push(*day);
            }
        }
    }

    /// Throws out what is in memory of a day.
    fn forget(&mut self, start: i64) {
        self.state.growing.remove(&start);
        self.state.traces.remove(&start);
        self.days.finished.invalidate(&self.state.key(start));
    }

    fn keep(&mut self, built: Built) {
        self.days.keep(self.state, built);
    }

    /// Adds an event to its day, which is thrown out when it does not grow any more.
    fn newer(&mut self, event: &Event<'_>) -> Result<(), DayError> {
        let start = self.state.zones.day_at(event.ts).span.from;
        if let Some(growing) = self.state.growing.get_mut(&start) {
            return growing.push(event);
        }
        self.forget(start);
        Ok(())
    }

    /// Goes on to a later one of the missing days.
    async fn advance(&mut self, to: usize) -> Result<()> {
        while self.current < to {
            let mut loading = match self.loading.take() {
                Some(loading) => loading,
                None => Loading::new(self.missing[self.current].span)?,
            };
            self.current += 1;
            if is_over(loading.span, self.now) {
                let taker = self.taker.clone();
                self.building.spawn_blocking(move || {
                    // Held until the day was taken.
                    let _permit = loading.permit.take();
                    let built = loading.build()?;
                    taker.take(std::slice::from_ref(&built))?;
                    Ok(built)
                });
            } else {
                loading.decode().await?;
                let Loading { span, builder, kind, .. } = loading;
                self.state.growing.insert(span.from, Growing::new(builder, span, kind));
            }
            // An error ends the read here, before more is read in vain.
            while let Some(built) = self.building.try_join_next() {
                self.keep(built.map_err(Error::internal)??);
            }
        }
        Ok(())
    }

    /// The missing day of that index, for which a piece has come.
    async fn loading(&mut self, index: usize) -> Result<&mut Loading> {
        self.advance(index).await?;
        let span = self.missing[index].span;
        if let Some(loading) = self.loading.take() {
            return Ok(self.loading.insert(loading));
        }
        let mut loading = Loading::new(span)?;
        if is_over(span, self.now) {
            let permit = self.days.loads.clone().acquire_owned().await.map_err(Error::internal)?;
            loading.permit = Some(permit);
        }
        Ok(self.loading.insert(loading))
    }
}

#[async_trait]
impl Sink for Reading<'_> {
    async fn spans(&mut self, heads: Seen) -> Result<Vec<store::Span>> {
        // All that is newer was added. From here on the read may end at any time: what it leaves is whole.
        self.state.seen = Some(heads);
        self.state.reading = false;
        self.look_around();
        if !self.missing.is_empty() && !self.held.is_empty() {
            // These are taken before others are loaded, which may drive them out of the cache.
            let (held, taker) = (std::mem::take(&mut self.held), self.taker.clone());
            spawn_blocking(move || taker.take(&held)).await.map_err(Error::internal)??;
        }
        Ok(self.missing.iter().map(|day| day.span.into()).collect())
    }

    async fn take(&mut self, piece: Piece) -> Result<()> {
        match piece {
            Piece::Outdated(span) => {
                for day in self.state.zones.days(span.into()) {
                    self.forget(day.span.from);
                }
                Ok(())
            }
            Piece::Newer(blocks) => blocks.iter().try_for_each(|block| block.each(|event| self.newer(event))),
            Piece::Part(index, part) => {
                let site = self.state.site;
                self.loading(index).await?.part(site, part);
                Ok(())
            }
            Piece::Blocks(index, blocks) => self.loading(index).await?.blocks(&blocks).await,
        }
    }
}

impl Loading {
    fn new(span: Span) -> Result<Self> {
        let builder = DayBuilder::new(span).map_err(Error::internal)?;
        Ok(Self { span, builder, parts: Vec::new(), kind: SourceKind::Rows, sealed: None, permit: None })
    }

    fn is_empty(&self) -> bool {
        self.builder.is_empty() && self.parts.is_empty()
    }

    fn part(&mut self, site: i64, part: SealedPart) {
        let whole = Span::from(part.span) == self.span;
        let name = sealed_id(site, part.span.start, part.attempt).filter(|_| whole);
        self.sealed = name.filter(|_| self.is_empty() || self.sealed == name);
        self.kind = if self.is_empty() { SourceKind::Segment } else { with(self.kind, SourceKind::Segment) };
        self.parts.push(part);
    }

    async fn blocks(&mut self, blocks: &[EventBlock]) -> Result<()> {
        self.kind = if self.is_empty() { SourceKind::Rows } else { with(self.kind, SourceKind::Rows) };
        self.sealed = None;
        self.decode().await?;
        blocks.iter().try_for_each(|block| block.each(|event| self.builder.push(event)))
    }

    /// Decodes the parts that came, before blocks follow.
    async fn decode(&mut self) -> Result<()> {
        if self.parts.is_empty() {
            return Ok(());
        }
        let parts = std::mem::take(&mut self.parts);
        let (span, empty) = (self.span, DayBuilder::new(self.span).map_err(Error::internal)?);
        let mut builder = std::mem::replace(&mut self.builder, empty);
        let decoded = spawn_blocking(move || push_parts(&mut builder, span, &parts).map(|()| builder)).await;
        self.builder = decoded.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok(())
    }

    fn build(mut self) -> Result<Built> {
        push_parts(&mut self.builder, self.span, &self.parts).map_err(Error::internal)?;
        Ok(Built::new(self.builder.build(), self.kind, self.sealed))
    }
}

fn push_parts(builder: &mut DayBuilder, day: Span, parts: &[SealedPart]) -> Result<(), SegmentError> {
    parts.iter().try_for_each(|part| push_part(builder, day, part))
}

/// Adds the events of a part that lie within the day: all of them, unless it was sealed with other ends.
fn push_part(builder: &mut DayBuilder, day: Span, part: &SealedPart) -> Result<(), SegmentError> {
    if day.covers(part.span.into()) {
        return builder.push_segment(&part.bytes);
    }
    let mut pushed = Ok(());
    SegmentReader::open(&part.bytes)?.events(|event| {
        if day.contains(event.ts) && pushed.is_ok() {
            pushed = builder.push(event);
        }
    })?;
    Ok(pushed?)
}
