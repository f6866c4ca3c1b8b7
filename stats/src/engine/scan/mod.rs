//! The pass over one day: a column at a time where a question allows it, rows where it must be.
//!
//! What questions share is computed once: filters become a [`selection::Selection`], a selection within a window
//! [`matches::Matches`].

mod engagement;
mod events;
mod grouping;
mod matches;
mod selection;
mod tables;
mod visited;
mod visitors;
mod visits;

use std::rc::Rc;
use std::sync::Arc;

use super::budget::{BudgetError, Meter, Stop};
use super::needs::{Need, Needs, Sums};
use super::part_query::{Asked, PartQuery};
use super::partial::{Partial, PartialBuilder};
use crate::day::Day;
use crate::dimension::Dimension;
use crate::query::Filter;
use crate::time::Span;
use grouping::Grouping;
use matches::Matches;
use selection::Selection;

/// Bytes that a group of several dimensions takes at least, while a day is scanned.
const GROUP_BYTES: usize = 64;

/// Answers questions about a day.
pub(super) fn scan_day(day: &Day, queries: &[PartQuery], meter: &Meter) -> Result<Vec<Partial>, BudgetError> {
    let mut scan = DayScan { day, stop: meter.stop(), selections: Vec::new(), matches: Vec::new() };
    queries.iter().map(|query| scan.answer(query.asked(), meter)).collect()
}

/// What has been computed for a day so far.
struct DayScan<'d> {
    day: &'d Day,
    stop: &'d Stop,
    selections: Vec<(Arc<[Filter]>, Rc<Selection>)>,
    matches: Vec<(Within, Rc<Matches>)>,
}

/// Filters and a window.
type Within = (Arc<[Filter]>, Option<Span>);

impl DayScan<'_> {
    fn answer(&mut self, asked: &Asked, meter: &Meter) -> Result<Partial, BudgetError> {
        let needs = asked.needs;
        let matches = self.matches(&asked.filters, asked.window);
        let entered = asked.entry_filters.as_ref().map(|filters| self.selection(filters));
        // What was stopped on the way may have passed over texts: it is no answer, and nothing of it is remembered.
        meter.check_time()?;
        let limit = meter.left() / GROUP_BYTES;
        let mut grouping = Grouping::new(self.day, &asked.dimensions, &asked.bucket_ends, limit);
        if let ([axis], true) = (grouping.axes(), needs == Needs::default().with(Need::Visitors))
            && let Some(visitors) = visitors::count(self.day, &matches, axis)
        {
            let mut partial = PartialBuilder::new(grouping.values(), needs);
            partial.add_values(&visitors);
            return finished(partial, asked, meter);
        }
        let counted = (needs.has(Need::Visitors) || needs.has(Need::Events))
            .then(|| events::count(self.day, &matches, &mut grouping));
        let by_page = asked.dimensions.contains(&Dimension::Page);
        let measured = needs.has_visits().then(|| {
            let entered = entered.as_ref().map(|entered| &*entered.visits);
            visits::measure(self.day, &matches, entered, &mut grouping, by_page)
        });
        let engaged = needs.has(Need::Engagement).then(|| engagement::measure(self.day, &matches, &mut grouping));
        if grouping.is_full() {
            return Err(meter.exceeded(&asked.dimensions));
        }
        let mut partial = PartialBuilder::new(grouping.values(), needs);
        grouping.each(|group, codes| {
            let mut sums = Sums::default();
            if let Some(counted) = &counted {
                let counted = counted.get(group);
                sums.visitors = counted.visitors.into();
                sums.events = counted.events.into();
                sums.pageviews = counted.pageviews.into();
            }
            if let Some(measured) = &measured {
                let measured = measured.get(group);
                sums.visits = measured.visits.into();
                sums.measured_visits = measured.measured.into();
                sums.duration_ms = measured.duration_ms;
                sums.visit_pageviews = measured.pageviews;
                sums.bounce_visits = measured.bounce_visits.into();
                sums.bounces = measured.bounces.into();
            }
            if let Some(engaged) = &engaged {
                let engaged = engaged.get(group);
                sums.engaged_ms = engaged.engaged_ms;
                sums.engaged_visits = engaged.visits.into();
                sums.scroll_depth = engaged.scroll_depth;
                sums.scrolled_pages = engaged.pages.into();
            }
            partial.add(codes, sums);
        });
        finished(partial, asked, meter)
    }

    fn matches(&mut self, filters: &Arc<[Filter]>, window: Option<Span>) -> Rc<Matches> {
        let within = (Arc::clone(filters), window);
        if let Some((_, matches)) = self.matches.iter().find(|(known, _)| *known == within) {
            return Rc::clone(matches);
        }
        let selection = self.selection(filters);
        let matches = Rc::new(Matches::of(self.day, &selection, window));
        self.matches.push((within, Rc::clone(&matches)));
        matches
    }

    fn selection(&mut self, filters: &Arc<[Filter]>) -> Rc<Selection> {
        if let Some((_, selection)) = self.selections.iter().find(|(known, _)| known == filters) {
            return Rc::clone(selection);
        }
        let selection = Rc::new(Selection::of(self.day, filters, self.stop));
        self.selections.push((Arc::clone(filters), Rc::clone(&selection)));
        selection
    }
}

fn finished(partial: PartialBuilder, asked: &Asked, meter: &Meter) -> Result<Partial, BudgetError> {
    let partial = partial.finish();
    meter.hold(partial.bytes(), &asked.dimensions)?;
    Ok(partial)
}

/// Visits, rows and positions are counted in `u32`: a day is refused more.
fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
