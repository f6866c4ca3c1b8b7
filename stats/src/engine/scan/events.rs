//! Visitors, events and pageviews by group.

use super::grouping::{Axis, Grouping};
use super::matches::Matches;
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
    // Several counters, as most visits are of one group: an addition need not wait for the last one.
    let mut counters = [(); 4].map(|()| vec![0u32; entries.len()]);
    match &*matches.holders {
        Visited::All(_) => {
            let mut chunks = codes.chunks_exact(4);
            for chunk in &mut chunks {
                for (counter, code) in counters.iter_mut().zip(chunk) {
                    counter[code.index()] += 1;
                }
            }
            chunks.remainder().iter().for_each(|code| counters[0][code.index()] += 1);
        }
        Visited::Some(visits) => visits.iter().for_each(|visit| counters[0][codes[*visit as usize].index()] += 1),
    }
    let (holders, visitors) = (&matches.holders, &day.visit_columns().visitor);
    for position in matches.returns(day) {
        let visit = holders.at(*position as usize);
        let (visitor, code) = (visitors[visit], codes[visit]);
        let before = (0..*position as usize).rev().map(|position| holders.at(position));
        if before.take_while(|other| visitors[*other] == visitor).any(|other| codes[other] == code) {
            counters[0][code.index()] = counters[0][code.index()].wrapping_sub(1);
        }
    }
    for (group, entry) in entries.iter_mut().enumerate() {
        entry.visitors = counters.iter().fold(0, |sum, counter| sum.wrapping_add(counter[group]));
    }
}

fn visitors_by_row<C: Code>(day: &Day, matches: &Matches, codes: &[C], table: &mut Table<EventSums>) {
    let visitors = &day.visit_columns().visitor;
    let entries = table.entries();
    matches.each_event(day, |visit, row| {
        let entry = &mut entries[codes[row].index()];
        entry.visitors += u32::from(entry.last.is_new(visitors[visit]));
    });
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
    let (rows, visitors) = (day.row_columns(), &day.visit_columns().visitor);
    matches.each_event(day, |visit, row| {
        let entry = table.at(grouping.of_row(visit, row, rows.time[row]));
        entry.visitors += u32::from(entry.last.is_new(visitors[visit]));
        entry.events += 1;
        entry.pageviews += u32::from(rows.kind[row] == RowKind::Pageview);
    });
}
