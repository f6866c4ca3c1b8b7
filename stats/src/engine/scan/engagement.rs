//! Engaged time and scroll depth by group.

use super::grouping::Grouping;
use super::matches::Matches;
use super::tables::{Last, Table};
use crate::day::{Day, NO_SCROLL};
use crate::dimension::Dimension;

/// What is measured of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EngagementSums {
    last: Last,
    pub(super) visits: u32,
    pub(super) pages: u32,
    pub(super) engaged_ms: u64,
    pub(super) scroll_depth: u64,
}

/// Measures engagement on matching rows.
pub(super) fn measure(day: &Day, matches: &Matches, grouping: &mut Grouping<'_>) -> Table<EngagementSums> {
    let mut table: Table<EngagementSums> = Table::new(grouping.len());
    let rows = day.row_columns();
    let pages = day.column(&Dimension::Page);
    let mut of_visit = 0;
    // Group, page and deepest scroll within the visit at hand.
    let mut scrolled: Vec<(usize, u32, u8)> = Vec::new();
    let close = |scrolled: &mut Vec<(usize, u32, u8)>, table: &mut Table<EngagementSums>| {
        for (group, _, deepest) in scrolled.drain(..) {
            let sums = table.at(group);
            sums.scroll_depth += u64::from(deepest);
            sums.pages += 1;
        }
    };
    matches.each_row(day, |visit, row| {
        let (engaged, depth) = (rows.engaged_ms[row], rows.scroll_depth[row]);
        if engaged == 0 && depth == NO_SCROLL {
            return;
        }
        if of_visit != visit {
            of_visit = visit;
            close(&mut scrolled, &mut table);
        }
        let group = grouping.of_row(visit, row, rows.time[row]);
        let sums = table.at(group);
        sums.engaged_ms += u64::from(engaged);
        if engaged > 0 {
            sums.visits += u32::from(sums.last.is_new(super::to_u32(visit)));
        }
        if depth != NO_SCROLL {
            let page = pages.as_ref().map_or(0, |pages| pages.codes.at(row));
            match scrolled.iter_mut().find(|(other, of, _)| *other == group && *of == page) {
                Some((_, _, deepest)) => *deepest = depth.max(*deepest),
                None => scrolled.push((group, page, depth)),
            }
        }
    });
    close(&mut scrolled, &mut table);
    table
}
