//! Everything a dashboard shows, planned as one set of queries and computed in one pass over the days.

mod result;

pub use result::{ComparedSeries, Dashboard, Panel, PanelRow, Panels, RangeEnds, Series, TimeSeries, Total, Totals};

use crate::dimension::{Dimension, Interval, VisitDimension};
use crate::engine::{BudgetError, Engine, Part, PartialCache, Plan};
use crate::error::QueryError;
use crate::metric::Metric;
use crate::query::{Filter, Include, PanelNames, Query};
use crate::time::{Range, Span};

/// Rows of a panel that the dashboard shows.
pub const PANEL_ROWS: u64 = 9;

/// What a dashboard is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DashboardOptions {
    /// The range.
    pub range: Range,
    /// The earlier range to compare with.
    pub comparison: Option<Range>,
    /// Filters, all of which must hold.
    pub filters: Vec<Filter>,
    /// Interval of the time series; by default that of `time`.
    pub interval: Option<Interval>,
    /// The panels to compute.
    pub panels: PanelNames,
    /// Rows of each panel.
    pub rows: u64,
    /// Milliseconds UTC: tells which bucket is not over yet.
    pub now: i64,
}

/// A checked dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DashboardQuery {
    options: DashboardOptions,
    interval: Interval,
    /// Totals, time series, earlier time series (if compared), then the panels.
    queries: Vec<Query>,
}

/// The panels' dimensions, in the order of [`Panels`].
const PANELS: [Dimension; 20] = [
    Dimension::Page,
    Dimension::Visit(VisitDimension::EntryPage),
    Dimension::Visit(VisitDimension::ExitPage),
    Dimension::Visit(VisitDimension::Channel),
    Dimension::Visit(VisitDimension::Source),
    Dimension::Visit(VisitDimension::Referrer),
    Dimension::Visit(VisitDimension::UtmSource),
    Dimension::Visit(VisitDimension::UtmMedium),
    Dimension::Visit(VisitDimension::UtmCampaign),
    Dimension::Visit(VisitDimension::UtmContent),
    Dimension::Visit(VisitDimension::UtmTerm),
    Dimension::Visit(VisitDimension::Country),
    Dimension::Visit(VisitDimension::Region),
    Dimension::Visit(VisitDimension::City),
    Dimension::Visit(VisitDimension::Language),
    Dimension::Visit(VisitDimension::Browser),
    Dimension::Visit(VisitDimension::Os),
    Dimension::Visit(VisitDimension::Device),
    Dimension::Visit(VisitDimension::Screen),
    Dimension::EventName,
];

impl DashboardQuery {
    /// Plans a dashboard.
    ///
    /// # Errors
    /// Those of [`crate::query::QueryBuilder::build`]: filters out of bounds, more buckets than allowed, rows outside 1 to the limit.
    pub fn new(options: DashboardOptions) -> Result<Self, QueryError> {
        let interval = options.interval.unwrap_or_else(|| options.range.interval());
        let mut queries = Vec::with_capacity(PANELS.len() + 3);
        let about = |range: Range| Query::builder(range).filters(options.filters.iter().cloned());

        let metrics = metrics(&options.filters);
        let mut totals = about(options.range).metrics(metrics.clone());
        if let Some(earlier) = options.comparison {
            totals = totals.compare_with(earlier);
        }
        queries.push(totals.build()?);
        for range in [Some(options.range), options.comparison].into_iter().flatten() {
            let series = about(range)
                .metrics(metrics.clone())
                .dimensions([Dimension::TimeBy(interval)])
                .include(Include { time_labels: true, empty_buckets: true, ..Include::default() });
            queries.push(series.build()?);
        }
        for dimension in PANELS.into_iter().filter(|dimension| options.panels.show(dimension)) {
            let panel = about(options.range)
                .metrics([Metric::Visitors, Metric::Percentage])
                .dimensions([dimension])
                .limit(options.rows.saturating_add(1)); // one may be left out
            queries.push(panel.build()?);
        }
        Ok(Self { options, interval, queries })
    }

    /// The instants that an answer needs: the days of these spans must be handed to the engine.
    pub fn spans(&self) -> Vec<Span> {
        [Some(self.options.range), self.options.comparison].into_iter().flatten().map(|range| range.span).collect()
    }

    /// What it was made of.
    pub fn options(&self) -> &DashboardOptions {
        &self.options
    }

    /// The interval of its time series.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// Its queries, to be answered together with others: [`DashboardQuery::assemble`] takes their answers.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Computes the dashboard in one pass over the parts.
    ///
    /// # Errors
    /// [`BudgetError`] when it takes more than the engine's budget.
    pub fn answer(&self, engine: &Engine, parts: &[Part], cache: &dyn PartialCache) -> Result<Dashboard, BudgetError> {
        Ok(self.assemble(engine.answer_plan(&Plan::new(&self.queries), parts, cache)?))
    }
}

/// The metrics of totals and series; views per visit has no meaning with a filter on pages.
fn metrics(filters: &[Filter]) -> Vec<Metric> {
    let pageless = |filter: &Filter| filter.all_conditions(&|condition| *condition.dimension() != Dimension::Page);
    let mut metrics = vec![
        Metric::Visitors,
        Metric::Visits,
        Metric::Pageviews,
        Metric::ViewsPerVisit,
        Metric::BounceRate,
        Metric::VisitDuration,
        Metric::Events,
    ];
    if !filters.iter().all(pageless) {
        metrics.retain(|metric| *metric != Metric::ViewsPerVisit);
    }
    metrics
}
