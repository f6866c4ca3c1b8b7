//! Visits, durations and bounces by group.

use super::grouping::Grouping;
use super::matches::Matches;
use super::tables::{Last, Table};
use super::visited::Visited;
use crate::day::Day;

/// What is measured of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct VisitSums {
    last: Last,
    pub(super) visits: u32,
    pub(super) measured: u32,
    pub(super) bounce_visits: u32,
    pub(super) bounces: u32,
    pub(super) duration_ms: u64,
    pub(super) pageviews: u64,
}

/// Measures the visits that start in the window. By page, a visit counts once for each page it has a matching event on, and is
/// measured under the page it entered at. Bounces are limited to `entered`, if given.
pub(super) fn measure(
    day: &Day,
    matches: &Matches,
    entered: Option<&Visited>,
    grouping: &mut Grouping<'_>,
    by_page: bool,
) -> Table<VisitSums> {
    let mut table = Table::new(grouping.len());
    if grouping.axes().is_empty() {
        *table.at(0) = totals(day, matches, entered);
        return table;
    }
    let visits = day.visit_columns();
    let mut entered = Cursor::new(entered);
    matches.started.each(|visit| {
        let start = visits.start[visit];
        if by_page {
            count_pages(day, matches, visit, grouping, &mut table);
        }
        // By page, a filter on pages leaves only rows that it holds for: other entry pages have no matching event, so that
        // what is added under them is never a row.
        let sums = table.at(grouping.of_visit(visit, start));
        sums.visits += u32::from(!by_page);
        sums.measured += 1;
        sums.duration_ms += u64::from(visits.duration_ms[visit]);
        sums.pageviews += u64::from(visits.pageviews[visit]);
        if entered.has(visit) {
            sums.bounce_visits += 1;
            sums.bounces += u32::from(visits.bounce[visit]);
        }
    });
    table
}

fn totals(day: &Day, matches: &Matches, entered: Option<&Visited>) -> VisitSums {
    let (visits, started) = (day.visit_columns(), &matches.started);
    let (mut bounce_visits, mut bounces) = (started.len(), 0);
    match (entered, &**started) {
        (None, Visited::All(_)) => bounces = visits.bounce.iter().copied().map(u32::from).sum(),
        (None, started) => started.each(|visit| bounces += u32::from(visits.bounce[visit])),
        (entered, started) => {
            let mut entered = Cursor::new(entered);
            bounce_visits = 0;
            started.each(|visit| {
                let has = entered.has(visit);
                bounce_visits += usize::from(has);
                bounces += u32::from(has && visits.bounce[visit]);
            });
        }
    }
    VisitSums {
        last: Last::default(),
        visits: super::to_u32(started.len()),
        measured: super::to_u32(started.len()),
        bounce_visits: super::to_u32(bounce_visits),
        bounces,
        duration_ms: started.sum(&visits.duration_ms),
        pageviews: started.sum(&visits.pageviews),
    }
}

/// Counts a visit once for each group that it has a matching event in. A visit is counted at the instant of its start.
fn count_pages(day: &Day, matches: &Matches, visit: usize, grouping: &mut Grouping<'_>, table: &mut Table<VisitSums>) {
    let (rows, visits) = (day.row_columns(), day.visit_columns());
    for row in visits.rows(visit) {
        if rows.kind[row].counts() && matches.passes(row) {
            let sums = table.at(grouping.of_row(visit, row, visits.start[visit]));
            sums.visits += u32::from(sums.last.is_new(super::to_u32(visit)));
        }
    }
}

/// Whether visits that are asked for in ascending order are in a list; everything is in none.
struct Cursor<'v> {
    visits: Option<&'v Visited>,
    position: usize,
}

impl<'v> Cursor<'v> {
    fn new(visits: Option<&'v Visited>) -> Self {
        Self { visits, position: 0 }
    }

    fn has(&mut self, visit: usize) -> bool {
        let Some(Visited::Some(visits)) = self.visits else { return true };
        while visits.get(self.position).is_some_and(|other| (*other as usize) < visit) {
            self.position += 1;
        }
        visits.get(self.position).is_some_and(|other| *other as usize == visit)
    }
}
