//! One local day of one site as columns: sorted by visitor and time, visits derived once.
//!
//! Built from rows by [`DayBuilder`], in any order, and from sealed segments ([`DayBuilder::push_segment`]); what is no list of events at all (imported aggregates) implements [`crate::engine::Source`] instead.

mod builder;
mod column;
mod derive;
mod dictionary;
mod layout;
mod property;
mod repeats;
mod sealed;
mod tuples;

pub use builder::{DayBuilder, DayError};

pub(crate) use column::{Code, Column, Level, Slice, with_codes};
pub(crate) use dictionary::{Dictionary, DictionaryBuilder};
pub(crate) use layout::{ATTRIBUTE_NAMES, ATTRIBUTES, attributes, with_attributes};
pub(crate) use repeats::{Return, Returns};
pub(crate) use tuples::Tuples;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::event::Event;
use crate::time::Span;
use layout::CodedColumns;
use property::PropertyColumn;
use repeats::Firsts;

/// The columns of one site's local day. Immutable and cheap to share (`Arc<Day>`).
///
/// Rows are events that belong to a visit, sorted by visitor, instant and arrival, so that a visitor's rows are adjacent and each
/// visit is a run of rows.
#[derive(Debug)]
pub struct Day {
    span: Span,
    /// Distinct visitors, those with dropped engagement alone included.
    visitors: u32,
    rows: Rows,
    visits: Visits,
    firsts: Firsts,
    returns: Returns,
    pages: Arc<Dictionary>,
    hostnames: Arc<Dictionary>,
    names: Arc<Dictionary>,
    attributes: Vec<Arc<Dictionary>>,
    codes: CodedColumns,
    properties: BTreeMap<Box<str>, PropertyColumn>,
    /// Engagement of visitors who have no visit before it: dropped, except that its visitor is online.
    orphans: Vec<(u32, u32)>,
    nothing: Arc<Dictionary>,
}

/// What a row is, as far as the engine cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Pageview,
    Custom,
    Engagement,
}

impl RowKind {
    /// Whether it is counted as an event.
    #[inline]
    pub(crate) fn counts(self) -> bool {
        self != Self::Engagement
    }
}

/// One entry a row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Milliseconds since the start of the day.
    pub(crate) time: Box<[u32]>,
    pub(crate) kind: Box<[RowKind]>,
    /// Engaged milliseconds that the row adds to its page in its visit.
    pub(crate) engaged_ms: Box<[u32]>,
    /// Percent, or [`NO_SCROLL`].
    pub(crate) scroll_depth: Box<[u8]>,
}

/// Mark of a row without a scroll depth.
pub(crate) const NO_SCROLL: u8 = u8::MAX;

/// One entry a visit; visits are in the order of their rows.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    /// First row of each visit, and the number of rows at the end.
    first_row: Box<[u32]>,
    /// Ordinal of the visitor, ascending.
    pub(crate) visitor: Box<[u32]>,
    /// Instant of the first event, in milliseconds since the start of the day.
    pub(crate) start: Box<[u32]>,
    /// Last activity − first event.
    pub(crate) duration_ms: Box<[u32]>,
    pub(crate) pageviews: Box<[u32]>,
    /// Pageviews and custom events.
    pub(crate) events: Box<[u32]>,
    /// Exactly one pageview and no interactive custom event.
    pub(crate) bounce: Box<[bool]>,
}

impl Day {
    /// The columns of the events, which may come in any order.
    ///
    /// # Errors
    /// [`DayError`] when the span is longer than 49 days or an event lies outside of it.
    pub fn from_events<'e>(span: Span, events: impl IntoIterator<Item = Event<'e>>) -> Result<Self, DayError> {
        let mut builder = DayBuilder::new(span)?;
        for event in events {
            builder.push(&event)?;
        }
        Ok(builder.build())
    }

    /// The day's instants.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Rows, engagement included where it belongs to a visit.
    pub fn rows(&self) -> usize {
        self.rows.time.len()
    }

    /// The last instant at which something happened, engagement of visitors without a visit included; none of a day without events.
    pub fn last(&self) -> Option<i64> {
        let orphans = self.orphans.iter().map(|(_, time)| *time);
        let last = self.rows.time.iter().copied().chain(orphans).max()?;
        Some(self.span.from + i64::from(last))
    }

    /// Visits that start in the day.
    pub fn visits(&self) -> usize {
        self.visits.visitor.len()
    }

    /// Bytes that the columns and dictionaries take in memory: the weight of a day in a cache.
    pub fn bytes(&self) -> usize {
        let per_row = size_of::<u32>() + size_of::<RowKind>() + size_of::<u32>() + size_of::<u8>();
        let per_visit = 6 * size_of::<u32>() + size_of::<bool>();
        let dictionaries = [&self.pages, &self.hostnames, &self.names];
        size_of::<Self>()
            + self.rows() * per_row
            + self.visits() * per_visit
            + self.codes.bytes()
            + self.firsts.bytes()
            + self.returns.bytes()
            + dictionaries.into_iter().chain(&self.attributes).map(|texts| texts.bytes()).sum::<usize>()
            + self
                .properties
                .iter()
                .map(|(key, column)| 2 * size_of::<usize>() + key.len() + column.bytes())
                .sum::<usize>()
            + self.orphans.len() * size_of::<(u32, u32)>()
    }

    pub(crate) fn visitor_count(&self) -> usize {
        self.visitors as usize
    }

    pub(crate) fn row_columns(&self) -> &Rows {
        &self.rows
    }

    pub(crate) fn visit_columns(&self) -> &Visits {
        &self.visits
    }

    /// The visits of visitors who have been there before.
    pub(crate) fn returns(&self) -> &Returns {
        &self.returns
    }

    /// From first event to last activity.
    pub(crate) fn visit_span(&self, visit: usize) -> Span {
        let from = self.span.from + i64::from(self.visits.start[visit]);
        let to = from + i64::from(self.visits.duration_ms[visit]) + 1;
        Span { from, to }
    }

    /// Dropped engagement: visitor and milliseconds since the start of the day.
    pub(crate) fn orphans(&self) -> &[(u32, u32)] {
        &self.orphans
    }
}

impl Visits {
    /// The rows of a visit.
    #[inline]
    pub(crate) fn rows(&self, visit: usize) -> Range<usize> {
        self.first_row[visit] as usize..self.first_row[visit + 1] as usize
    }
}
