//! The pass over one day.

use super::groups::DayGroups;
use super::partial::{Key, Partial};
use super::plan::{Plan, Scan};
use super::selection::Selection;
use crate::day::{Column, Day, Level, NO_SCROLL, RowKind};
use crate::dimension::{Dimension, VisitDimension};
use crate::query::limits;
use crate::time::Bucket;

/// Computes all scans of a plan over the columns of a day.
pub(super) fn scan_day(day: &Day, plan: &Plan) -> Partial {
    let mut partial = Partial::new(plan);
    let mut selections: Vec<Option<Selection>> = plan.filters().iter().map(|_| None).collect();
    for (index, scan) in plan.scans().iter().enumerate() {
        if !scan.span.overlaps(day.span()) {
            continue;
        }
        for filter in [Some(scan.filter), scan.entry_filter].into_iter().flatten() {
            selections[filter].get_or_insert_with(|| Selection::of(day, &plan.filters()[filter]));
        }
        let Some(selection) = &selections[scan.filter] else {
            continue;
        };
        let entries = scan.entry_filter.and_then(|filter| selections[filter].as_ref());
        let mut pass = Pass::new(day, scan, selection, entries);
        pass.run();
        pass.collect(&mut |key, sums| partial.add(index, key, sums));
    }
    partial
}

/// One dimension of the scan over this day.
enum Axis<'d> {
    Bucket,
    Row(Column<'d>),
    Visit(Column<'d>),
}

/// One scan over one day.
struct Pass<'d> {
    day: &'d Day,
    scan: &'d Scan,
    selection: &'d Selection,
    entries: Option<&'d Selection>,
    axes: Vec<Axis<'d>>,
    /// For page and hostname axes, what bounces and durations are counted under.
    entry_columns: Vec<Option<Column<'d>>>,
    /// Buckets of this day, and the number of the first.
    buckets: &'d [Bucket],
    first_bucket: usize,
    /// The scan's instants as milliseconds since the start of the day.
    from: i64,
    to: i64,
    groups: DayGroups,
    by_page: bool,
    /// The whole day is in the range.
    whole: bool,
    /// All events of a selected visit are in one group: no need to look at its rows.
    by_visit: bool,
    /// Codes of the group at hand, one an axis.
    codes: [u32; limits::DIMENSIONS],
    /// Group, page and deepest scroll of the visit at hand.
    scrolled: Vec<(u32, u32, u8)>,
    pages: Option<Column<'d>>,
}

impl<'d> Pass<'d> {
    fn new(day: &'d Day, scan: &'d Scan, selection: &'d Selection, entries: Option<&'d Selection>) -> Self {
        let of_day = day.span();
        let first_bucket = scan.buckets.partition_point(|bucket| bucket.span.to <= of_day.from);
        let after = scan.buckets.partition_point(|bucket| bucket.span.from < of_day.to);
        let buckets = &scan.buckets[first_bucket..after.max(first_bucket)];
        let column = |dimension: &Dimension| match day.column(dimension) {
            None => Axis::Bucket,
            Some(column) if column.level == Level::Row => Axis::Row(column),
            Some(column) => Axis::Visit(column),
        };
        let entry_column = |dimension: &Dimension| match dimension {
            Dimension::Page => Some(day.visit_column(VisitDimension::EntryPage)),
            Dimension::Hostname => Some(day.visit_column(VisitDimension::EntryPageHostname)),
            _ => None,
        };
        let axes: Vec<Axis<'d>> = scan.dimensions.iter().map(column).collect();
        let sizes = axes.iter().map(|axis| match axis {
            Axis::Bucket => buckets.len(),
            Axis::Row(column) | Axis::Visit(column) => column.distinct(),
        });
        let whole = scan.span.covers(of_day);
        let one_group = axes.iter().all(|axis| match axis {
            Axis::Visit(_) => true,
            Axis::Bucket => buckets.len() == 1,
            Axis::Row(_) => false,
        });
        Self {
            day,
            scan,
            selection,
            entries,
            groups: DayGroups::new(sizes.collect()),
            axes,
            entry_columns: scan.dimensions.iter().map(entry_column).collect(),
            buckets,
            first_bucket,
            from: scan.span.from - of_day.from,
            to: scan.span.to - of_day.from,
            by_page: scan.by_page(),
            whole,
            by_visit: whole && one_group && !selection.is_by_row(),
            codes: [0; limits::DIMENSIONS],
            scrolled: Vec::new(),
            pages: scan.needs.engagement.then(|| day.column(&Dimension::Page)).flatten(),
        }
    }

    fn run(&mut self) {
        let needs = self.scan.needs;
        for visit in 0..self.day.visits() {
            let selected = self.selection.has_visit(visit);
            let looked_at = selected || (needs.engagement && self.selection.is_by_row());
            if !looked_at {
                continue;
            }
            for index in 0..self.axes.len() {
                if let Axis::Visit(column) = &self.axes[index] {
                    self.codes[index] = column.codes.at(visit);
                }
            }
            if needs.events && selected {
                if self.by_visit {
                    self.count_all_events(visit);
                } else {
                    self.count_events(visit);
                }
            }
            if needs.engagement {
                self.count_engagement(visit);
            }
            let start = self.day.visit_columns().start[visit];
            if needs.visits && selected && self.in_range(start) {
                self.count_visit(visit, start);
            }
        }
    }

    #[inline]
    fn in_range(&self, time: u32) -> bool {
        self.whole || (self.from <= i64::from(time) && i64::from(time) < self.to)
    }

    /// Counts the events of a visit that are all of one group; its only bucket, if any, has code 0.
    #[inline]
    fn count_all_events(&mut self, visit: usize) {
        let visits = self.day.visit_columns();
        for index in 0..self.axes.len() {
            if matches!(self.axes[index], Axis::Bucket) {
                self.codes[index] = 0;
            }
        }
        let group = self.groups.at(&self.codes[..self.axes.len()]);
        group.sums.events += u64::from(visits.events[visit]);
        group.sums.pageviews += u64::from(visits.pageviews[visit]);
        let visitor = visits.visitor[visit];
        if group.last_visitor != visitor {
            group.last_visitor = visitor;
            group.sums.visitors += 1;
        }
    }

    #[inline]
    fn count_events(&mut self, visit: usize) {
        let (rows, visits) = (self.day.row_columns(), self.day.visit_columns());
        let visitor = visits.visitor[visit];
        for row in visits.rows(visit) {
            let kind = rows.kind[row];
            if !kind.counts() || !self.selection.has_row(row) || !self.in_range(rows.time[row]) {
                continue;
            }
            self.place(row, rows.time[row]);
            let group = self.groups.at(&self.codes[..self.axes.len()]);
            group.sums.events += 1;
            group.sums.pageviews += u64::from(kind == RowKind::Pageview);
            if group.last_visitor != visitor {
                group.last_visitor = visitor;
                group.sums.visitors += 1;
            }
        }
    }

    fn count_engagement(&mut self, visit: usize) {
        let (rows, visits) = (self.day.row_columns(), self.day.visit_columns());
        let mark = to_u32(visit);
        for row in visits.rows(visit) {
            let (engaged, depth) = (rows.engaged_ms[row], rows.scroll_depth[row]);
            let silent = engaged == 0 && depth == NO_SCROLL;
            if silent || !self.selection.has_row(row) || !self.in_range(rows.time[row]) {
                continue;
            }
            self.place(row, rows.time[row]);
            let number = self.groups.number(&self.codes[..self.axes.len()]);
            let group = self.groups.numbered(number);
            group.sums.engaged_ms += u64::from(engaged);
            if engaged > 0 && group.last_engaged != mark {
                group.last_engaged = mark;
                group.sums.engaged_visits += 1;
            }
            if depth != NO_SCROLL {
                let page = self.pages.as_ref().map_or(0, |pages| pages.codes.at(row));
                let known = self.scrolled.iter_mut().find(|(group, of, _)| *group == number && *of == page);
                match known {
                    Some((_, _, deepest)) => *deepest = depth.max(*deepest),
                    None => self.scrolled.push((number, page, depth)),
                }
            }
        }
        for (group, _, deepest) in self.scrolled.drain(..) {
            let sums = &mut self.groups.numbered(group).sums;
            sums.scroll_depth += u64::from(deepest);
            sums.scrolled_pages += 1;
        }
    }

    /// Counts a visit in the bucket of its first event.
    fn count_visit(&mut self, visit: usize, start: u32) {
        if self.by_page {
            self.count_visited_pages(visit, start);
        }
        for index in 0..self.axes.len() {
            match (&self.axes[index], &self.entry_columns[index]) {
                (Axis::Bucket, _) => self.codes[index] = self.bucket(start),
                (_, Some(entry)) => self.codes[index] = entry.codes.at(visit),
                _ => {}
            }
        }
        let visits = self.day.visit_columns();
        let entered = self.entries.is_none_or(|entries| entries.has_visit(visit));
        // By page, a filter on pages leaves only rows that it holds for: other entry pages have no
        // matching event, so that what is added under them is never a row.
        let sums = &mut self.groups.at(&self.codes[..self.axes.len()]).sums;
        sums.visits += u64::from(!self.by_page);
        sums.timed_visits += 1;
        sums.duration_ms += u64::from(visits.duration_ms[visit]);
        sums.visit_pageviews += u64::from(visits.pageviews[visit]);
        if entered {
            sums.bounce_visits += 1;
            sums.bounces += u64::from(visits.bounce[visit]);
        }
    }

    /// Counts a visit once for each page it has a matching event on.
    fn count_visited_pages(&mut self, visit: usize, start: u32) {
        let (rows, visits) = (self.day.row_columns(), self.day.visit_columns());
        let mark = to_u32(visit);
        for row in visits.rows(visit) {
            if rows.kind[row].counts() && self.selection.has_row(row) {
                self.place(row, start);
                let group = self.groups.at(&self.codes[..self.axes.len()]);
                if group.last_visit != mark {
                    group.last_visit = mark;
                    group.sums.visits += 1;
                }
            }
        }
    }

    /// Sets the codes that a row and an instant decide.
    #[inline]
    fn place(&mut self, row: usize, time: u32) {
        for index in 0..self.axes.len() {
            match &self.axes[index] {
                Axis::Bucket => self.codes[index] = self.bucket(time),
                Axis::Row(column) => self.codes[index] = column.codes.at(row),
                Axis::Visit(_) => {}
            }
        }
    }

    /// The bucket of an instant, counted from the day's first; the instant lies in the range.
    #[inline]
    fn bucket(&self, time: u32) -> u32 {
        if self.buckets.len() == 1 {
            return 0;
        }
        let instant = self.day.span().from + i64::from(time);
        to_u32(self.buckets.partition_point(|bucket| bucket.span.to <= instant))
    }

    fn collect(&self, add: &mut impl FnMut(Box<[Key]>, &super::Sums)) {
        for (codes, sums) in self.groups.iter() {
            let key = self.axes.iter().zip(codes).map(|(axis, code)| match axis {
                Axis::Bucket => Key::Bucket(to_u32(self.first_bucket) + code),
                Axis::Row(column) | Axis::Visit(column) => Key::Text(column.value(*code)),
            });
            add(key.collect(), sums);
        }
    }
}

/// Visits, rows and buckets are counted in `u32`: a day refuses more.
fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
