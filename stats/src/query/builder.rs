//! Puts a query together.

use super::{Filter, Include, Order, OrderKey, Pagination, Query, check};
use crate::dimension::Dimension;
use crate::error::QueryError;
use crate::metric::Metric;
use crate::time::Range;

/// A query in the making; [`QueryBuilder::build`] checks it.
///
/// ```
/// use haru_stats::time::{Period, Range};
/// use haru_stats::{Metric, Query, VisitDimension};
/// let range = Range::of(Period::Days(7), chrono_tz::Europe::Berlin, 1_760_000_000_000, None);
/// let query = Query::builder(range)
///     .metrics([Metric::Visitors, Metric::BounceRate])
///     .dimensions([VisitDimension::Source.into()])
///     .limit(9)
///     .build();
/// assert!(query.is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct QueryBuilder {
    query: Query,
}

impl QueryBuilder {
    pub(super) fn new(range: Range) -> Self {
        Self {
            query: Query {
                metrics: Vec::new(),
                dimensions: Vec::new(),
                range,
                comparison: None,
                filters: Vec::new(),
                order_by: Vec::new(),
                pagination: Pagination::default(),
                include: Include::default(),
            },
        }
    }

    /// Adds metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.query.metrics.extend(metrics);
        self
    }

    /// Adds dimensions.
    #[must_use]
    pub fn dimensions(mut self, dimensions: impl IntoIterator<Item = Dimension>) -> Self {
        self.query.dimensions.extend(dimensions);
        self
    }

    /// Adds filters, all of which must hold.
    #[must_use]
    pub fn filters(mut self, filters: impl IntoIterator<Item = Filter>) -> Self {
        self.query.filters.extend(filters);
        self
    }

    /// Adds criteria of the order; without any the default order holds.
    #[must_use]
    pub fn order_by(mut self, order_by: impl IntoIterator<Item = Order>) -> Self {
        self.query.order_by.extend(order_by);
        self
    }

    /// Compares with an earlier range: see [`crate::time::Comparison::range`].
    #[must_use]
    pub fn compare_with(mut self, range: Range) -> Self {
        self.query.comparison = Some(range);
        self
    }

    /// At most this many rows.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.pagination.limit = limit;
        self
    }

    /// Skips this many rows.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.pagination.offset = offset;
        self
    }

    /// What the answer has beside its rows.
    #[must_use]
    pub fn include(mut self, include: Include) -> Self {
        self.query.include = include;
        self
    }

    /// Checks the query, resolves `time` and puts in the default order.
    ///
    /// # Errors
    /// What `query-semantics.md` lists under "Refused", what exceeds [`super::limits`], and what is not built yet, each
    /// naming the offending key and value.
    pub fn build(mut self) -> Result<Query, QueryError> {
        let interval = self.query.range.interval();
        let resolve = |dimension: &mut Dimension| {
            if *dimension == Dimension::Time {
                *dimension = Dimension::TimeBy(interval);
            }
        };
        self.query.dimensions.iter_mut().for_each(resolve);
        for order in &mut self.query.order_by {
            if let OrderKey::Dimension(dimension) = &mut order.key {
                resolve(dimension);
            }
        }
        check::check(&self.query)?;
        if self.query.order_by.is_empty() {
            self.query.order_by = default_order(&self.query);
        }
        Ok(self.query)
    }
}

/// Time ascending, else the first metric descending.
fn default_order(query: &Query) -> Vec<Order> {
    let time = query.dimensions.iter().find(|dimension| dimension.is_time());
    match (time, query.metrics.first()) {
        (Some(time), _) => vec![Order { key: OrderKey::Dimension(time.clone()), descending: false }],
        (None, Some(metric)) => vec![Order { key: OrderKey::Metric(*metric), descending: true }],
        (None, None) => Vec::new(),
    }
}
