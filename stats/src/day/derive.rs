//! Derives visits from the sorted events of a day and packs its columns.
//!
//! A visit is one visitor's events with no gap over 30 minutes. Engagement keeps it alive and never starts one: it belongs to the
//! visitor's last visit of the day whatever the gap, and without one it is dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::builder::{DayBuilder, Raw};
use super::dictionary::{Codes, DictionaryBuilder, Packing};
use super::layout::CodedColumns;
use super::property::PropertyColumn;
use super::repeats::{self, Firsts, Returns};
use super::{Day, NO_SCROLL, RowKind, Rows, Visits};
use crate::event::EventKind;

/// Longest pause within a visit, in milliseconds.
const GAP: u32 = 30 * 60 * 1_000;

/// Visits whose attributes stay in the processor's cache while they go from rows into columns.
const BLOCK: usize = 256;

/// Walks the sorted events and writes columns.
pub(super) struct Derivation<'b> {
    builder: &'b DayBuilder,
    visitors: u32,
    visitor: Option<i64>,
    /// Last activity of the current visit; `None` when the visitor has none yet.
    active: Option<u32>,
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
    events: u32,
    interactive: bool,
    entry: Option<u32>,
    exit: Option<u32>,
}

impl<'b> Derivation<'b> {
    pub(super) fn new(builder: &'b DayBuilder) -> Self {
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

    /// Takes the next event: they come by visitor, instant and arrival.
    pub(super) fn add(&mut self, index: u32) {
        let event = self.builder.events[index as usize];
        if self.visitor != Some(event.visitor) {
            self.visitor = Some(event.visitor);
            self.visitors += 1;
            self.active = None;
            self.durations.clear();
        }
        let time = event.time;
        let starts = match self.active {
            Some(active) => event.kind.counts() && event.time - active > GAP,
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
                events: 0,
                interactive: false,
                entry: None,
                exit: None,
            });
        }
        self.active = Some(event.time);
        self.rows.push(index);
        let engaged = self.engaged(&event);
        self.engaged_ms.push(engaged);
        if let Some(visit) = self.visits.last_mut() {
            visit.end = time;
            visit.events += u32::from(event.kind.counts());
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

    /// The day.
    pub(super) fn finish(self) -> Day {
        let builder = self.builder;
        let event = |index: &u32| &builder.events[*index as usize];
        let rows = Rows {
            time: self.rows.iter().map(|index| event(index).time).collect(),
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
            events: visits.iter().map(|visit| visit.events).collect(),
            bounce: visits.iter().map(|visit| visit.pageviews == 1 && !visit.interactive).collect(),
        };
        let (pages, hostnames) = (builder.pages.dictionary(), builder.hostnames.dictionary());
        let names = builder.names.dictionary();
        let of_rows =
            |code: fn(&Raw) -> u32, distinct| Codes::pack(self.rows.iter().map(|row| code(event(row))), distinct);
        let of_visits = |pageview: fn(&Visit) -> Option<u32>, code: fn(&Raw) -> u32, distinct| {
            let codes = visits.iter().map(|visit| pageview(visit).map_or(0, |index| code(event(&index))));
            Codes::pack(codes, distinct)
        };
        let codes = CodedColumns {
            page: of_rows(|event| event.page, pages.len()),
            hostname: of_rows(|event| event.hostname, hostnames.len()),
            name: of_rows(|event| event.name, names.len()),
            entry_page: of_visits(|visit| visit.entry, |event| event.page, pages.len()),
            exit_page: of_visits(|visit| visit.exit, |event| event.page, pages.len()),
            entry_hostname: of_visits(|visit| visit.entry, |event| event.hostname, hostnames.len()),
            exit_hostname: of_visits(|visit| visit.exit, |event| event.hostname, hostnames.len()),
            attributes: self.attributes(),
        };
        let mut returns = Returns::of(visits.iter().map(|visit| visit.visitor));
        returns.shrink();
        Day {
            span: builder.span,
            visitors: self.visitors,
            firsts: Firsts {
                page: self.firsts(pages.len(), |event| event.page),
                hostname: self.firsts(hostnames.len(), |event| event.hostname),
                name: self.firsts(names.len(), |event| event.name),
            },
            returns,
            properties: self.properties(),
            rows,
            visits: visit_columns,
            pages: Arc::new(pages.clone()),
            hostnames: Arc::new(hostnames.clone()),
            names: Arc::new(names.clone()),
            attributes: builder.attribute_values.iter().map(|values| Arc::new(values.dictionary().clone())).collect(),
            codes,
            orphans: self.orphans,
            nothing: Arc::default(),
        }
    }

    /// The counted rows that are the first of their visitor with their code.
    fn firsts(&self, distinct: usize, code: impl Fn(&Raw) -> u32) -> FixedBitSet {
        let ends = self.visits.iter().skip(1).map(|visit| visit.first_row).chain([to_u32(self.rows.len())]);
        let counted = self.visits.iter().zip(ends).flat_map(|(visit, end)| {
            (visit.first_row..end).filter_map(|row| {
                let event = &self.builder.events[self.rows[row as usize] as usize];
                event.kind.counts().then(|| (row, visit.visitor, code(event)))
            })
        });
        repeats::firsts(self.rows.len(), distinct, counted)
    }

    /// The attributes of each visit's first event, a column each.
    fn attributes(&self) -> Vec<Codes> {
        let DayBuilder { events, attributes, attribute_values, .. } = self.builder;
        let visits = self.visits.len();
        let column = |values: &DictionaryBuilder| Packing::new(visits, values.dictionary().len());
        let mut columns: Vec<Packing> = attribute_values.iter().map(column).collect();
        for block in self.visits.chunks(BLOCK) {
            for (attribute, column) in columns.iter_mut().enumerate() {
                let first = |visit: &Visit| events[visit.first_event as usize].attributes;
                column.extend(block.iter().map(|visit| attributes.get(first(visit))[attribute]));
            }
        }
        columns.into_iter().map(Packing::finish).collect()
    }

    fn properties(&self) -> BTreeMap<Box<str>, PropertyColumn> {
        if self.builder.properties.is_empty() {
            return BTreeMap::new();
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
