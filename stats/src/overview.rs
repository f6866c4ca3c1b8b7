//! A site among others at a glance: today so far against yesterday up to the same point, and the visitors of the last days.

use chrono_tz::Tz;

use crate::dimension::{Dimension, Interval};
use crate::engine::Answer;
use crate::error::QueryError;
use crate::metric::Metric;
use crate::number::Number;
use crate::query::{Include, Query};
use crate::time::{Comparison, ComparisonMode, Period, Range, Span};

/// Local days that a glance shows, today included.
pub const DAYS: u32 = 14;

/// A checked glance.
#[derive(Clone, Debug)]
pub struct OverviewQuery {
    /// Today compared with yesterday, then the last days.
    queries: [Query; 2],
}

/// What a glance shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Visitors of today so far.
    pub visitors: Number,
    /// Visitors of yesterday up to the same point of the day.
    pub previous_visitors: Number,
    /// Whole percent from these to those.
    pub change: Number,
    /// Pageviews of today so far.
    pub pageviews: Number,
    /// Date (`YYYY-MM-DD`) and visitors of each of the last [`DAYS`] days, oldest first; zeros where there is nothing.
    pub days: Vec<(String, Number)>,
}

impl OverviewQuery {
    /// Plans a glance at `now` (milliseconds UTC) in a timezone.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn new(zone: Tz, now: i64) -> Result<Self, QueryError> {
        let today = Range::of(Period::Day, zone, now, None);
        let yesterday = Comparison::from(ComparisonMode::PreviousPeriod).range(&today, now);
        let totals = Query::builder(today).metrics([Metric::Visitors, Metric::Pageviews]).compare_with(yesterday);
        let days = Query::builder(Range::of(Period::Days(DAYS), zone, now, None))
            .metrics([Metric::Visitors])
            .dimensions([Dimension::TimeBy(Interval::Day)])
            .include(Include { time_labels: true, empty_buckets: true, ..Include::default() });
        Ok(Self { queries: [totals.build()?, days.build()?] })
    }

    /// The instants that an answer needs: the days of these spans must be handed to the engine.
    pub fn spans(&self) -> Vec<Span> {
        self.queries.iter().flat_map(Query::spans).collect()
    }

    /// Its queries; [`OverviewQuery::assemble`] takes their answers.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Puts the answers of [`OverviewQuery::queries`] together; they must be all of them, in their order.
    pub fn assemble(&self, answers: Vec<Answer>) -> Overview {
        let mut answers = answers.into_iter();
        let totals = answers.next().and_then(|answer| answer.rows.into_iter().next());
        let metric = |index: usize| totals.as_ref().and_then(|row| row.metrics.get(index).copied());
        let earlier = totals.as_ref().and_then(|row| row.comparison.as_ref());
        let first = |numbers: Option<&Vec<Number>>| numbers.and_then(|numbers| numbers.first().copied());
        let days = answers.next().map(|answer| {
            let labels = answer.time_labels.unwrap_or_default().into_iter();
            labels.zip(answer.rows.iter().map(|row| first(Some(&row.metrics)).unwrap_or(Number::Whole(0)))).collect()
        });
        Overview {
            visitors: metric(0).unwrap_or(Number::Whole(0)),
            pageviews: metric(1).unwrap_or(Number::Whole(0)),
            previous_visitors: first(earlier.map(|earlier| &earlier.metrics)).unwrap_or(Number::Whole(0)),
            change: first(earlier.map(|earlier| &earlier.change)).unwrap_or(Number::Null),
            days: days.unwrap_or_default(),
        }
    }
}
