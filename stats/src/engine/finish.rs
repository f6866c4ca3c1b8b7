//! From groups to rows: order, paging, comparison.

use std::cmp::Ordering;

use super::answer::{Answer, Row, RowComparison};
use super::merge::{Member, Merged};
use super::plan::{Plan, QueryPlan};
use super::value::Values;
use crate::metric::Metric;
use crate::number::{Number, percent_change};
use crate::query::{Order, OrderKey, Query};

/// A group on its way to becoming a row.
#[derive(Clone, Copy)]
struct Candidate {
    group: u32,
    /// Value of the metric that comes first in the order, in hundredths.
    leading: Option<i64>,
}

/// Adds the groups that are rows even without data: the only one of a query without dimensions, and every bucket where time
/// series are compared or filled.
pub(super) fn complete(query: &Query, buckets: usize, groups: &mut Merged) {
    if query.dimensions().is_empty() {
        groups.ensure(&[]);
    } else if is_filled(query) {
        (0..).take(buckets).for_each(|bucket| {
            groups.ensure(&[bucket]);
        });
    }
}

/// Whether each bucket of its time series is a row.
fn is_filled(query: &Query) -> bool {
    let filled = query.comparison().is_some() || query.include().empty_buckets;
    filled && query.dimensions().len() == 1 && query.interval().is_some()
}

/// The answer but for its explanation.
pub(super) fn answer(plan: &Plan, planned: &QueryPlan, merged: &[Merged]) -> Answer {
    let query = &planned.query;
    let values = Values::new(query, &planned.current, plan.scans(), merged);
    let earlier = planned.previous.as_ref().map(|previous| Values::new(query, previous, plan.scans(), merged));
    let always = query.dimensions().is_empty() || is_filled(query);
    let leading = query.order_by().first().and_then(|order| match &order.key {
        OrderKey::Metric(metric) => Some(*metric),
        OrderKey::Dimension(_) => None,
    });
    let groups = (0..).take(values.groups.len());
    let mut candidates: Vec<Candidate> = groups
        .filter_map(|group| {
            let sums = values.groups.sums(group);
            let leading = leading.and_then(|metric| values.metric(metric, values.first(group), &sums).hundredths());
            (always || values.exists(&sums)).then_some(Candidate { group, leading })
        })
        .collect();
    let rows = candidates.len();
    let offset = usize::try_from(query.pagination().offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(query.pagination().limit).unwrap_or(usize::MAX);
    let order = |one: &Candidate, other: &Candidate| compare(&values, one, other);
    // What comes after the page need not be sorted.
    let end = offset.saturating_add(limit);
    if end < rows {
        candidates.select_nth_unstable_by(end, order);
        candidates.truncate(end);
    }
    candidates.sort_unstable_by(order);
    let row = |candidate: &Candidate| {
        let sums = values.groups.sums(candidate.group);
        let metrics = values.metrics(values.first(candidate.group), &sums);
        let named = query.dimensions().iter().zip(values.members(candidate.group));
        Row {
            dimensions: named
                .map(|(dimension, member)| values.label(dimension, member).unwrap_or_default().to_owned())
                .collect(),
            comparison: earlier.as_ref().map(|earlier| comparison(&values, earlier, candidate.group, &metrics)),
            metrics,
        }
    };
    Answer {
        rows: candidates.iter().skip(offset).map(row).collect(),
        total_rows: query.include().total_rows.then_some(rows),
        time_labels: query
            .include()
            .time_labels
            .then(|| values.scan.buckets.iter().map(|bucket| bucket.label.clone()).collect()),
        explanation: None,
    }
}

/// The order of rows: as asked, ties by the dimensions ascending.
fn compare(values: &Values<'_>, one: &Candidate, other: &Candidate) -> Ordering {
    let orders = values.query.order_by().iter().enumerate();
    let asked = orders.map(|(index, order)| by(values, order, index == 0, one, other));
    let ties = (0..values.query.dimensions().len()).map(|index| by_dimension(values, index, one, other));
    asked.chain(ties).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

fn by(values: &Values<'_>, order: &Order, leads: bool, one: &Candidate, other: &Candidate) -> Ordering {
    let directed = |ordering: Ordering| {
        if order.descending { ordering.reverse() } else { ordering }
    };
    match &order.key {
        OrderKey::Dimension(dimension) => {
            let index = values.query.dimensions().iter().position(|queried| queried == dimension);
            index.map_or(Ordering::Equal, |index| directed(by_dimension(values, index, one, other)))
        }
        OrderKey::Metric(metric) => {
            let value = |candidate: &Candidate| {
                if leads {
                    return candidate.leading;
                }
                let sums = values.groups.sums(candidate.group);
                values.metric(*metric, values.first(candidate.group), &sums).hundredths()
            };
            match (value(one), value(other)) {
                (Some(one), Some(other)) => directed(one.cmp(&other)),
                (one, other) => one.is_none().cmp(&other.is_none()),
            }
        }
    }
}

fn by_dimension(values: &Values<'_>, index: usize, one: &Candidate, other: &Candidate) -> Ordering {
    let member = |candidate: &Candidate| values.groups.member(candidate.group, index);
    match (member(one), member(other)) {
        (Member::Bucket(one), Member::Bucket(other)) => one.cmp(&other),
        (one, other) => {
            let dimension = &values.query.dimensions()[index];
            values.label(dimension, one).cmp(&values.label(dimension, other))
        }
    }
}

/// The same group in the earlier range.
fn comparison(current: &Values<'_>, earlier: &Values<'_>, group: u32, metrics: &[Number]) -> RowComparison {
    let query = current.query;
    let before = earlier.groups.find(current.members(group));
    let sums = current.groups.sums(group);
    let sums_before = before.map(|before| earlier.groups.sums(before)).unwrap_or_default();
    let metrics_before = earlier.metrics(current.first(group), &sums_before);
    let change = query.metrics().iter().zip(metrics.iter().zip(&metrics_before));
    let named = query.dimensions().iter().zip(current.members(group));
    RowComparison {
        dimensions: named.map(|(dimension, member)| earlier.label(dimension, member).map(str::to_owned)).collect(),
        change: change
            .map(|(metric, (now, before))| match metric {
                Metric::BounceRate => points(*now, *before, sums.bounce_visits, sums_before.bounce_visits),
                Metric::ExitRate => points(*now, *before, 1, 1),
                _ => percent_change(*now, *before),
            })
            .collect(),
        metrics: metrics_before,
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
