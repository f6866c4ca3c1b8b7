//! Events: appended in batches, read by site and span of time. The seam behind which another engine could stand.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haru_stats::Event;
use haru_stats::packed;
use sea_orm::FromQueryResult;

use super::Store;
use super::dropped::DropCount;
use crate::collect::Hit;
use crate::error::{Error, Result};

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

/// Events that no segment holds yet: some of those that one batch brought for a site.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct EventBlock {
    /// Order of arrival within its batch.
    pub(crate) id: i64,
    /// Which node wrote it.
    pub(crate) node: i64,
    /// In which of its batches.
    pub(crate) seq: i64,
    /// The events, packed.
    pub(crate) packed: Vec<u8>,
}

impl EventBlock {
    /// Its events, in order of arrival, until `take` fails.
    ///
    /// # Errors
    /// When the block is damaged, or as `take` does.
    pub(crate) fn each<E: std::error::Error + Send + Sync + 'static>(
        &self,
        mut take: impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<()> {
        packed::events(&self.packed)
            .try_for_each(|event| take(&event.map_err(Error::internal)?).map_err(Error::internal))
    }
}

/// What a read hands out, in the order of these variants; parts and blocks of one span follow each other.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Days of this span were sealed with blocks that are newer than what the reader had seen, and these need not be there any
    /// more: what it holds of such a day is to be read anew.
    Outdated(Span),
    /// Blocks newer than what the reader had seen. Those of outdated days mean nothing.
    Newer(Vec<EventBlock>),
    /// A sealed part of a day that has instants in common with the span of that index.
    Part(usize, SealedPart),
    /// Blocks within the span of that index that are in none of its parts.
    Blocks(usize, Vec<EventBlock>),
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

    /// Reads a site in one snapshot: what is newer than `seen` (nothing when `None`), then the spans of whole days that the sink
    /// asks for, each as sealed parts and the blocks beside them. Each event comes once: as part of a segment or in a block.
    /// Blocks come in order of arrival: node by node, batch by batch.
    async fn read(&self, site: i64, seen: Option<&Seen>, sink: &mut dyn Sink) -> Result<()>;

    /// Instant of the site's first event at or after the beginning of a day.
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
        let open = self.first_block_at(site, from).await?;
        let sealed = self.first_sealed_at(site, from).await?;
        // A day that was sealed with other ends may begin earlier.
        Ok(open.into_iter().chain(sealed).min().map(|first| first.max(from)))
    }
}
