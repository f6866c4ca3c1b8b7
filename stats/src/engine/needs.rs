//! The sums behind metrics: which of them a question needs, and in which order they are kept.

use crate::metric::Metric;
use crate::query::Query;

/// Sums that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Distinct visitors with a matching event.
    Visitors,
    /// Matching events, and pageviews among them.
    Events,
    /// Visits.
    Visits,
    /// Durations and pageviews of whole visits.
    Measured,
    /// Bounces.
    Bounces,
    /// Engaged time and scroll depth.
    Engagement,
}

impl Need {
    const ALL: [Self; 6] =
        [Self::Visitors, Self::Events, Self::Visits, Self::Measured, Self::Bounces, Self::Engagement];
}

/// A set of [`Need`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Needs(u8);

impl Needs {
    /// What the metrics of a query are computed from, and what tells whether a row exists.
    pub(crate) fn of(query: &Query, by_page: bool) -> Self {
        let needs = query.metrics().iter().fold(Self::default(), |needs, metric| match metric {
            Metric::Visitors | Metric::Percentage => needs.with(Need::Visitors),
            Metric::Pageviews | Metric::Events => needs.with(Need::Events),
            Metric::Visits | Metric::ExitRate => needs.with(Need::Visits),
            Metric::ViewsPerVisit | Metric::VisitDuration => needs.with(Need::Measured),
            Metric::BounceRate => needs.with(Need::Bounces),
            Metric::ScrollDepth | Metric::TimeOnPage => needs.with(Need::Engagement),
            Metric::ConversionRate | Metric::GroupConversionRate | Metric::AverageRevenue | Metric::TotalRevenue => {
                needs
            }
        });
        // By page a row exists where there is an event; and a rate of bounces exists where there is a visit.
        let needs = if by_page && !needs.has(Need::Visitors) { needs.with(Need::Events) } else { needs };
        if needs.has(Need::Bounces) { needs.with(Need::Measured) } else { needs }
    }

    /// The set and one more.
    pub(crate) fn with(self, need: Need) -> Self {
        Self(self.0 | 1 << need as u8)
    }

    /// Both sets.
    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is in the set.
    pub(crate) fn has(self, need: Need) -> bool {
        self.0 & 1 << need as u8 != 0
    }

    /// Whether something about whole visits is in the set.
    pub(crate) fn has_visits(self) -> bool {
        self.has(Need::Visits) || self.has(Need::Measured) || self.has(Need::Bounces)
    }

    /// The sums to keep, in their order.
    pub(crate) fn measures(self) -> Vec<Measure> {
        Need::ALL.into_iter().filter(|need| self.has(*need)).flat_map(Measure::of).copied().collect()
    }
}

/// One sum. They add up across days, and across whatever else contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Visitors,
    Events,
    Pageviews,
    Visits,
    MeasuredVisits,
    DurationMs,
    VisitPageviews,
    BounceVisits,
    Bounces,
    EngagedMs,
    EngagedVisits,
    ScrollDepth,
    ScrolledPages,
}

impl Measure {
    fn of(need: Need) -> &'static [Self] {
        match need {
            Need::Visitors => &[Self::Visitors],
            Need::Events => &[Self::Events, Self::Pageviews],
            Need::Visits => &[Self::Visits],
            Need::Measured => &[Self::MeasuredVisits, Self::DurationMs, Self::VisitPageviews],
            Need::Bounces => &[Self::BounceVisits, Self::Bounces],
            Need::Engagement => &[Self::EngagedMs, Self::EngagedVisits, Self::ScrollDepth, Self::ScrolledPages],
        }
    }
}

/// The sums of one group; those that nobody needs are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Distinct visitors with a matching event, a day.
    pub(crate) visitors: u64,
    /// Matching pageviews and custom events.
    pub(crate) events: u64,
    /// Matching pageviews.
    pub(crate) pageviews: u64,
    /// Visits.
    pub(crate) visits: u64,
    /// Visits that `duration_ms` and `visit_pageviews` are of.
    pub(crate) measured_visits: u64,
    /// Milliseconds from first event to last activity.
    pub(crate) duration_ms: u64,
    /// Pageviews of whole visits.
    pub(crate) visit_pageviews: u64,
    /// Visits that `bounces` are of.
    pub(crate) bounce_visits: u64,
    /// Visits that bounced.
    pub(crate) bounces: u64,
    /// Engaged milliseconds.
    pub(crate) engaged_ms: u64,
    /// Visits with engaged time.
    pub(crate) engaged_visits: u64,
    /// Deepest scroll of each visit and page, added.
    pub(crate) scroll_depth: u64,
    /// Visits and pages with a scroll depth.
    pub(crate) scrolled_pages: u64,
}

impl Sums {
    /// Out of values in the order of the measures.
    pub(crate) fn read(measures: &[Measure], values: &[u64]) -> Self {
        let mut sums = Self::default();
        for (measure, value) in measures.iter().zip(values) {
            *sums.of(*measure) = *value;
        }
        sums
    }

    /// The sum of a measure.
    pub(crate) fn of(&mut self, measure: Measure) -> &mut u64 {
        match measure {
            Measure::Visitors => &mut self.visitors,
            Measure::Events => &mut self.events,
            Measure::Pageviews => &mut self.pageviews,
            Measure::Visits => &mut self.visits,
            Measure::MeasuredVisits => &mut self.measured_visits,
            Measure::DurationMs => &mut self.duration_ms,
            Measure::VisitPageviews => &mut self.visit_pageviews,
            Measure::BounceVisits => &mut self.bounce_visits,
            Measure::Bounces => &mut self.bounces,
            Measure::EngagedMs => &mut self.engaged_ms,
            Measure::EngagedVisits => &mut self.engaged_visits,
            Measure::ScrollDepth => &mut self.scroll_depth,
            Measure::ScrolledPages => &mut self.scrolled_pages,
        }
    }
}
