//! From sums to values (`query-semantics.md`, "Metrics").

use super::merge::{Member, Merged};
use super::needs::Sums;
use super::plan::{RangePlan, Scan};
use crate::dimension::Dimension;
use crate::metric::Metric;
use crate::number::{Number, ratio};
use crate::query::Query;

/// The groups of one range of a query, and what their values are ratios of.
#[derive(Clone, Copy)]
pub(super) struct Values<'m> {
    pub(super) query: &'m Query,
    pub(super) scan: &'m Scan,
    pub(super) groups: &'m Merged,
    /// Visitors that `percentage` is of.
    total: u64,
    /// By page, for `exit_rate`.
    pageviews: Option<&'m Merged>,
}

impl<'m> Values<'m> {
    pub(super) fn new(query: &'m Query, planned: &RangePlan, scans: &'m [Scan], merged: &'m [Merged]) -> Self {
        let total = planned.total.and_then(|scan| {
            let merged = &merged[scan];
            merged.find(std::iter::empty()).map(|group| merged.sums(group).visitors)
        });
        Self {
            query,
            scan: &scans[planned.scan],
            groups: &merged[planned.scan],
            total: total.unwrap_or(0),
            pageviews: planned.pageviews.map(|scan| &merged[scan]),
        }
    }

    /// A row exists where a queried metric has something to count; by page, where there is an event.
    pub(super) fn exists(&self, sums: &Sums) -> bool {
        let by_page = self.scan.by_page();
        let matched = sums.visitors > 0 || sums.events > 0;
        let counted = |metric: &Metric| match metric {
            Metric::Visits | Metric::ExitRate => sums.visits > 0,
            Metric::ViewsPerVisit | Metric::BounceRate | Metric::VisitDuration => !by_page && sums.measured_visits > 0,
            Metric::TimeOnPage => sums.engaged_visits > 0,
            Metric::ScrollDepth => sums.scrolled_pages > 0,
            _ => matched,
        };
        (by_page && matched) || self.query.metrics().iter().any(counted)
    }

    /// The value of a metric in a group.
    ///
    /// `first` is the group's first member: the exit page of an exit rate.
    pub(super) fn metric(&self, metric: Metric, first: Option<Member<'_>>, sums: &Sums) -> Number {
        let whole = |value: Option<i64>| Number::Whole(value.unwrap_or(0));
        let hundredths = |value: Option<i64>| Number::Hundredths(value.unwrap_or(0));
        let nullable = |value: Option<i64>| value.map_or(Number::Null, Number::Whole);
        match metric {
            Metric::Visitors => Number::count(sums.visitors),
            Metric::Visits => Number::count(sums.visits),
            Metric::Pageviews => Number::count(sums.pageviews),
            Metric::Events => Number::count(sums.events),
            Metric::ViewsPerVisit => hundredths(ratio(sums.visit_pageviews, 100, sums.measured_visits)),
            Metric::BounceRate => whole(ratio(sums.bounces, 100, sums.bounce_visits)),
            Metric::VisitDuration => whole(ratio(sums.duration_ms, 1, sums.measured_visits.saturating_mul(1000))),
            Metric::Percentage => hundredths(ratio(sums.visitors, 10_000, self.total)),
            Metric::TimeOnPage => nullable(ratio(sums.engaged_ms, 1, sums.engaged_visits.saturating_mul(1000))),
            Metric::ScrollDepth => nullable(ratio(sums.scroll_depth, 1, sums.scrolled_pages)),
            Metric::ExitRate => nullable(ratio(sums.visits, 100, self.pageviews_of(first))),
            // Refused when a query is built.
            Metric::ConversionRate | Metric::GroupConversionRate | Metric::AverageRevenue | Metric::TotalRevenue => {
                Number::Null
            }
        }
    }

    fn pageviews_of(&self, page: Option<Member<'_>>) -> u64 {
        let found = self.pageviews.zip(page).and_then(|(pages, page)| {
            let group = pages.find(std::iter::once(page))?;
            Some(pages.sums(group).pageviews)
        });
        found.unwrap_or(0)
    }

    /// Values, one a metric of the query.
    pub(super) fn metrics(&self, first: Option<Member<'_>>, sums: &Sums) -> Vec<Number> {
        self.query.metrics().iter().map(|metric| self.metric(*metric, first, sums)).collect()
    }

    /// The first member of a group, if there is a dimension.
    pub(super) fn first(&self, group: u32) -> Option<Member<'m>> {
        self.members(group).next()
    }

    /// The members of a group, one a dimension.
    pub(super) fn members(&self, group: u32) -> impl Iterator<Item = Member<'m>> {
        let groups = self.groups;
        (0..self.scan.dimensions.len()).map(move |dimension| groups.member(group, dimension))
    }

    /// How a member is called; `None` for a bucket that the range does not have.
    pub(super) fn label(&self, dimension: &'m Dimension, member: Member<'m>) -> Option<&'m str> {
        match member {
            Member::Bucket(bucket) => self.scan.buckets.get(bucket as usize).map(|bucket| bucket.label.as_str()),
            Member::Text("") => Some(dimension.blank_label()),
            Member::Text(text) => Some(text),
        }
    }
}
