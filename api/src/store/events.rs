//! Events: appended in batches, read by site and span of time. The seam behind which another engine could stand.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haru_entity::event;

use super::Store;
use super::dropped::DropCount;
use crate::collect::Hit;
use crate::error::Result;

/// The last batch of each node that a reader has seen.
pub(crate) type Seen = BTreeMap<i64, i64>;

/// What one node commits at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a> {
    /// The node.
    pub(crate) node: i64,
    /// Its number of this batch; a number is committed once only.
    pub(crate) seq: i64,
    /// Now, in milliseconds.
    pub(crate) at: i64,
    /// The events, in order of arrival.
    pub(crate) hits: &'a [&'a Hit],
    /// What was dropped since the last batch.
    pub(crate) drops: &'a [DropCount],
}

/// What became of a batch that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is committed. For each of its hits, in their order: false when an event of that id is stored already.
    Now(Vec<bool>),
    /// A batch of its number is there already; nothing was done.
    Before,
}

/// A span of time, in milliseconds, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// First instant.
    pub(crate) start: i64,
    /// First instant behind it.
    pub(crate) end: i64,
}

impl Span {
    /// Whether the two have an instant in common.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl From<haru_stats::time::Span> for Span {
    fn from(span: haru_stats::time::Span) -> Self {
        Self { start: span.from, end: span.to }
    }
}

impl From<Span> for haru_stats::time::Span {
    fn from(span: Span) -> Self {
        Self { from: span.start, to: span.end }
    }
}

/// What a read hands out, in the order of these variants; parts and rows of one span follow each other.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Days of this span were sealed with rows that are newer than what the reader had seen, and these need not be rows any
    /// more: what it holds of such a day is to be read anew.
    Outdated(Span),
    /// Rows newer than what the reader had seen. Those of outdated days mean nothing.
    Newer(Vec<event::Model>),
    /// A sealed part of a day that has instants in common with the span of that index.
    Part(usize, SealedPart),
    /// Rows within the span of that index that are in none of its parts.
    Rows(usize, Vec<event::Model>),
}

/// A segment, as it is stored.
#[derive(Debug)]
pub(crate) struct SealedPart {
    /// The day's instants.
    pub(crate) span: Span,
    /// Number of the attempt that holds the day.
    pub(crate) attempt: i64,
    /// A Parquet file, for `haru_stats::segment`.
    pub(crate) bytes: Vec<u8>,
}

/// Takes the pieces of a read as they come, so that a large day is never held twice. The snapshot waits for it meanwhile.
#[async_trait]
pub(crate) trait Sink: Send {
    /// Whole spans that are to be read, asked for when all that is newer was taken. `heads` are the batches that the
    /// snapshot holds.
    async fn spans(&mut self, heads: Seen) -> Result<Vec<Span>>;

    /// Takes the next piece; an error ends the read.
    async fn take(&mut self, piece: Piece) -> Result<()>;
}

/// Where events live. `Store` keeps them in tables; another engine would implement this.
#[async_trait]
pub(crate) trait EventStore: std::fmt::Debug + Send + Sync {
    /// Commits a batch, all or nothing, and once: its number tells whether it has been before.
    async fn append(&self, batch: Batch<'_>) -> Result<Appended>;

    /// The same for a batch that has waited: what is of sites that have gone meanwhile is left out, and counts as stored already.
    async fn append_late(&self, batch: Batch<'_>) -> Result<Appended>;

    /// Makes sure of a batch number whose batch may or may not be there, or may yet come: afterwards it is held for good.
    /// Answers the instant of the batch that holds it: an empty one of the instant `at` if none did.
    async fn fence(&self, node: i64, seq: i64, at: i64) -> Result<i64>;

    /// Reads a site in one snapshot: what is newer than `seen` (nothing when `None`), then the whole spans that the sink asks
    /// for, each as sealed parts and the rows beside them. Each event comes once: as part of a segment or as a row. Rows come
    /// in order of time, those of one instant in order of arrival.
    async fn read(&self, site: i64, seen: Option<&Seen>, sink: &mut dyn Sink) -> Result<()>;

    /// Instant of the site's first event at or after an instant.
    async fn first_event_at(&self, site: i64, from: i64) -> Result<Option<i64>>;
}

#[async_trait]
impl EventStore for Store {
    async fn append(&self, batch: Batch<'_>) -> Result<Appended> {
        self.append_batch(&batch).await
    }

    async fn append_late(&self, batch: Batch<'_>) -> Result<Appended> {
        self.append_late_batch(&batch).await
    }

    async fn fence(&self, node: i64, seq: i64, at: i64) -> Result<i64> {
        self.fence_batch(node, seq, at).await
    }

    async fn read(&self, site: i64, seen: Option<&Seen>, sink: &mut dyn Sink) -> Result<()> {
        self.read_site(site, seen, sink).await
    }

    async fn first_event_at(&self, site: i64, from: i64) -> Result<Option<i64>> {
        let row = self.first_row_at(site, from).await?;
        let sealed = self.first_sealed_at(site, from).await?;
        // A day that was sealed with other ends may begin earlier.
        Ok(row.into_iter().chain(sealed).min().map(|first| first.max(from)))
    }
}
