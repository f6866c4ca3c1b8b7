//! Where answers come from: parts, each a source that contributes sums, and the memory of what they contributed.

use std::sync::Arc;

use super::budget::{BudgetError, Meter};
use super::explain::Counts;
use super::part_query::PartQuery;
use super::partial::Partial;
use super::scan;
use crate::day::Day;
use crate::time::Span;

/// Something that contributes to answers: a [`Day`]; imported aggregates would be another. Contributions add up, so no event
/// may be in two sources.
pub trait Source: Send + Sync {
    /// Its instants.
    fn span(&self) -> Span;

    /// Rows to look at, engagement included.
    fn rows(&self) -> usize;

    /// What it holds.
    fn counts(&self) -> Counts;

    /// What it contributes to each question, in their order. The same question gets the same contribution.
    ///
    /// # Errors
    /// [`BudgetError`] when the groups take more than the meter has left.
    fn contribute(&self, queries: &[PartQuery], meter: &Meter) -> Result<Vec<Partial>, BudgetError>;
}

impl Source for Day {
    fn span(&self) -> Span {
        self.span()
    }

    fn rows(&self) -> usize {
        self.rows()
    }

    fn counts(&self) -> Counts {
        let events = self.visit_columns().events.iter().copied().map(u64::from).sum();
        Counts { events, visits: self.visits() as u64 }
    }

    fn contribute(&self, queries: &[PartQuery], meter: &Meter) -> Result<Vec<Partial>, BudgetError> {
        scan::scan_day(self, queries, meter)
    }
}

/// Where the columns of a part were read from; told by [`super::Explanation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// Rows of the database.
    Rows,
    /// A sealed segment.
    Segment,
    /// A sealed segment and rows that came late.
    Mixed,
}

/// Names the content of a part: whatever changes the content changes the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u128);

/// A source, where it came from, and the name of its content if what it contributes may be kept.
#[derive(Clone)]
pub struct Part {
    source: Arc<dyn Source>,
    kind: SourceKind,
    id: Option<SourceId>,
}

impl Part {
    /// A part whose contributions are computed each time: an open day.
    pub fn new(source: Arc<dyn Source>, kind: SourceKind) -> Self {
        Self { source, kind, id: None }
    }

    /// The same part, whose contributions may be kept under this id.
    #[must_use]
    pub fn with_id(self, id: SourceId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The source.
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// Where it was read from.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The name of its content.
    pub fn id(&self) -> Option<SourceId> {
        self.id
    }
}

/// What is kept of a part whose columns are gone: enough to answer with what is remembered of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The name of its content.
    pub id: SourceId,
    /// Its instants.
    pub span: Span,
    /// Where its columns were read from.
    pub kind: SourceKind,
    /// What it holds.
    pub counts: Counts,
}

impl From<Arc<Day>> for Part {
    /// A day of rows, not to be cached.
    fn from(day: Arc<Day>) -> Self {
        Self::new(day, SourceKind::Rows)
    }
}

/// Remembers what parts contributed. May forget anything at any time; bound it by [`Partial::bytes`].
pub trait PartialCache: Sync {
    /// What the part contributes to the question, if it is known.
    fn get(&self, source: SourceId, query: &PartQuery) -> Option<Arc<Partial>>;

    /// Remembers it.
    fn put(&self, source: SourceId, query: &PartQuery, partial: &Arc<Partial>);
}

/// Remembers nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl PartialCache for NoCache {
    fn get(&self, _: SourceId, _: &PartQuery) -> Option<Arc<Partial>> {
        None
    }

    fn put(&self, _: SourceId, _: &PartQuery, _: &Arc<Partial>) {}
}
