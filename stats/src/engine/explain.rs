//! How a number came about.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::gather::Contribution;
use super::merge::Merged;
use super::part::SourceKind;
use super::plan::QueryPlan;
use crate::metric::Metric;

/// What an answer rests on. The part of it that compares with an earlier range is not counted here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Each queried metric, in the query's order.
    pub metrics: Vec<MetricExplanation>,
    /// Parts (days of the site) that overlap the range.
    pub days: usize,
    /// Those parts by where they were read from.
    pub sources: SourceCounts,
    /// Contributions of those parts that were remembered, and those that were computed.
    pub cache: CacheCounts,
    /// What those parts hold.
    pub looked_at: Counts,
    /// What of it lies in the range and passes the filters: events by their own instants, visits by that of their first
    /// event.
    pub matched: Counts,
    /// Time that the answer took, in milliseconds; put in by the caller, as the engine has no clock.
    #[serde(rename = "took_ms", serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub took: Option<Duration>,
}

/// A metric and its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MetricExplanation {
    /// The metric.
    pub metric: Metric,
    /// One sentence.
    pub definition: &'static str,
}

impl From<Metric> for MetricExplanation {
    fn from(metric: Metric) -> Self {
        Self { metric, definition: metric.definition() }
    }
}

/// Parts by [`super::SourceKind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceCounts {
    /// Rows of the database.
    pub rows: usize,
    /// Sealed segments.
    pub segments: usize,
    /// Sealed segments with late rows beside them.
    pub mixed: usize,
}

/// Contributions of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheCounts {
    /// Remembered.
    pub hits: usize,
    /// Computed.
    pub misses: usize,
}

/// Events (pageviews and custom events) and visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Pageviews and custom events.
    pub events: u64,
    /// Visits.
    pub visits: u64,
}

#[expect(clippy::ref_option, reason = "serde hands it over like this")]
fn milliseconds<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    // Whole microseconds, so that the text stays short.
    let micros = took.map_or(0, |took| u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    serializer.serialize_f64(f64::from(micros) / 1_000.0)
}

/// How the answer to a query came about; `matched` is the scan that counts all that matches.
pub(super) fn explain(
    planned: &QueryPlan,
    matched: usize,
    contributions: &[Contribution],
    merged: &[Merged],
) -> Explanation {
    let scans = [Some(planned.current.scan), planned.current.total, planned.current.pageviews, Some(matched)];
    let mut explanation = Explanation {
        metrics: planned.query.metrics().iter().copied().map(MetricExplanation::from).collect(),
        days: 0,
        sources: SourceCounts::default(),
        cache: CacheCounts::default(),
        looked_at: Counts::default(),
        matched: Counts::default(),
        took: None,
    };
    for contribution in contributions.iter().filter(|contribution| contribution.to_scan(matched).is_some()) {
        explanation.days += 1;
        let sources = &mut explanation.sources;
        *match contribution.kind {
            SourceKind::Rows => &mut sources.rows,
            SourceKind::Segment => &mut sources.segments,
            SourceKind::Mixed => &mut sources.mixed,
        } += 1;
        let (hits, misses) = contribution.remembered(scans.into_iter().flatten());
        explanation.cache.hits += hits;
        explanation.cache.misses += misses;
        explanation.looked_at.events += contribution.counts.events;
        explanation.looked_at.visits += contribution.counts.visits;
    }
    if let Some(group) = merged[matched].find(std::iter::empty()) {
        let sums = merged[matched].sums(group);
        explanation.matched = Counts { events: sums.events, visits: sums.visits };
    }
    explanation
}
