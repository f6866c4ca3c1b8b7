//! Visitors, events and pageviews by group.

use super::grouping::{Axis, Grouping};
use super::matches::{Matches, Return};
use super::tables::{Last, Table};
use super::visited::Visited;
use crate::day::{Code, Day, RowKind, with_codes};
use crate::engine::needs::{Need, Needs};

/// What is counted of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EventSums {
    last: Last,
    pub(super) visitors: u32,
    pub(super) events: u32,
    pub(super) pageviews: u32,
}

impl EventSums {
    /// In the order of the measures.
    pub(super) fn values(self, needs: Needs) -> [Option<u32>; 3] {
        let events = needs.has(Need::Events);
        [
            needs.has(Need::Visitors).then_some(self.visitors),
            events.then_some(self.events),
            events.then_some(self.pageviews),
        ]
    }
}

/// Counts matching events. Each shape of question takes the cheapest way that counts the same.
pub(super) fn count(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>, needs: Needs) -> Table<EventSums> {
    let mut table = Table::new(grouping.len());
    match grouping.axes() {
        [] => *table.at(0) = totals(day, matches),
        [Axis::Visit(column)] if !needs.has(Need::Events) => {
            with_codes!(column.slice(), codes => visitors_by_visit(day, matches, codes, &mut table));
        }
        [Axis::Row(column, _)] if !needs.has(Need::Events) => {
            with_codes!(column.slice(), codes => visitors_by_row(day, matches, codes, &mut table));
        }
        _ if grouping.is_of_visits() => by_visit(day, matches, grouping, &mut table),
        _ => by_row(day, matches, grouping, &mut table),
    }
    table
}

fn totals(day: &Day, matches: &Matches) -> EventSums {
    let visits = day.visit_columns();
    let (events, pageviews) = match matches.counts(day) {
        Some(counts) => {
            let sum = |counts: &[u32]| counts.iter().copied().map(u64::from).sum();
            (sum(&counts.events), sum(&counts.pageviews))
        }
        None => (matches.holders.sum(&visits.events), matches.holders.sum(&visits.pageviews)),
    };
    let small = |sum: u64| u32::try_from(sum).unwrap_or(u32::MAX); // a day is refused more events
    EventSums {
        last: Last::default(),
        visitors: super::to_u32(matches.holders.len() - matches.returns(day).len()),
        events: small(events),
        pageviews: small(pageviews),
    }
}

/// Each visit counts a visitor of its group, but for those whose visitor has been in that group before.
fn visitors_by_visit<C: Code>(day: &Day, matches: &Matches, codes: &[C], table: &mut Table<EventSums>) {
    let entries = table.entries();
    let holders = &*matches.holders;
    // Two counters by turns, as most visits are of a few groups: an addition need not wait for the last one.
    let (mut even, mut odd) = (vec![0u32; entries.len()], vec![0u32; entries.len()]);
    match holders {
        Visited::All(_) => {
            let (pairs, rest) = codes.as_chunks();
            for [one, other] in pairs {
                even[one.index()] += 1;
                odd[other.index()] += 1;
            }
            rest.iter().for_each(|code| even[code.index()] += 1);
        }
        Visited::Some(visits) => visits.iter().for_each(|visit| even[codes[*visit as usize].index()] += 1),
    }
    let code = |position: u32| codes[holders.at(position as usize)];
    for Return { first, position } in matches.returns(day) {
        let own = code(*position);
        let known = (*first..*position).any(|other| code(other) == own);
        odd[own.index()] = odd[own.index()].wrapping_sub(u32::from(known));
    }
    for (entry, (even, odd)) in entries.iter_mut().zip(even.into_iter().zip(odd)) {
        entry.visitors = even.wrapping_add(odd);
    }
}

fn visitors_by_row<C: Code>(day: &Day, matches: &Matches, codes: &[C], table: &mut Table<EventSums>) {
    let entries = table.entries();
    if !matches.is_all() {
        for event in matches.events(day) {
            let entry = &mut entries[codes[event.row as usize].index()];
            entry.visitors += u32::from(entry.last.is_new(event.visitor));
        }
        return;
    }
    // Without a branch at the end of each visit: visitors ascend, so the largest mark so far is that of the row at hand.
    let (rows, visits) = (day.row_columns(), day.visit_columns());
    let mut marks = vec![0; codes.len()];
    for visit in 0..day.visits() {
        marks[visits.rows(visit).start] = visits.visitor[visit];
    }
    let mut visitor = 0;
    for ((code, mark), kind) in codes.iter().zip(marks).zip(&rows.kind) {
        visitor = mark.max(visitor);
        let entry = &mut entries[code.index()];
        entry.visitors += u32::from(entry.last.is_new_if(visitor, kind.counts()));
    }
}

/// All matching events of a visit are in one group.
fn by_visit(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>, table: &mut Table<EventSums>) {
    let visits = day.visit_columns();
    let counts = matches.counts(day);
    let mut position = 0;
    matches.holders.each(|visit| {
        let entry = table.at(grouping.of_visit(visit, visits.start[visit]));
        entry.visitors += u32::from(entry.last.is_new(visits.visitor[visit]));
        let (events, pageviews) = match counts {
            Some(counts) => (counts.events[position], counts.pageviews[position]),
            None => (visits.events[visit], visits.pageviews[visit]),
        };
        entry.events += events;
        entry.pageviews += pageviews;
        position += 1;
    });
}

fn by_row(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>, table: &mut Table<EventSums>) {
    let rows = day.row_columns();
    for event in matches.events(day) {
        let row = event.row as usize;
        let entry = table.at(grouping.of_row(event.visit as usize, row, rows.time[row]));
        entry.visitors += u32::from(entry.last.is_new(event.visitor));
        entry.events += 1;
        entry.pageviews += u32::from(rows.kind[row] == RowKind::Pageview);
    }
}
