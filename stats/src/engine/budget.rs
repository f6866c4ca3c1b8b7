//! What one answer may take.

use std::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

use crate::dimension::Dimension;

/// Bounds of one answer, so that no question can take the process down or hold more than its share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Rows (events, engagement included) of the parts that have to be looked at; those of cached parts are free.
    pub rows: usize,
    /// Bytes of all groups of all queries that are answered together.
    pub bytes: usize,
}

impl Budget {
    /// Rows by default: some seconds of one core.
    pub const ROWS: usize = 500_000_000;
    /// Bytes by default: some million groups.
    pub const BYTES: usize = 256 << 20;
}

impl Default for Budget {
    fn default() -> Self {
        Self { rows: Self::ROWS, bytes: Self::BYTES }
    }
}

/// A question that takes more than its share. The text is fit for the client (HTTP 400).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BudgetError {
    /// Too many rows to look at.
    #[error("Invalid date_range: it holds {rows} events or more, and one question may look at {limit}")]
    Rows {
        /// Rows that would have to be looked at; those of parts that were not read any more are not among them.
        rows: usize,
        /// [`Budget::rows`].
        limit: usize,
    },
    /// Too many groups.
    #[error("Invalid dimensions {dimensions}: their groups take more than {limit} bytes")]
    Bytes {
        /// The dimensions, as a JSON list.
        dimensions: String,
        /// [`Budget::bytes`].
        limit: usize,
    },
}

impl BudgetError {
    /// The key of the request that is at fault: `date_range` or `dimensions`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Rows { .. } => "date_range",
            Self::Bytes { .. } => "dimensions",
        }
    }
}

/// Counts what an answer holds, for all threads that work on it.
#[derive(Debug)]
pub struct Meter {
    limit: usize,
    held: AtomicUsize,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Self {
        Self { limit: budget.bytes, held: AtomicUsize::new(0) }
    }

    /// Bytes that may still be taken.
    pub(crate) fn left(&self) -> usize {
        self.limit.saturating_sub(self.held.load(Ordering::Relaxed))
    }

    /// Takes bytes for groups of these dimensions, until they are given back or the answer is done.
    pub(crate) fn hold(&self, bytes: usize, dimensions: &[Dimension]) -> Result<(), BudgetError> {
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.limit {
            return Err(self.exceeded(dimensions));
        }
        Ok(())
    }

    /// Gives back bytes that were taken.
    pub(super) fn give_back(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The refusal.
    pub(crate) fn exceeded(&self, dimensions: &[Dimension]) -> BudgetError {
        let names: Vec<String> = dimensions.iter().map(Dimension::to_string).collect();
        BudgetError::Bytes { dimensions: serde_json::Value::from(names).to_string(), limit: self.limit }
    }
}
