//! From sums to rows: values, roundings, order, paging, comparison.

use std::cmp::Ordering;

use super::answer::{Answer, Row, RowComparison};
use super::partial::{Groups, Key, Partial, Sums};
use super::plan::{Plan, QueryPlan, Scan};
use crate::dimension::Dimension;
use crate::metric::Metric;
use crate::number::{Number, percent_change, ratio};
use crate::query::{Order, OrderKey, Query};

/// A group on its way to becoming a row.
struct Candidate {
    key: Box<[Key]>,
    labels: Vec<String>,
    metrics: Vec<Number>,
    sums: Sums,
}

pub(super) fn answer(query: &Query, plan: &Plan, planned: &QueryPlan, partial: &Partial) -> Answer {
    let scan = &plan.scans()[planned.current];
    let groups = partial.groups(planned.current);
    let total = visitors(partial, planned.total);
    let mut candidates: Vec<Candidate> = groups
        .iter()
        .filter(|(_, sums)| exists(query, scan, sums))
        .map(|(key, sums)| candidate(query, scan, key, sums, total))
        .collect();
    complete(query, scan, planned, groups, total, &mut candidates);
    candidates.sort_unstable_by(|one, other| compare(query, one, other));

    let rows = candidates.len();
    let offset = usize::try_from(query.pagination().offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(query.pagination().limit).unwrap_or(usize::MAX);
    let earlier = planned.previous.as_ref().map(|previous| Earlier {
        scan: &plan.scans()[previous.scan],
        groups: partial.groups(previous.scan),
        total: visitors(partial, previous.total),
    });
    Answer {
        rows: candidates
            .into_iter()
            .skip(offset)
            .take(limit)
            .map(|candidate| Row {
                comparison: earlier.as_ref().map(|earlier| earlier.compare(query, &candidate)),
                dimensions: candidate.labels,
                metrics: candidate.metrics,
            })
            .collect(),
        total_rows: query.include().total_rows.then_some(rows),
        time_labels: query
            .include()
            .time_labels
            .then(|| scan.buckets.iter().map(|bucket| bucket.label.clone()).collect()),
    }
}

fn visitors(partial: &Partial, scan: Option<usize>) -> u64 {
    let sums = scan.and_then(|scan| partial.groups(scan).get(&[][..]));
    sums.map_or(0, |sums| sums.visitors)
}

/// A row exists where a queried metric has something to count; by page, where there is an event.
fn exists(query: &Query, scan: &Scan, sums: &Sums) -> bool {
    let counted = |metric: &Metric| match metric {
        Metric::Visits => sums.visits > 0,
        Metric::ViewsPerVisit | Metric::BounceRate | Metric::VisitDuration => !scan.by_page() && sums.visits > 0,
        Metric::TimeOnPage => sums.engaged_visits > 0,
        Metric::ScrollDepth => sums.scrolled_pages > 0,
        _ => sums.events > 0,
    };
    scan.dimensions.is_empty() || (scan.by_page() && sums.events > 0) || query.metrics().iter().any(counted)
}

/// Adds the rows that exist without data: the only one of a query without dimensions, and every bucket where time series
/// are compared or filled.
fn complete(
    query: &Query,
    scan: &Scan,
    planned: &QueryPlan,
    groups: &Groups,
    total: u64,
    candidates: &mut Vec<Candidate>,
) {
    let filled = planned.previous.is_some() || query.include().empty_buckets;
    let series = filled && query.dimensions().len() == 1 && query.interval().is_some();
    let mut keys: Vec<Box<[Key]>> = Vec::new();
    if query.dimensions().is_empty() {
        keys.push(Box::new([]));
    } else if series {
        keys.extend((0..).take(scan.buckets.len()).map(|bucket| Box::from([Key::Bucket(bucket)])));
    }
    let known = |sums: &Sums| exists(query, scan, sums);
    keys.retain(|key| !groups.get(key).is_some_and(known));
    let nothing = Sums::default();
    candidates.extend(keys.iter().map(|key| candidate(query, scan, key, &nothing, total)));
}

fn candidate(query: &Query, scan: &Scan, key: &[Key], sums: &Sums, total: u64) -> Candidate {
    Candidate {
        key: key.into(),
        labels: query
            .dimensions()
            .iter()
            .zip(key)
            .map(|(dimension, key)| label(scan, dimension, key).unwrap_or_default())
            .collect(),
        metrics: query.metrics().iter().map(|metric| value(*metric, sums, total)).collect(),
        sums: *sums,
    }
}

fn label(scan: &Scan, dimension: &Dimension, key: &Key) -> Option<String> {
    match key {
        Key::Bucket(bucket) => scan.buckets.get(*bucket as usize).map(|bucket| bucket.label.clone()),
        Key::Text(text) if text.is_empty() => Some(dimension.blank_label().to_owned()),
        Key::Text(text) => Some(text.as_ref().to_owned()),
    }
}

/// The value of a metric (`query-semantics.md`, "Metrics").
fn value(metric: Metric, sums: &Sums, total: u64) -> Number {
    let whole = |value: Option<i64>| Number::Whole(value.unwrap_or(0));
    let hundredths = |value: Option<i64>| Number::Hundredths(value.unwrap_or(0));
    match metric {
        Metric::Visitors => Number::count(sums.visitors),
        Metric::Visits => Number::count(sums.visits),
        Metric::Pageviews => Number::count(sums.pageviews),
        Metric::Events => Number::count(sums.events),
        Metric::ViewsPerVisit => hundredths(ratio(sums.visit_pageviews, 100, sums.timed_visits)),
        Metric::BounceRate => whole(ratio(sums.bounces, 100, sums.bounce_visits)),
        Metric::VisitDuration => whole(ratio(sums.duration_ms, 1, sums.timed_visits.saturating_mul(1000))),
        Metric::Percentage => hundredths(ratio(sums.visitors, 10_000, total)),
        Metric::TimeOnPage => {
            ratio(sums.engaged_ms, 1, sums.engaged_visits.saturating_mul(1000)).map_or(Number::Null, Number::Whole)
        }
        Metric::ScrollDepth => ratio(sums.scroll_depth, 1, sums.scrolled_pages).map_or(Number::Null, Number::Whole),
        // Refused when a query is built.
        Metric::ConversionRate | Metric::GroupConversionRate | Metric::AverageRevenue | Metric::TotalRevenue => {
            Number::Null
        }
    }
}

/// The order of rows: as asked, ties by the dimensions ascending.
fn compare(query: &Query, one: &Candidate, other: &Candidate) -> Ordering {
    let asked = query.order_by().iter().map(|order| by(query, order, one, other));
    let ties = (0..one.key.len()).map(|index| by_dimension(index, one, other));
    asked.chain(ties).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

fn by(query: &Query, order: &Order, one: &Candidate, other: &Candidate) -> Ordering {
    let directed = |ordering: Ordering| {
        if order.descending { ordering.reverse() } else { ordering }
    };
    match &order.key {
        OrderKey::Dimension(dimension) => {
            let index = query.dimensions().iter().position(|queried| queried == dimension);
            index.map_or(Ordering::Equal, |index| directed(by_dimension(index, one, other)))
        }
        OrderKey::Metric(metric) => {
            let Some(index) = query.metrics().iter().position(|queried| queried == metric) else {
                return Ordering::Equal;
            };
            match (one.metrics[index].hundredths(), other.metrics[index].hundredths()) {
                (Some(one), Some(other)) => directed(one.cmp(&other)),
                (one, other) => one.is_none().cmp(&other.is_none()),
            }
        }
    }
}

fn by_dimension(index: usize, one: &Candidate, other: &Candidate) -> Ordering {
    match (&one.key[index], &other.key[index]) {
        (Key::Bucket(one), Key::Bucket(other)) => one.cmp(other),
        _ => one.labels[index].cmp(&other.labels[index]),
    }
}

/// The earlier range of a comparison.
struct Earlier<'p> {
    scan: &'p Scan,
    groups: &'p Groups,
    total: u64,
}

impl Earlier<'_> {
    fn compare(&self, query: &Query, current: &Candidate) -> RowComparison {
        let sums = self.groups.get(&current.key).copied().unwrap_or_default();
        let metrics: Vec<Number> = query.metrics().iter().map(|metric| value(*metric, &sums, self.total)).collect();
        let change = query.metrics().iter().zip(current.metrics.iter().zip(&metrics));
        RowComparison {
            dimensions: query
                .dimensions()
                .iter()
                .zip(&current.key)
                .map(|(dimension, key)| label(self.scan, dimension, key))
                .collect(),
            change: change
                .map(|(metric, (now, before))| match metric {
                    Metric::BounceRate => points(*now, *before, current.sums.bounce_visits, sums.bounce_visits),
                    _ => percent_change(*now, *before),
                })
                .collect(),
            metrics,
        }
    }
}

/// The change of a rate in points; null when either side has no visits.
fn points(now: Number, before: Number, visits_now: u64, visits_before: u64) -> Number {
    match (now, before) {
        (Number::Whole(now), Number::Whole(before)) if visits_now > 0 && visits_before > 0 => {
            Number::Whole(now - before)
        }
        _ => Number::Null,
    }
}
