//! From numbers to an answer: order, pages, comparison.

use std::cmp::Ordering;

use haru_stats::engine::{Answer, Row, RowComparison};
use haru_stats::query::{Order, OrderKey};
use haru_stats::time::SiteZones;
use haru_stats::{Dimension, Event, Metric, Number, Query};

use super::question::{Key, Question, size};
use super::series::buckets;
use super::visits::World;

/// The whole answer.
pub(super) fn answer(query: &Query, zones: &SiteZones, events: &[Event<'_>]) -> Answer {
    let world = World::new(zones, events);
    let current = Question::new(&world, query, query.range());
    let mut rows: Vec<(Key, Vec<Number>)> =
        current.keys().into_iter().map(|key| (key.clone(), current.metrics(&key))).collect();
    // Keys come in the order that decides ties; a stable sort keeps it.
    rows.sort_by(|one, other| {
        let compared = query.order_by().iter().map(|order| compare(query, order, one, other));
        compared.fold(Ordering::Equal, Ordering::then)
    });
    let total_rows = rows.len();
    let earlier = query.comparison().map(|range| Question::new(&world, query, range));
    let page = rows
        .into_iter()
        .skip(size(query.pagination().offset.cast_signed()))
        .take(size(query.pagination().limit.cast_signed()));
    Answer {
        rows: page
            .map(|(key, metrics)| Row {
                comparison: earlier.as_ref().map(|earlier| comparison(&current, earlier, &key, &metrics)),
                dimensions: key.into_iter().map(|(_, label)| label).collect(),
                metrics,
            })
            .collect(),
        total_rows: query.include().total_rows.then_some(total_rows),
        time_labels: query.include().time_labels.then(|| {
            let interval = query.interval().expect("a time dimension");
            buckets(interval, query.range()).into_iter().map(|(_, label)| label).collect()
        }),
        explanation: None,
    }
}

fn compare(query: &Query, order: &Order, one: &(Key, Vec<Number>), other: &(Key, Vec<Number>)) -> Ordering {
    let ordering = match &order.key {
        OrderKey::Dimension(dimension) => {
            let index = query.dimensions().iter().position(|queried| queried == dimension).expect("queried");
            one.0[index].cmp(&other.0[index])
        }
        OrderKey::Metric(metric) => {
            let index = query.metrics().iter().position(|queried| queried == metric).expect("queried");
            match (one.1[index].as_f64(), other.1[index].as_f64()) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                (one, other) => return one.is_none().cmp(&other.is_none()), // nulls last, either way
            }
        }
    };
    if order.descending { ordering.reverse() } else { ordering }
}

fn comparison(current: &Question<'_>, earlier: &Question<'_>, key: &Key, metrics: &[Number]) -> RowComparison {
    // Buckets pair by their position in the two ranges.
    let mut paired = Vec::new();
    let mut labels = Vec::new();
    for (dimension, place) in current.query.dimensions().iter().zip(key) {
        if let Dimension::TimeBy(interval) = dimension {
            let position = buckets(*interval, current.range).iter().position(|other| other == place).expect("a bucket");
            let theirs = buckets(*interval, earlier.range).get(position).cloned();
            labels.push(theirs.clone().map(|(_, label)| label));
            paired.push(theirs.unwrap_or((i64::MAX, String::new())));
        } else {
            labels.push(Some(place.1.clone()));
            paired.push(place.clone());
        }
    }
    let before = earlier.metrics(&paired);
    let change = current.query.metrics().iter().zip(metrics.iter().zip(&before)).map(|(metric, (now, then))| {
        let (Some(now), Some(then)) = (now.as_f64(), then.as_f64()) else {
            return Number::Null;
        };
        let change = if *metric == Metric::ExitRate {
            now - then
        } else if *metric == Metric::BounceRate {
            if current.bounce_visits(key).is_empty() || earlier.bounce_visits(&paired).is_empty() {
                return Number::Null;
            }
            now - then
        } else if then == 0.0 {
            if now == 0.0 { 0.0 } else { 100.0 }
        } else {
            // In hundredths both are whole, so that halves are exact.
            ((now * 100.0).round() - (then * 100.0).round()) * 100.0 / (then * 100.0).round()
        };
        #[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
        Number::Whole(change.round() as i64)
    });
    let change = change.collect();
    RowComparison { dimensions: labels, metrics: before, change }
}
