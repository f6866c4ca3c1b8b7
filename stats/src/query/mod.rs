//! What can be asked. A [`Query`] that exists is valid: whatever has no meaning is an error of its builder.

mod allowed;
mod builder;
mod check;
mod condition;
mod filter;
mod glob;
pub mod limits;
mod matcher;

pub use allowed::{Allowed, PanelName, PanelNames, Shown};
pub use builder::QueryBuilder;
pub use condition::{Condition, Operator};
pub use filter::Filter;
pub use glob::Glob;

pub(crate) use allowed::cut;
pub(crate) use filter::{Counts, conjuncts};

use crate::dimension::{Dimension, Interval};
use crate::metric::Metric;
use crate::time::{Range, Span};

/// One question: metrics of a range, filtered, by dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    metrics: Vec<Metric>,
    dimensions: Vec<Dimension>,
    range: Range,
    comparison: Option<Range>,
    filters: Vec<Filter>,
    order_by: Vec<Order>,
    pagination: Pagination,
    include: Include,
}

/// What rows are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrderKey {
    /// A queried metric; null comes last in both directions.
    Metric(Metric),
    /// A queried dimension; time in its own order, else by the bytes of the label.
    Dimension(Dimension),
}

/// One criterion of the order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// What is compared.
    pub key: OrderKey,
    /// Largest first.
    pub descending: bool,
}

/// Which rows of the ordered ones are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pagination {
    /// At most this many rows, 1 to [`limits::ROWS`].
    pub limit: u64,
    /// Rows to skip.
    pub offset: u64,
}

impl Default for Pagination {
    fn default() -> Self {
        Self { limit: limits::ROWS, offset: 0 }
    }
}

/// What an answer has beside its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the request that is true or false")]
pub struct Include {
    /// All labels of the time dimension, also those without data.
    pub time_labels: bool,
    /// The number of rows before paging.
    pub total_rows: bool,
    /// Every bucket of a time series is a row, empty ones zeros (always so when comparing). Not on the wire.
    pub empty_buckets: bool,
    /// How the numbers came about.
    pub explain: bool,
}

impl Query {
    /// Starts a query about a range.
    pub fn builder(range: Range) -> QueryBuilder {
        QueryBuilder::new(range)
    }

    /// The metrics, in the order of each row's values.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The dimensions, in the order of each row's labels; `time` is resolved to its interval.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The range.
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// The earlier range to compare with.
    pub fn comparison(&self) -> Option<&Range> {
        self.comparison.as_ref()
    }

    /// The filters, all of which must hold.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// The order, the default one if none was asked for. Ties follow the dimensions ascending.
    pub fn order_by(&self) -> &[Order] {
        &self.order_by
    }

    /// The page of rows.
    pub fn pagination(&self) -> Pagination {
        self.pagination
    }

    /// What to include.
    pub fn include(&self) -> Include {
        self.include
    }

    /// The interval of the time dimension, if there is one.
    pub fn interval(&self) -> Option<Interval> {
        self.dimensions.iter().find_map(|dimension| match dimension {
            Dimension::TimeBy(interval) => Some(*interval),
            _ => None,
        })
    }

    /// The instants that an answer needs: the days of these spans must be handed to the engine.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = vec![self.range.span];
        spans.extend(self.comparison.map(|range| range.span));
        spans
    }
}
