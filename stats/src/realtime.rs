//! What happens right now: who is online, and the last half hour by minutes.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::dashboard::PanelRow;
use crate::day::{Column, Day, Level, RowKind};
use crate::dimension::{Dimension, VisitDimension};
use crate::number::{Number, ratio};
use crate::time::{MINUTE, Span};

/// Whoever had an event in this time, in milliseconds, is online.
pub const ONLINE: i64 = 5 * MINUTE;

/// Minutes that [`realtime`] tells about.
pub const MINUTES: usize = 30;

/// The last half hour of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Realtime {
    /// Distinct visitors with an event, engagement included, in the last 5 minutes.
    pub online: u64,
    /// The last 30 minutes, oldest first; the last is the one that holds now.
    pub minutes: Vec<Minute>,
    /// Pages by visitors in these minutes, most first.
    pub pages: Vec<PanelRow>,
    /// Sources by visitors in these minutes, most first.
    pub sources: Vec<PanelRow>,
}

/// One minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Minute {
    /// Its first instant, milliseconds UTC.
    pub minute: i64,
    /// Distinct visitors with an event, engagement not counted.
    pub visitors: u64,
    /// Pageviews.
    pub pageviews: u64,
}

/// Distinct visitors with any event, engagement included, from `since` on up to and including `now` (milliseconds UTC). At a local midnight a
/// visitor who stays counts for both days.
pub fn online(days: &[Arc<Day>], since: i64, now: i64) -> u64 {
    let span = Span { from: since, to: now.saturating_add(1) };
    days.iter().filter(|day| day.span().overlaps(span)).map(|day| online_of_day(day, span)).sum()
}

fn online_of_day(day: &Day, span: Span) -> u64 {
    let instant = |time: u32| day.span().from + i64::from(time);
    let mut active = vec![false; day.visitor_count()];
    let (rows, visits) = (day.row_columns(), day.visit_columns());
    for visit in (0..day.visits()).filter(|visit| day.visit_span(*visit).overlaps(span)) {
        let rows = visits.rows(visit).map(|row| rows.time[row]);
        if rows.into_iter().any(|time| span.contains(instant(time))) {
            active[visits.visitor[visit] as usize] = true;
        }
    }
    for (visitor, time) in day.orphans() {
        if span.contains(instant(*time)) {
            active[*visitor as usize] = true;
        }
    }
    active.into_iter().map(u64::from).sum()
}

/// The last half hour up to and including `now` (milliseconds UTC). `days` must hold those that overlap it; `rows` limits pages and sources.
pub fn realtime(days: &[Arc<Day>], now: i64, rows: usize) -> Realtime {
    let this_minute = now - now.rem_euclid(MINUTE);
    let mut minutes: Vec<Minute> = (0..MINUTES)
        .zip(0i64..)
        .map(|(_, index)| this_minute - 29 * MINUTE + index * MINUTE)
        .map(|minute| Minute { minute, visitors: 0, pageviews: 0 })
        .collect();
    let span = Span { from: this_minute - 29 * MINUTE, to: now.saturating_add(1) };
    let mut pages = Tally::default();
    let mut sources = Tally::default();
    for day in days.iter().filter(|day| day.span().overlaps(span)) {
        count_minutes(day, span, &mut minutes);
        pages.add(day, span, &Dimension::Page);
        sources.add(day, span, &VisitDimension::Source.into());
    }
    Realtime {
        online: online(days, now.saturating_sub(ONLINE), now),
        minutes,
        pages: pages.rows(Dimension::Page.blank_label(), rows),
        sources: sources.rows(Dimension::Visit(VisitDimension::Source).blank_label(), rows),
    }
}

fn count_minutes(day: &Day, span: Span, minutes: &mut [Minute]) {
    let mut last_visitor = vec![u32::MAX; minutes.len()];
    recent(day, span, |visit, _, kind, instant| {
        let Ok(index) = usize::try_from((instant - span.from) / MINUTE) else {
            return;
        };
        let visitor = day.visit_columns().visitor[visit];
        minutes[index].pageviews += u64::from(kind == RowKind::Pageview);
        if last_visitor[index] != visitor {
            last_visitor[index] = visitor;
            minutes[index].visitors += 1;
        }
    });
}

/// Calls back with visit, row, kind and instant of the counted events in a span.
fn recent(day: &Day, span: Span, mut each: impl FnMut(usize, usize, RowKind, i64)) {
    let (rows, visits) = (day.row_columns(), day.visit_columns());
    for visit in (0..day.visits()).filter(|visit| day.visit_span(*visit).overlaps(span)) {
        for row in visits.rows(visit) {
            let instant = day.span().from + i64::from(rows.time[row]);
            if rows.kind[row].counts() && span.contains(instant) {
                each(visit, row, rows.kind[row], instant);
            }
        }
    }
}

/// Distinct visitors by the values of a dimension.
#[derive(Default)]
struct Tally {
    total: u64,
    visitors: HashMap<String, u64>,
}

impl Tally {
    fn add(&mut self, day: &Day, span: Span, dimension: &Dimension) {
        let Some(column) = day.column(dimension) else {
            return;
        };
        let mut last_visitor = vec![u32::MAX; column.distinct()];
        let mut visitors = vec![0; column.distinct()];
        let mut last = u32::MAX;
        recent(day, span, |visit, row, _, _| {
            let visitor = day.visit_columns().visitor[visit];
            let code = code(&column, visit, row);
            if last_visitor[code] != visitor {
                last_visitor[code] = visitor;
                visitors[code] += 1;
            }
            self.total += u64::from(last != visitor);
            last = visitor;
        });
        for (code, visitors) in (0..).zip(visitors).filter(|(_, visitors)| *visitors > 0) {
            *self.visitors.entry(column.dictionary.text(code).to_owned()).or_default() += visitors;
        }
    }

    fn rows(self, blank: &str, limit: usize) -> Vec<PanelRow> {
        let label = |value: &str| {
            if value.is_empty() { blank.to_owned() } else { value.to_owned() }
        };
        let mut groups: Vec<(String, u64)> =
            self.visitors.iter().map(|(value, visitors)| (label(value), *visitors)).collect();
        groups.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        groups.truncate(limit);
        let row = |(value, visitors)| PanelRow {
            value,
            name: None,
            visitors: Number::count(visitors),
            share: Number::Hundredths(ratio(visitors, 10_000, self.total).unwrap_or(0)),
        };
        groups.into_iter().map(row).collect()
    }
}

fn code(column: &Column<'_>, visit: usize, row: usize) -> usize {
    let index = if column.level == Level::Visit { visit } else { row };
    column.codes.at(index) as usize
}
