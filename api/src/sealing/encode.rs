//! Events become parts: encoded off the async threads, handed out as they become full.

use haru_stats::segment::{Segment, SegmentError, SegmentReader, SegmentWriter};
use haru_stats::{Event, EventKind};

use crate::error::{Error, Result};
use crate::store::{EventBlock, Span};

/// The events of a day, on their way into parts.
pub(crate) struct Parts {
    span: Span,
    /// Events of a part.
    limit: usize,
    writer: SegmentWriter,
    part: u32,
    full: Vec<Segment>,
    taken: Taken,
}

/// What was pushed, be it of the day or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) events: u64,
    /// Those of them that are no engagement.
    pub(crate) actions: u64,
    /// Instant of the first event; 0 when there is none.
    pub(crate) first_at: i64,
}

impl Parts {
    /// No events of a day yet; at most `limit` of them in a part, and no more than [`PART_EVENTS`].
    ///
    /// [`PART_EVENTS`]: haru_stats::segment::PART_EVENTS
    pub(crate) fn new(span: Span, limit: usize) -> Self {
        let writer = SegmentWriter::new(span.into(), 0);
        Self { span, limit, writer, part: 0, full: Vec::new(), taken: Taken::default() }
    }

    /// These, of which nothing is left here then.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::new(self.span, self.limit);
        std::mem::replace(self, empty)
    }

    /// Adds blocks, in order of arrival; answers the parts that are full.
    ///
    /// # Errors
    /// When one can't be read, or a part can't be written.
    pub(crate) async fn push_blocks(&mut self, blocks: Vec<EventBlock>) -> Result<Vec<Segment>> {
        self.work(move |parts| blocks.iter().try_for_each(|block| block.each(|event| parts.push(event)))).await
    }

    /// Adds the events of a part; answers the parts that are full.
    ///
    /// # Errors
    /// When it can't be read, or a part can't be written.
    pub(crate) async fn push_part(&mut self, part: Vec<u8>) -> Result<Vec<Segment>> {
        self.work(move |parts| {
            let mut pushed = Ok(());
            let read = SegmentReader::open(&part).and_then(|part| {
                part.events(|event| {
                    if pushed.is_ok() {
                        pushed = parts.push(event);
                    }
                })
            });
            read.and(pushed).map_err(Error::internal)
        })
        .await
    }

    /// The last parts, and what all of them hold.
    ///
    /// # Errors
    /// When they can't be written.
    pub(crate) async fn finish(mut self) -> Result<(Vec<Segment>, Taken)> {
        let last = self
            .work(|parts| if parts.writer.is_empty() { Ok(()) } else { parts.next().map_err(Error::internal) })
            .await?;
        Ok((last, self.taken))
    }

    /// Works off the async threads.
    async fn work(&mut self, work: impl FnOnce(&mut Self) -> Result<()> + Send + 'static) -> Result<Vec<Segment>> {
        let mut parts = self.take();
        let done = tokio::task::spawn_blocking(move || work(&mut parts).map(|()| parts)).await;
        *self = done.map_err(Error::internal)??;
        Ok(std::mem::take(&mut self.full))
    }

    /// Counts the event, and takes it when it is of the day.
    fn push(&mut self, event: &Event<'_>) -> Result<(), SegmentError> {
        let first_at = if self.taken.events == 0 { event.ts } else { self.taken.first_at.min(event.ts) };
        let action = matches!(event.kind, EventKind::Pageview | EventKind::Custom);
        let actions = self.taken.actions + u64::from(action);
        self.taken = Taken { events: self.taken.events + 1, actions, first_at };
        if event.ts < self.span.start || event.ts >= self.span.end {
            return Ok(());
        }
        if self.writer.is_full() || self.writer.len() >= self.limit {
            self.next()?;
        }
        self.writer.push(event)
    }

    fn next(&mut self) -> Result<(), SegmentError> {
        self.part += 1;
        let full = std::mem::replace(&mut self.writer, SegmentWriter::new(self.span.into(), self.part));
        self.full.push(full.finish()?);
        Ok(())
    }
}
