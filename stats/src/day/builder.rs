//! Collects events in order of arrival and turns them into a [`Day`].

use thiserror::Error;

use super::derive::Derivation;
use super::dictionary::DictionaryBuilder;
use super::layout::{ATTRIBUTES, attributes};
use super::property::PropertiesBuilder;
use super::tuples::Tuples;
use super::{Day, NO_SCROLL};
use crate::event::{Event, EventKind};
use crate::time::Span;

/// An event that does not fit into the day it was handed to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DayError {
    /// The span ends before it starts, or is longer than instants within it can be counted (49 days).
    #[error("a day cannot span {0:?}")]
    Span(Span),
    /// The event's instant is not of this day.
    #[error("the instant {ts} is outside of the day {span:?}")]
    Outside {
        /// Milliseconds UTC.
        ts: i64,
        /// The day.
        span: Span,
    },
    /// A day holds at most `u32::MAX` events.
    #[error("the day is full")]
    Full,
}

/// A day that still grows. Keep it for an open day: push what is new, and build again.
#[derive(Clone, Debug)]
pub struct DayBuilder {
    pub(super) span: Span,
    pub(super) events: Vec<Raw>,
    pub(super) attributes: Tuples,
    pub(super) pages: DictionaryBuilder,
    pub(super) hostnames: DictionaryBuilder,
    pub(super) names: DictionaryBuilder,
    pub(super) attribute_values: Vec<DictionaryBuilder>,
    pub(super) properties: PropertiesBuilder,
}

/// An event with its texts coded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) visitor: i64,
    /// Milliseconds since the start of the day.
    pub(super) time: u32,
    /// Number among [`DayBuilder::attributes`].
    pub(super) attributes: u32,
    pub(super) page: u32,
    pub(super) hostname: u32,
    pub(super) name: u32,
    pub(super) engaged_ms: u32,
    pub(super) kind: EventKind,
    pub(super) interactive: bool,
    pub(super) scroll_depth: u8,
}

impl DayBuilder {
    /// An empty day.
    ///
    /// # Errors
    /// [`DayError::Span`].
    pub fn new(span: Span) -> Result<Self, DayError> {
        let length = span.to.checked_sub(span.from).and_then(|length| u32::try_from(length).ok());
        if length.is_none() {
            return Err(DayError::Span(span));
        }
        Ok(Self {
            span,
            events: Vec::new(),
            attributes: Tuples::default(),
            pages: DictionaryBuilder::default(),
            hostnames: DictionaryBuilder::default(),
            names: DictionaryBuilder::default(),
            attribute_values: vec![DictionaryBuilder::default(); ATTRIBUTES],
            properties: PropertiesBuilder::default(),
        })
    }

    /// Adds an event; the order matters only between events of one visitor and instant.
    ///
    /// # Errors
    /// [`DayError::Outside`] or [`DayError::Full`]; the day is unchanged then.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), DayError> {
        let time = self.time(event.ts)?;
        let index = self.room_for(1)?;
        let mut codes = [0; ATTRIBUTES];
        for ((code, values), text) in codes.iter_mut().zip(&mut self.attribute_values).zip(attributes(event)) {
            *code = values.code(text);
        }
        self.events.push(Raw {
            visitor: event.visitor,
            time,
            attributes: self.attributes.code(&codes),
            page: self.pages.code(event.page),
            hostname: self.hostnames.code(event.hostname),
            name: self.names.code(reserved_name(event.kind).unwrap_or(event.name)),
            engaged_ms: event.engaged_ms,
            kind: event.kind,
            interactive: event.interactive,
            scroll_depth: event.scroll_depth.map_or(NO_SCROLL, |depth| depth.min(100)),
        });
        if event.kind.counts() {
            self.properties.push(index, event.props.unwrap_or_default());
        }
        Ok(())
    }

    /// Milliseconds since the start of the day.
    pub(super) fn time(&self, ts: i64) -> Result<u32, DayError> {
        let since = ts.checked_sub(self.span.from).and_then(|since| u32::try_from(since).ok());
        since.filter(|_| self.span.contains(ts)).ok_or(DayError::Outside { ts, span: self.span })
    }

    /// The index of the next event, when there is room for `more`.
    pub(super) fn room_for(&self, more: usize) -> Result<u32, DayError> {
        let fits = u32::try_from(self.events.len() + more).is_ok();
        u32::try_from(self.events.len()).ok().filter(|_| fits).ok_or(DayError::Full)
    }

    /// Events so far.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Bytes that it takes in memory: the weight of an open day in a cache.
    pub fn bytes(&self) -> usize {
        let dictionaries = [&self.pages, &self.hostnames, &self.names];
        size_of::<Self>()
            + self.events.capacity() * size_of::<Raw>()
            + self.attributes.bytes()
            + dictionaries.into_iter().chain(&self.attribute_values).map(DictionaryBuilder::bytes).sum::<usize>()
            + self.properties.bytes()
    }

    /// Sorts, derives visits, packs.
    pub fn build(&self) -> Day {
        let mut order: Vec<u32> = (0..).take(self.events.len()).collect();
        // Stable, so that arrival decides between equals; and segments are sorted runs, which it finds and merges.
        order.sort_by_key(|index| {
            let event = &self.events[*index as usize];
            (event.visitor, event.time)
        });
        let mut derived = Derivation::new(self);
        for index in order {
            derived.add(index);
        }
        derived.finish()
    }
}

/// What an event is called whose kind has a name of its own.
pub(super) fn reserved_name(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Pageview => Some("pageview"),
        EventKind::Custom => None,
        EventKind::Engagement | EventKind::Duration => Some("engagement"),
    }
}
