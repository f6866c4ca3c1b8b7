//! From queries to scans: what each day has to be looked through for. Equal filters and equal scans are shared.

use std::sync::Arc;

use crate::dimension::{Dimension, VisitDimension};
use crate::metric::Metric;
use crate::query::{Condition, Filter, Query, conjuncts};
use crate::time::{Bucket, Range, Span, buckets};

/// Everything a set of queries needs from a day.
#[derive(Debug, Default)]
pub struct Plan {
    filters: Vec<Vec<Filter>>,
    scans: Vec<Scan>,
    queries: Vec<QueryPlan>,
}

/// One grouping of one range.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) span: Span,
    /// The dimensions of the query, in its order.
    pub(crate) dimensions: Vec<Dimension>,
    /// Buckets of the time dimension; empty without one.
    pub(crate) buckets: Arc<[Bucket]>,
    /// Index of the filters that pick events.
    pub(crate) filter: usize,
    /// Index of the filters on `event:page`, read as the entry page: what bounce rates are limited to.
    pub(crate) entry_filter: Option<usize>,
    pub(crate) needs: Needs,
}

/// Which accumulators are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) events: bool,
    pub(crate) visits: bool,
    pub(crate) engagement: bool,
}

/// The scans that answer one query.
#[derive(Debug)]
pub(crate) struct QueryPlan {
    pub(crate) current: usize,
    /// The visitors without dimensions that `percentage` is of.
    pub(crate) total: Option<usize>,
    pub(crate) previous: Option<PreviousPlan>,
}

#[derive(Debug)]
pub(crate) struct PreviousPlan {
    pub(crate) scan: usize,
    pub(crate) total: Option<usize>,
}

impl Scan {
    /// Whether it groups by page: visit metrics are then those of visits that entered there.
    pub(crate) fn by_page(&self) -> bool {
        self.dimensions.contains(&Dimension::Page)
    }
}

impl Plan {
    /// Plans the queries together.
    pub fn new(queries: &[Query]) -> Self {
        let mut plan = Self::default();
        for query in queries {
            let planned = plan.query(query);
            plan.queries.push(planned);
        }
        plan
    }

    pub(crate) fn scans(&self) -> &[Scan] {
        &self.scans
    }

    pub(crate) fn filters(&self) -> &[Vec<Filter>] {
        &self.filters
    }

    pub(crate) fn queries(&self) -> &[QueryPlan] {
        &self.queries
    }

    fn query(&mut self, query: &Query) -> QueryPlan {
        let current = self.scan_of(query, query.range());
        let total = self.total_of(query, query.range());
        let previous = query
            .comparison()
            .map(|range| PreviousPlan { scan: self.scan_of(query, range), total: self.total_of(query, range) });
        QueryPlan { current, total, previous }
    }

    fn scan_of(&mut self, query: &Query, range: &Range) -> usize {
        let mut filters = query.filters().to_vec();
        filters.extend(visit_hostnames(query));
        let filter = self.filter(filters);
        let entry: Vec<Filter> = conjuncts(query.filters())
            .into_iter()
            .filter(|filter| filter.is_of_page())
            .map(|filter| filter.of(VisitDimension::EntryPage))
            .collect();
        let entry_filter = (!entry.is_empty()).then(|| self.filter(entry));
        let by_page = query.dimensions().contains(&Dimension::Page);
        let any = |test: fn(Metric) -> bool| query.metrics().iter().copied().any(test);
        self.scan(Scan {
            span: range.span,
            dimensions: query.dimensions().to_vec(),
            buckets: query.interval().map_or_else(|| Arc::from([]), |interval| buckets(range, interval).into()),
            filter,
            entry_filter,
            needs: Needs {
                events: by_page || any(|metric| !metric.is_of_visits() && !metric.is_of_engagement()),
                visits: any(Metric::is_of_visits),
                engagement: any(Metric::is_of_engagement),
            },
        })
    }

    fn total_of(&mut self, query: &Query, range: &Range) -> Option<usize> {
        if !query.metrics().contains(&Metric::Percentage) {
            return None;
        }
        let filter = self.filter(query.filters().to_vec());
        Some(self.scan(Scan {
            span: range.span,
            dimensions: Vec::new(),
            buckets: Arc::from([]),
            filter,
            entry_filter: None,
            needs: Needs { events: true, ..Needs::default() },
        }))
    }

    fn filter(&mut self, filters: Vec<Filter>) -> usize {
        position_or_push(&mut self.filters, filters)
    }

    fn scan(&mut self, scan: Scan) -> usize {
        position_or_push(&mut self.scans, scan)
    }
}

fn position_or_push<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|other| *other == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// With a visit dimension, an `event:hostname` filter holds for the entry hostname too, with an exit dimension for the exit
/// hostname: a visit that crosses hostnames is otherwise shown with what brought it to another one.
fn visit_hostnames(query: &Query) -> Vec<Filter> {
    let of_visits = query.dimensions().iter().filter_map(|dimension| match dimension {
        Dimension::Visit(visit) if visit.is_of_exit() => Some(VisitDimension::ExitPageHostname),
        Dimension::Visit(_) => Some(VisitDimension::EntryPageHostname),
        _ => None,
    });
    let mut hostnames: Vec<VisitDimension> = Vec::new();
    for dimension in of_visits {
        if !hostnames.contains(&dimension) {
            hostnames.push(dimension);
        }
    }
    let is_of_hostname = |condition: &Condition| *condition.dimension() == Dimension::Hostname;
    let conditions = query
        .filters()
        .iter()
        .filter(|filter| matches!(filter, Filter::Condition(condition) if is_of_hostname(condition)));
    conditions.flat_map(|filter| hostnames.iter().map(|dimension| filter.of(*dimension))).collect()
}
