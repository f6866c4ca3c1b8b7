//! From queries to scans: what the parts have to be asked. Equal filters and equal scans are shared.

use std::sync::Arc;

use super::needs::{Need, Needs};
use super::part_query::{Asked, PartQuery};
use crate::dimension::{Dimension, VisitDimension};
use crate::metric::Metric;
use crate::query::{Condition, Filter, Query, conjuncts};
use crate::time::{Bucket, Range, Span, buckets};

/// Everything a set of queries needs.
#[derive(Debug, Default)]
pub struct Plan {
    filters: Vec<Arc<[Filter]>>,
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
    /// The filters that pick events.
    pub(crate) filters: Arc<[Filter]>,
    /// The filters on `event:page`, read as the entry page: what bounce rates are limited to.
    pub(crate) entry_filters: Option<Arc<[Filter]>>,
    pub(crate) needs: Needs,
    /// What a part is asked that lies within the range and within one bucket.
    whole: Option<PartQuery>,
}

/// What a scan asks of one part, and where in the scan's groups the answer belongs.
pub(crate) struct ScanOfPart {
    pub(crate) query: PartQuery,
    /// The bucket of all that the part contributes, or of the first of its buckets.
    pub(crate) first_bucket: u32,
}

/// The scans that answer one query.
#[derive(Debug)]
pub(crate) struct QueryPlan {
    pub(crate) query: Query,
    pub(crate) current: RangePlan,
    pub(crate) previous: Option<RangePlan>,
    /// All that matches in the range, for explaining.
    pub(crate) matched: Option<usize>,
}

/// The scans of one range of a query.
#[derive(Debug)]
pub(crate) struct RangePlan {
    pub(crate) scan: usize,
    /// The visitors without dimensions that `percentage` is of.
    pub(crate) total: Option<usize>,
    /// The pageviews by page that `exit_rate` is of.
    pub(crate) pageviews: Option<usize>,
}

impl Scan {
    /// Whether it groups by page: visit metrics are then those of visits that entered there.
    pub(crate) fn by_page(&self) -> bool {
        self.dimensions.contains(&Dimension::Page)
    }

    /// What a part of these instants is asked; `None` when it has nothing of the range.
    pub(crate) fn of_part(&self, part: Span) -> Option<ScanOfPart> {
        if !self.span.overlaps(part) {
            return None;
        }
        let first = self.buckets.partition_point(|bucket| bucket.span.to <= part.from);
        let after = self.buckets.partition_point(|bucket| bucket.span.from < part.to);
        let buckets = &self.buckets[first..after.max(first)];
        let first_bucket = u32::try_from(first).unwrap_or(u32::MAX);
        let one = buckets.len() < 2;
        if let Some(query) = self.whole.as_ref().filter(|_| one && self.span.covers(part)) {
            return Some(ScanOfPart { query: query.clone(), first_bucket });
        }
        let window = Span { from: self.span.from - part.from, to: self.span.to - part.from };
        let length = part.to - part.from;
        let window = Span { from: window.from.max(0), to: window.to.min(length) };
        let last = buckets.len().saturating_sub(1);
        let query = self.asked(
            (!self.span.covers(part)).then_some(window),
            buckets[..last].iter().map(|bucket| bucket.span.to - part.from).collect(),
        );
        Some(ScanOfPart { query, first_bucket })
    }

    fn asked(&self, window: Option<Span>, bucket_ends: Vec<i64>) -> PartQuery {
        let timeless = bucket_ends.is_empty();
        let dimensions = self.dimensions.iter().filter(|dimension| !timeless || !dimension.is_time());
        PartQuery::new(Asked {
            dimensions: dimensions.cloned().collect(),
            bucket_ends,
            window,
            filters: Arc::clone(&self.filters),
            entry_filters: self.entry_filters.clone(),
            needs: self.needs,
        })
    }

    /// Whether one scan can serve where the other is asked for, given both needs.
    fn is_like(&self, other: &Self) -> bool {
        let entries = self.entry_filters == other.entry_filters
            || !self.needs.has(Need::Bounces)
            || !other.needs.has(Need::Bounces);
        self.span == other.span
            && self.dimensions == other.dimensions
            && self.filters == other.filters
            && entries
            && self.buckets == other.buckets
    }
}

impl Plan {
    /// Plans the queries together.
    pub fn new(queries: &[Query]) -> Self {
        let mut plan = Self::default();
        for query in queries {
            let planned = QueryPlan {
                current: plan.range(query, query.range()),
                previous: query.comparison().map(|range| plan.range(query, range)),
                matched: query.include().explain.then(|| plan.matched_of(query)),
                query: query.clone(),
            };
            plan.queries.push(planned);
        }
        for scan in &mut plan.scans {
            scan.whole = Some(scan.asked(None, Vec::new()));
        }
        plan
    }

    /// The planned queries, in their order.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.queries.iter().map(|planned| &planned.query)
    }

    /// Whether an answer is to tell how it came about.
    pub(crate) fn explains(&self) -> bool {
        self.queries.iter().any(|planned| planned.matched.is_some())
    }

    pub(crate) fn scans(&self) -> &[Scan] {
        &self.scans
    }

    pub(crate) fn planned(&self) -> &[QueryPlan] {
        &self.queries
    }

    fn range(&mut self, query: &Query, range: &Range) -> RangePlan {
        let has = |metric| query.metrics().contains(&metric);
        RangePlan {
            scan: self.scan_of(query, range),
            total: has(Metric::Percentage)
                .then(|| self.bare(query, range, Vec::new(), Needs::default().with(Need::Visitors))),
            pageviews: has(Metric::ExitRate)
                .then(|| self.bare(query, range, vec![Dimension::Page], Needs::default().with(Need::Events))),
        }
    }

    fn scan_of(&mut self, query: &Query, range: &Range) -> usize {
        let mut filters = query.filters().to_vec();
        filters.extend(visit_hostnames(query));
        let entry: Vec<Filter> = conjuncts(query.filters())
            .into_iter()
            .filter(|filter| filter.is_of_page())
            .map(|filter| filter.of(VisitDimension::EntryPage))
            .collect();
        let needs = Needs::of(query, query.dimensions().contains(&Dimension::Page));
        let scan = Scan {
            span: range.span,
            dimensions: query.dimensions().to_vec(),
            buckets: query.interval().map_or_else(|| Arc::from([]), |interval| buckets(range, interval).into()),
            filters: self.filters(filters),
            entry_filters: (needs.has(Need::Bounces) && !entry.is_empty()).then(|| self.filters(entry)),
            needs,
            whole: None,
        };
        self.scan(scan)
    }

    /// All that matches: visits and events.
    fn matched_of(&mut self, query: &Query) -> usize {
        let needs = Needs::default().with(Need::Events).with(Need::Visits);
        self.bare(query, query.range(), Vec::new(), needs)
    }

    /// The query's filters with other dimensions than its own.
    fn bare(&mut self, query: &Query, range: &Range, dimensions: Vec<Dimension>, needs: Needs) -> usize {
        let filters = self.filters(query.filters().to_vec());
        self.scan(Scan {
            span: range.span,
            dimensions,
            buckets: Arc::from([]),
            filters,
            entry_filters: None,
            needs,
            whole: None,
        })
    }

    fn filters(&mut self, filters: Vec<Filter>) -> Arc<[Filter]> {
        if let Some(known) = self.filters.iter().find(|known| known[..] == filters[..]) {
            return Arc::clone(known);
        }
        let filters: Arc<[Filter]> = filters.into();
        self.filters.push(Arc::clone(&filters));
        filters
    }

    /// The number of a scan that computes this one, if need be together with others.
    fn scan(&mut self, scan: Scan) -> usize {
        let Some(known) = self.scans.iter().position(|known| known.is_like(&scan)) else {
            self.scans.push(scan);
            return self.scans.len() - 1;
        };
        let shared = &mut self.scans[known];
        shared.entry_filters = shared.entry_filters.take().or(scan.entry_filters);
        shared.needs = shared.needs.union(scan.needs);
        known
    }
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
