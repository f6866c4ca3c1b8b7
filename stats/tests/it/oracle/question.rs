//! Metrics by looking through all events for each number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use haru_stats::time::Range;
use haru_stats::{Condition, Dimension, EventKind, Filter, Metric, Number, Query, VisitDimension};

use super::matching::{blank_label, entry_passes, page_filters, passes, value, visit_value};
use super::series::{Place, bucket, buckets};
use super::visits::{Visit, World, counts};

pub(super) type Key = Vec<Place>;

/// One range of a query.
pub(super) struct Question<'w> {
    world: &'w World<'w>,
    pub(super) query: &'w Query,
    pub(super) range: &'w Range,
    filters: Vec<Filter>,
}

impl<'w> Question<'w> {
    pub(super) fn new(world: &'w World<'w>, query: &'w Query, range: &'w Range) -> Self {
        let mut filters = query.filters().to_vec();
        for dimension in query.dimensions() {
            let Dimension::Visit(dimension) = dimension else {
                continue;
            };
            let exit = matches!(dimension, VisitDimension::ExitPage | VisitDimension::ExitPageHostname);
            let hostname = if exit { VisitDimension::ExitPageHostname } else { VisitDimension::EntryPageHostname };
            for filter in query.filters() {
                if let Filter::Condition(condition) = filter
                    && *condition.dimension() == Dimension::Hostname
                {
                    let same = Condition::with_case(
                        hostname.into(),
                        condition.operator(),
                        condition.clauses().to_vec(),
                        condition.case_sensitive(),
                    );
                    filters.push(same.expect("a condition").into());
                }
            }
        }
        Self { world, query, range, filters }
    }

    fn by(&self, dimension: &Dimension) -> bool {
        self.query.dimensions().contains(dimension)
    }

    fn part(&self, dimension: &Dimension, instant: i64, value: impl Fn() -> String) -> Place {
        if let Dimension::TimeBy(interval) = dimension {
            return bucket(instant, *interval, self.range);
        }
        let value = value();
        (0, if value.is_empty() { blank_label(&dimension.to_string()).to_owned() } else { value })
    }

    /// The row that an event belongs to, at its own instant or at that of its visit's start.
    fn key(&self, visit: &Visit, event: usize, instant: i64) -> Key {
        let dimensions = self.query.dimensions().iter();
        dimensions
            .map(|dimension| self.part(dimension, instant, || value(self.world, visit, event, dimension)))
            .collect()
    }

    /// The row that a visit belongs to: that of its entry page where rows are pages.
    fn visit_key(&self, visit: &Visit) -> Key {
        let of_visit = |dimension: &Dimension| match dimension {
            Dimension::Page => visit_value(self.world, visit, VisitDimension::EntryPage),
            Dimension::Hostname => visit_value(self.world, visit, VisitDimension::EntryPageHostname),
            other => value(self.world, visit, visit.events[0], other),
        };
        let dimensions = self.query.dimensions().iter();
        dimensions.map(|dimension| self.part(dimension, self.world.start(visit), || of_visit(dimension))).collect()
    }

    fn in_range(&self, instant: i64) -> bool {
        self.range.span.from <= instant && instant < self.range.span.to
    }

    /// Matching events in the range with their visits.
    fn events(&self) -> Vec<(&Visit, usize)> {
        let of_visit = |visit: &'w Visit| self.world.counted(visit).map(move |event| (visit, event));
        let all = self.world.visits.iter().flat_map(of_visit);
        all.filter(|(visit, event)| {
            self.in_range(self.world.events[*event].ts) && passes(self.world, visit, *event, &self.filters)
        })
        .collect()
    }

    fn engagement(&self) -> Vec<(&Visit, usize)> {
        let of_visit = |visit: &'w Visit| visit.events.iter().map(move |event| (visit, *event));
        let all = self.world.visits.iter().flat_map(of_visit);
        all.filter(|(visit, index)| {
            let event = &self.world.events[*index];
            !counts(event) && self.in_range(event.ts) && passes(self.world, visit, *index, &self.filters)
        })
        .collect()
    }

    /// Visits that start in the range and hold a matching event.
    fn visits(&self) -> Vec<&Visit> {
        let holds =
            |visit: &&Visit| self.world.counted(visit).any(|event| passes(self.world, visit, event, &self.filters));
        self.world.visits.iter().filter(|visit| self.in_range(self.world.start(visit))).filter(holds).collect()
    }

    fn entered(&self, visit: &Visit) -> bool {
        let page = visit_value(self.world, visit, VisitDimension::EntryPage);
        page_filters(self.query.filters()).into_iter().all(|filter| entry_passes(filter, &page))
    }

    /// Visits that bounces are measured over, in a row.
    pub(super) fn bounce_visits(&self, key: &Key) -> Vec<&Visit> {
        self.visits().into_iter().filter(|visit| self.visit_key(visit) == *key && self.entered(visit)).collect()
    }

    /// Visits that durations are measured over, in a row.
    fn timed_visits(&self, key: &Key) -> Vec<&Visit> {
        let by_page = self.by(&Dimension::Page);
        let mut visits = self.visits();
        visits.retain(|visit| self.visit_key(visit) == *key && (!by_page || self.entered(visit)));
        visits
    }

    /// Rows that visits are counted in: with pages, each page they have a matching event on.
    fn visited(&self, visit: &Visit) -> BTreeSet<Key> {
        if !self.by(&Dimension::Page) {
            return BTreeSet::from([self.visit_key(visit)]);
        }
        let matching = self.world.counted(visit).filter(|event| passes(self.world, visit, *event, &self.filters));
        matching.map(|event| self.key(visit, event, self.world.start(visit))).collect()
    }

    /// Milliseconds of each visit with engaged time.
    fn engaged_visits(&self, key: Option<&Key>) -> BTreeMap<Key, BTreeMap<(NaiveDate, i64, usize), i64>> {
        let mut sums: BTreeMap<Key, BTreeMap<_, i64>> = BTreeMap::new();
        for (visit, event) in self.engagement() {
            let added = self.world.engaged(visit, event);
            let row = self.key(visit, event, self.world.events[event].ts);
            if added > 0 && key.is_none_or(|key| *key == row) {
                let id = (visit.day, visit.visitor, visit.events[0]);
                *sums.entry(row).or_default().entry(id).or_default() += added;
            }
        }
        sums
    }

    /// Deepest scroll of each visit and page.
    fn scrolled(&self) -> BTreeMap<Key, BTreeMap<(usize, String), u8>> {
        let mut deepest: BTreeMap<Key, BTreeMap<_, u8>> = BTreeMap::new();
        for (visit, index) in self.engagement() {
            let event = &self.world.events[index];
            if let Some(depth) = event.scroll_depth {
                let row = deepest.entry(self.key(visit, index, event.ts)).or_default();
                let known = row.entry((visit.events[0], event.page.to_owned())).or_default();
                *known = depth.max(*known);
            }
        }
        deepest
    }

    /// The keys of all rows.
    pub(super) fn keys(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        let by_page = self.by(&Dimension::Page);
        for metric in self.query.metrics() {
            match metric {
                Metric::TimeOnPage => keys.extend(self.engaged_visits(None).into_keys()),
                Metric::ScrollDepth => keys.extend(self.scrolled().into_keys()),
                Metric::Visits | Metric::ExitRate => {
                    keys.extend(self.visits().into_iter().flat_map(|visit| self.visited(visit)));
                }
                Metric::BounceRate | Metric::VisitDuration | Metric::ViewsPerVisit if !by_page => {
                    keys.extend(self.visits().into_iter().map(|visit| self.visit_key(visit)));
                }
                _ => keys.extend(self.event_keys()),
            }
        }
        if by_page {
            keys.extend(self.event_keys());
        }
        let filled = self.query.comparison().is_some() || self.query.include().empty_buckets;
        match self.query.dimensions() {
            [] => {
                keys.insert(Vec::new());
            }
            [Dimension::TimeBy(interval)] if filled => {
                keys.extend(buckets(*interval, self.range).into_iter().map(|place| vec![place]));
            }
            _ => {}
        }
        keys
    }

    fn event_keys(&self) -> Vec<Key> {
        let key = |(visit, event): (&Visit, usize)| self.key(visit, event, self.world.events[event].ts);
        self.events().into_iter().map(key).collect()
    }

    fn metric(&self, metric: Metric, key: &Key) -> Number {
        let events = || {
            let mut events = self.events();
            events.retain(|(visit, event)| self.key(visit, *event, self.world.events[*event].ts) == *key);
            events
        };
        match metric {
            Metric::Visitors => whole(distinct(&events())),
            Metric::Events => whole(events().len()),
            Metric::Pageviews => whole(
                events().iter().filter(|(_, event)| self.world.events[*event].kind == EventKind::Pageview).count(),
            ),
            Metric::Visits => {
                whole(self.visits().into_iter().filter(|visit| self.visited(visit).contains(key)).count())
            }
            Metric::ViewsPerVisit => {
                let visits = self.timed_visits(key);
                let views: usize = visits.iter().map(|visit| self.world.pageviews(visit)).sum();
                Number::Hundredths(rounded(views * 100, visits.len()).unwrap_or(0))
            }
            Metric::BounceRate => {
                let visits = self.bounce_visits(key);
                let bounces = visits.iter().filter(|visit| self.world.bounced(visit)).count();
                Number::Whole(rounded(bounces * 100, visits.len()).unwrap_or(0))
            }
            Metric::VisitDuration => {
                let visits = self.timed_visits(key);
                let sum: i64 = visits.iter().map(|visit| self.world.duration(visit)).sum();
                Number::Whole(rounded(size(sum), visits.len() * 1000).unwrap_or(0))
            }
            Metric::Percentage => {
                let all = Question {
                    world: self.world,
                    query: self.query,
                    range: self.range,
                    filters: self.query.filters().to_vec(),
                };
                Number::Hundredths(rounded(distinct(&events()) * 10_000, distinct(&all.events())).unwrap_or(0))
            }
            Metric::ExitRate => {
                let page = &key[0].1;
                let visits = self.visits().into_iter().filter(|visit| self.visit_key(visit) == *key).count();
                let filters = self.query.filters().to_vec();
                let all = Question { world: self.world, query: self.query, range: self.range, filters };
                let views = all.events().into_iter().filter(|(visit, event)| {
                    let of = self.part(&Dimension::Page, 0, || value(self.world, visit, *event, &Dimension::Page)).1;
                    self.world.events[*event].kind == EventKind::Pageview && of == *page
                });
                rounded(visits * 100, views.count()).map_or(Number::Null, Number::Whole)
            }
            Metric::TimeOnPage => {
                let visits = self.engaged_visits(Some(key)).remove(key).unwrap_or_default();
                let sum: i64 = visits.values().sum();
                rounded(size(sum), visits.len() * 1000).map_or(Number::Null, Number::Whole)
            }
            Metric::ScrollDepth => {
                let depths = self.scrolled().remove(key).unwrap_or_default();
                let sum: usize = depths.values().map(|depth| usize::from(*depth)).sum();
                rounded(sum, depths.len()).map_or(Number::Null, Number::Whole)
            }
            other => unreachable!("{other} is refused"),
        }
    }

    pub(super) fn metrics(&self, key: &Key) -> Vec<Number> {
        self.query.metrics().iter().map(|metric| self.metric(*metric, key)).collect()
    }
}

fn distinct(events: &[(&Visit, usize)]) -> usize {
    events.iter().map(|(visit, _)| (visit.day, visit.visitor)).collect::<BTreeSet<_>>().len()
}

pub(super) fn size(value: i64) -> usize {
    usize::try_from(value).expect("not negative")
}

fn whole(count: usize) -> Number {
    Number::Whole(i64::try_from(count).expect("a small count"))
}

/// Half up.
fn rounded(numerator: usize, denominator: usize) -> Option<i64> {
    let doubled = (numerator * 2 + denominator).checked_div(denominator * 2)?;
    Some(i64::try_from(doubled).expect("a small number"))
}
