//! Takes what the store reads into days: decoding and building off the async threads, one day while the next is read.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use haru_stats::DayBuilder;
use haru_stats::engine::SourceKind;
use haru_stats::segment::{SegmentError, SegmentReader};
use haru_stats::time::{LocalDay, SiteZones, Span};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Built, Growing, is_over, with};
use crate::error::{Error, Result};
use crate::store::{Piece, SealedPart, Sink, event_of};

/// A read under way.
pub(super) struct Reading<'a> {
    growing: &'a mut HashMap<i64, Growing>,
    zones: &'a SiteZones,
    missing: &'a [LocalDay],
    now: i64,
    /// Which of the missing days pieces come for.
    current: usize,
    builder: DayBuilder,
    /// What came for it so far.
    kind: Option<SourceKind>,
    building: Vec<(i64, JoinHandle<Built>)>,
    read: Read,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Read {
    /// Missing days that are over, by their first instant.
    pub(super) finished: Vec<(i64, Built)>,
    /// Those that may still grow.
    pub(super) growing: Vec<(i64, Growing)>,
    /// First instants of days that were not missing, but if they are in memory lack something.
    pub(super) outdated: BTreeSet<i64>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        growing: &'a mut HashMap<i64, Growing>,
        zones: &'a SiteZones,
        missing: &'a [LocalDay],
        now: i64,
    ) -> Result<Self> {
        let builder = builder_of(missing.first())?;
        Ok(Self {
            growing,
            zones,
            missing,
            now,
            current: 0,
            builder,
            kind: None,
            building: Vec::new(),
            read: Read::default(),
        })
    }

    /// Waits for what is being built.
    pub(super) async fn finish(mut self) -> Result<Read> {
        self.advance(self.missing.len())?;
        let Self { building, missing, mut read, .. } = self;
        for (start, day) in building {
            read.finished.push((start, day.await.map_err(Error::internal)?));
        }
        // The days just read have everything.
        read.outdated.retain(|start| missing.iter().all(|day| day.span.from != *start));
        Ok(read)
    }

    /// Goes on to a later one of the missing days.
    fn advance(&mut self, to: usize) -> Result<()> {
        while self.current < to {
            let span = self.missing[self.current].span;
            self.current += 1;
            let next = builder_of(self.missing.get(self.current))?;
            let builder = std::mem::replace(&mut self.builder, next);
            let kind = self.kind.take().unwrap_or(SourceKind::Rows);
            if is_over(span, self.now) {
                self.building.push((span.from, spawn_blocking(move || Built::new(builder.build(), kind))));
            } else {
                self.read.growing.push((span.from, Growing::new(builder, span, kind)));
            }
        }
        Ok(())
    }

    fn came(&mut self, kind: SourceKind) {
        self.kind = Some(self.kind.map_or(kind, |before| with(before, kind)));
    }

    async fn decode(&mut self, part: SealedPart) -> Result<()> {
        let day = self.missing[self.current].span;
        let mut builder = std::mem::replace(&mut self.builder, builder_of(None)?);
        let decoded = spawn_blocking(move || push_part(&mut builder, day, &part).map(|()| builder)).await;
        self.builder = decoded.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok(())
    }
}

#[async_trait]
impl Sink for Reading<'_> {
    async fn take(&mut self, piece: Piece) -> Result<()> {
        match piece {
            Piece::Outdated(span) => {
                for day in self.zones.days(span.into()) {
                    self.growing.remove(&day.span.from);
                    self.read.outdated.insert(day.span.from);
                }
                Ok(())
            }
            Piece::Newer(rows) => rows.iter().try_for_each(|row| {
                let start = self.zones.day_at(row.at).span.from;
                let Some(growing) = self.growing.get_mut(&start) else {
                    self.read.outdated.insert(start);
                    return Ok(());
                };
                growing.push(row)
            }),
            Piece::Part(index, part) => {
                self.advance(index)?;
                self.came(SourceKind::Segment);
                self.decode(part).await
            }
            Piece::Rows(index, rows) => {
                self.advance(index)?;
                self.came(SourceKind::Rows);
                rows.iter().try_for_each(|row| self.builder.push(&event_of(row)).map_err(Error::internal))
            }
        }
    }
}

/// An empty day, or what stands for one where there is none.
fn builder_of(day: Option<&LocalDay>) -> Result<DayBuilder> {
    let span = day.map_or(Span { from: 0, to: 0 }, |day| day.span);
    DayBuilder::new(span).map_err(Error::internal)
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
