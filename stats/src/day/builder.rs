//! Collects events in order of arrival and turns them into a [`Day`].

use thiserror::Error;

use super::dictionary::{Codes, DictionaryBuilder};
use super::layout::{ATTRIBUTES, CodedColumns, attributes};
use super::property::PropertiesBuilder;
use super::{Day, NO_SCROLL, RowKind, Rows, Visits};
use crate::event::{Event, EventKind};
use crate::time::{MINUTE, Span};

/// Longest pause within a visit, in milliseconds.
const GAP: i64 = 30 * MINUTE;

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
    span: Span,
    events: Vec<Raw>,
    attributes: Vec<[u32; ATTRIBUTES]>,
    pages: DictionaryBuilder,
    hostnames: DictionaryBuilder,
    names: DictionaryBuilder,
    attribute_values: Vec<DictionaryBuilder>,
    properties: PropertiesBuilder,
}

/// An event with its texts coded.
#[derive(Clone, Copy, Debug)]
struct Raw {
    visitor: i64,
    ts: i64,
    page: u32,
    hostname: u32,
    name: u32,
    engaged_ms: u32,
    kind: EventKind,
    interactive: bool,
    scroll_depth: u8,
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
            attributes: Vec::new(),
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
        if !self.span.contains(event.ts) {
            return Err(DayError::Outside { ts: event.ts, span: self.span });
        }
        let index = u32::try_from(self.events.len()).map_err(|_| DayError::Full)?;
        if index == u32::MAX {
            return Err(DayError::Full);
        }
        let name = match event.kind {
            EventKind::Pageview => "pageview",
            EventKind::Custom => event.name,
            EventKind::Engagement | EventKind::Duration => "engagement",
        };
        self.events.push(Raw {
            visitor: event.visitor,
            ts: event.ts,
            page: self.pages.code(event.page),
            hostname: self.hostnames.code(event.hostname),
            name: self.names.code(name),
            engaged_ms: event.engaged_ms,
            kind: event.kind,
            interactive: event.interactive,
            scroll_depth: event.scroll_depth.map_or(NO_SCROLL, |depth| depth.min(100)),
        });
        let mut codes = [0; ATTRIBUTES];
        for ((code, values), text) in codes.iter_mut().zip(&mut self.attribute_values).zip(attributes(event)) {
            *code = values.code(text);
        }
        self.attributes.push(codes);
        if event.kind.counts() {
            self.properties.push(index, event.props.unwrap_or_default());
        }
        Ok(())
    }

    /// Events so far.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Sorts, derives visits, packs.
    pub fn build(&self) -> Day {
        let mut order: Vec<u32> = (0..).take(self.events.len()).collect();
        order.sort_unstable_by_key(|index| {
            let event = &self.events[*index as usize];
            (event.visitor, event.ts, *index)
        });
        let mut derived = Derivation::new(self);
        for index in order {
            derived.add(index);
        }
        derived.finish()
    }
}

/// Walks the sorted events and writes columns.
struct Derivation<'b> {
    builder: &'b DayBuilder,
    visitors: u32,
    visitor: Option<i64>,
    /// Last activity of the current visit; `None` when the visitor has none yet.
    active: Option<i64>,
    /// Event index of each row.
    rows: Vec<u32>,
    engaged_ms: Vec<u32>,
    /// Largest cumulative duration of a page since its last pageview, for the current visitor.
    durations: Vec<(u32, u32)>,
    visits: Vec<Visit>,
    orphans: Vec<(u32, u32)>,
}

struct Visit {
    first_row: u32,
    visitor: u32,
    first_event: u32,
    start: u32,
    end: u32,
    pageviews: u32,
    interactive: bool,
    entry: Option<u32>,
    exit: Option<u32>,
}

impl<'b> Derivation<'b> {
    fn new(builder: &'b DayBuilder) -> Self {
        Self {
            builder,
            visitors: 0,
            visitor: None,
            active: None,
            rows: Vec::with_capacity(builder.events.len()),
            engaged_ms: Vec::with_capacity(builder.events.len()),
            durations: Vec::new(),
            visits: Vec::new(),
            orphans: Vec::new(),
        }
    }

    fn add(&mut self, index: u32) {
        let event = self.builder.events[index as usize];
        if self.visitor != Some(event.visitor) {
            self.visitor = Some(event.visitor);
            self.visitors += 1;
            self.active = None;
            self.durations.clear();
        }
        let time = self.since_start(event.ts);
        let starts = match self.active {
            Some(active) => event.kind.counts() && event.ts - active > GAP,
            None if event.kind.counts() => true,
            None => {
                self.orphans.push((self.visitors - 1, time));
                return;
            }
        };
        if starts {
            self.visits.push(Visit {
                first_row: to_u32(self.rows.len()),
                visitor: self.visitors - 1,
                first_event: index,
                start: time,
                end: time,
                pageviews: 0,
                interactive: false,
                entry: None,
                exit: None,
            });
        }
        self.active = Some(event.ts);
        self.rows.push(index);
        let engaged = self.engaged(&event);
        self.engaged_ms.push(engaged);
        if let Some(visit) = self.visits.last_mut() {
            visit.end = time;
            match event.kind {
                EventKind::Pageview => {
                    visit.pageviews += 1;
                    visit.entry.get_or_insert(index);
                    visit.exit = Some(index);
                }
                EventKind::Custom => visit.interactive |= event.interactive,
                EventKind::Engagement | EventKind::Duration => {}
            }
        }
    }

    /// What the event adds to the engaged time of its page.
    fn engaged(&mut self, event: &Raw) -> u32 {
        match event.kind {
            EventKind::Pageview => {
                self.durations.retain(|(page, _)| *page != event.page);
                0
            }
            EventKind::Custom => 0,
            EventKind::Engagement => event.engaged_ms,
            EventKind::Duration => {
                let known = self.durations.iter_mut().find(|(page, _)| *page == event.page);
                let Some((_, largest)) = known else {
                    self.durations.push((event.page, event.engaged_ms));
                    return event.engaged_ms;
                };
                let added = event.engaged_ms.saturating_sub(*largest);
                *largest = event.engaged_ms.max(*largest);
                added
            }
        }
    }

    fn since_start(&self, ts: i64) -> u32 {
        // The builder has refused what is outside of the day.
        u32::try_from(ts - self.builder.span.from).unwrap_or(u32::MAX)
    }

    fn finish(self) -> Day {
        let builder = self.builder;
        let event = |index: &u32| &builder.events[*index as usize];
        let rows = Rows {
            time: self.rows.iter().map(|index| self.since_start(event(index).ts)).collect(),
            kind: self.rows.iter().map(|index| row_kind(event(index).kind)).collect(),
            scroll_depth: self.rows.iter().map(|index| scroll_depth(event(index))).collect(),
            engaged_ms: self.engaged_ms.iter().copied().collect(),
        };
        let visits = &self.visits;
        let last_row = to_u32(self.rows.len());
        let visit_columns = Visits {
            first_row: visits.iter().map(|visit| visit.first_row).chain([last_row]).collect(),
            visitor: visits.iter().map(|visit| visit.visitor).collect(),
            start: visits.iter().map(|visit| visit.start).collect(),
            duration_ms: visits.iter().map(|visit| visit.end - visit.start).collect(),
            pageviews: visits.iter().map(|visit| visit.pageviews).collect(),
            bounce: visits.iter().map(|visit| visit.pageviews == 1 && !visit.interactive).collect(),
        };
        let (pages, hostnames) = (builder.pages.dictionary(), builder.hostnames.dictionary());
        let names = builder.names.dictionary();
        let of_rows = |code: fn(&Raw) -> u32, distinct| Codes::pack(self.rows.iter().map(|row| code(event(row))), distinct);
        let of_visits = |pageview: fn(&Visit) -> Option<u32>, code: fn(&Raw) -> u32, distinct| {
            let codes = visits.iter().map(|visit| pageview(visit).map_or(0, |index| code(event(&index))));
            Codes::pack(codes, distinct)
        };
        let of_first = |(attribute, values): (usize, &DictionaryBuilder)| {
            let codes = visits.iter().map(|visit| builder.attributes[visit.first_event as usize][attribute]);
            Codes::pack(codes, values.dictionary().len())
        };
        let codes = CodedColumns {
            page: of_rows(|event| event.page, pages.len()),
            hostname: of_rows(|event| event.hostname, hostnames.len()),
            name: of_rows(|event| event.name, names.len()),
            entry_page: of_visits(|visit| visit.entry, |event| event.page, pages.len()),
            exit_page: of_visits(|visit| visit.exit, |event| event.page, pages.len()),
            entry_hostname: of_visits(|visit| visit.entry, |event| event.hostname, hostnames.len()),
            exit_hostname: of_visits(|visit| visit.exit, |event| event.hostname, hostnames.len()),
            attributes: builder.attribute_values.iter().enumerate().map(of_first).collect(),
        };
        Day {
            span: builder.span,
            visitors: self.visitors,
            properties: self.properties(),
            rows,
            visits: visit_columns,
            pages: pages.clone(),
            hostnames: hostnames.clone(),
            names: names.clone(),
            attributes: builder.attribute_values.iter().map(|values| values.dictionary().clone()).collect(),
            codes,
            orphans: self.orphans,
            nothing: super::Dictionary::default(),
        }
    }

    fn properties(&self) -> std::collections::BTreeMap<Box<str>, super::PropertyColumn> {
        if self.builder.properties.is_empty() {
            return std::collections::BTreeMap::new();
        }
        let mut row_of = vec![None; self.builder.events.len()];
        for (row, index) in (0..).zip(&self.rows) {
            row_of[*index as usize] = Some(row);
        }
        self.builder.properties.build(&row_of)
    }
}

fn row_kind(kind: EventKind) -> RowKind {
    match kind {
        EventKind::Pageview => RowKind::Pageview,
        EventKind::Custom => RowKind::Custom,
        EventKind::Engagement | EventKind::Duration => RowKind::Engagement,
    }
}

fn scroll_depth(event: &Raw) -> u8 {
    if event.kind.counts() { NO_SCROLL } else { event.scroll_depth }
}

fn to_u32(count: usize) -> u32 {
    // The builder takes at most u32::MAX events.
    u32::try_from(count).unwrap_or(u32::MAX)
}
