//! Visitors, events and pageviews by group.

use super::grouping::Grouping;
use super::matches::Matches;
use super::tables::{Last, Table};
use crate::day::{Day, RowKind};

/// What is counted of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EventSums {
    last: Last,
    pub(super) visitors: u32,
    pub(super) events: u32,
    pub(super) pageviews: u32,
}

/// Counts matching events. Each shape of question takes the cheapest way that counts the same; [`super::visitors`] has more.
pub(super) fn count(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>) -> Table<EventSums> {
    let mut table = Table::new(grouping.len());
    if grouping.axes().is_empty() {
        *table.at(0) = totals(day, matches);
    } else if grouping.is_of_visits() && matches.rows.is_none() {
        by_visit(day, matches, grouping, &mut table);
    } else {
        by_row(day, matches, grouping, &mut table);
    }
    table
}

fn totals(day: &Day, matches: &Matches) -> EventSums {
    let (kinds, visits) = (&day.row_columns().kind, day.visit_columns());
    let (events, pageviews) = if matches.rows.is_some() {
        let events = matches.events(day);
        let pageviews = events.iter().filter(|event| kinds[event.row as usize] == RowKind::Pageview).count();
        (events.len() as u64, pageviews as u64)
    } else {
        (matches.holders.sum(&visits.events), matches.holders.sum(&visits.pageviews))
    };
    let small = |sum: u64| u32::try_from(sum).unwrap_or(u32::MAX); // a day is refused more events
    EventSums {
        last: Last::default(),
        visitors: super::to_u32(matches.holders.len() - matches.returns(day).len()),
        events: small(events),
        pageviews: small(pageviews),
    }
}

/// All events of a visit match, and are in one group.
fn by_visit(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>, table: &mut Table<EventSums>) {
    let visits = day.visit_columns();
    matches.holders.each(|visit| {
        let entry = table.at(grouping.of_visit(visit, visits.start[visit]));
        entry.visitors += u32::from(entry.last.is_new(visits.visitor[visit]));
        entry.events += visits.events[visit];
        entry.pageviews += visits.pageviews[visit];
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
