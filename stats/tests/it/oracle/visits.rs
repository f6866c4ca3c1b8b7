//! Visits by walking through each visitor's events.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use haru_stats::time::SiteZones;
use haru_stats::{Event, EventKind};

use super::series::local_date;

/// One visitor's events, in order.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) day: NaiveDate,
    pub(super) visitor: i64,
    pub(super) events: Vec<usize>,
}

/// All events and the visits in them.
pub(super) struct World<'e> {
    pub(super) events: &'e [Event<'e>],
    pub(super) visits: Vec<Visit>,
}

pub(super) fn counts(event: &Event<'_>) -> bool {
    matches!(event.kind, EventKind::Pageview | EventKind::Custom)
}

impl<'e> World<'e> {
    pub(super) fn new(zones: &SiteZones, events: &'e [Event<'e>]) -> Self {
        let mut of_visitors: BTreeMap<(NaiveDate, i64), Vec<usize>> = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            of_visitors.entry((local_date(event.ts, zones.latest()), event.visitor)).or_default().push(index);
        }
        let mut visits: Vec<Visit> = Vec::new();
        for ((day, visitor), mut indexes) in of_visitors {
            indexes.sort_by_key(|index| events[*index].ts);
            let mut last: Option<i64> = None;
            for index in indexes {
                let event = &events[index];
                let new = match last {
                    None => true,
                    Some(last) => event.ts - last > 30 * 60_000,
                };
                if counts(event) && new {
                    visits.push(Visit { day, visitor, events: Vec::new() });
                } else if last.is_none() {
                    continue; // engagement without a visit
                }
                visits.last_mut().expect("a visit").events.push(index);
                last = Some(event.ts);
            }
        }
        Self { events, visits }
    }

    /// Events of a visit that are counted.
    pub(super) fn counted(&self, visit: &Visit) -> impl Iterator<Item = usize> {
        visit.events.iter().copied().filter(|index| counts(&self.events[*index]))
    }

    pub(super) fn start(&self, visit: &Visit) -> i64 {
        self.events[visit.events[0]].ts
    }

    pub(super) fn duration(&self, visit: &Visit) -> i64 {
        self.events[visit.events[visit.events.len() - 1]].ts - self.start(visit)
    }

    pub(super) fn bounced(&self, visit: &Visit) -> bool {
        let kinds = || self.counted(visit).map(|index| &self.events[index]);
        kinds().filter(|event| event.kind == EventKind::Pageview).count() == 1
            && !kinds().any(|event| event.kind == EventKind::Custom && event.interactive)
    }

    pub(super) fn pageviews(&self, visit: &Visit) -> usize {
        self.counted(visit).filter(|index| self.events[*index].kind == EventKind::Pageview).count()
    }

    /// Milliseconds that an event adds to the engaged time of its page.
    pub(super) fn engaged(&self, visit: &Visit, index: usize) -> i64 {
        let event = &self.events[index];
        if event.kind != EventKind::Duration {
            return if event.kind == EventKind::Engagement { i64::from(event.engaged_ms) } else { 0 };
        }
        let same_visitor = |other: &&Visit| other.day == visit.day && other.visitor == visit.visitor;
        let mut largest = 0;
        for other in self.visits.iter().filter(same_visitor).flat_map(|visit| &visit.events) {
            let earlier = &self.events[*other];
            if *other == index {
                break;
            }
            match earlier.kind {
                EventKind::Pageview if earlier.page == event.page => largest = 0,
                EventKind::Duration if earlier.page == event.page => {
                    largest = largest.max(i64::from(earlier.engaged_ms));
                }
                _ => {}
            }
        }
        (i64::from(event.engaged_ms) - largest).max(0)
    }
}
