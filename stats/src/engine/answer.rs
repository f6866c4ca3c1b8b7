//! The shape of an answer.

use super::explain::Explanation;
use crate::number::Number;

/// The answer to one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The page of rows in order; without dimensions exactly one (unless it lies before the page's offset).
    pub rows: Vec<Row>,
    /// Rows before paging, when asked for.
    pub total_rows: Option<usize>,
    /// All labels of the time dimension, when asked for.
    pub time_labels: Option<Vec<String>>,
    /// How the numbers came about, when asked for.
    pub explanation: Option<Explanation>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Labels, one a dimension of the query.
    pub dimensions: Vec<String>,
    /// Values, one a metric of the query.
    pub metrics: Vec<Number>,
    /// The same group in the earlier range, when the query compares.
    pub comparison: Option<RowComparison>,
}

/// The same group in the earlier range; buckets of time pair by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowComparison {
    /// Labels; `None` for a bucket that the earlier range does not have.
    pub dimensions: Vec<Option<String>>,
    /// Values, zeros where the group was missing.
    pub metrics: Vec<Number>,
    /// From the earlier values to the current ones: whole percent, points for rates.
    pub change: Vec<Number>,
}
