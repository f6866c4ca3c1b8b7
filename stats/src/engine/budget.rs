//! What one answer may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// It was stopped, see [`Stop`].
    #[error("Invalid filters: the answer takes longer than one question may")]
    Time,
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
    /// The key of the request that is at fault: `date_range`, `dimensions` or `filters`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Time => "filters",
            Self::Rows { .. } => "date_range",
            Self::Bytes { .. } => "dimensions",
        }
    }
}

/// Stops an answer that is being computed: when its time is over, or when nobody waits for it any more. Who asks decides
/// when; the engine has no clock, and looks at it between one text, or one question of a part, and the next.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops what was begun with a clone of it. There is no way back.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what an answer holds, for all threads that work on it.
#[derive(Debug)]
pub struct Meter {
    limit: usize,
    held: AtomicUsize,
    stop: Stop,
}

impl Meter {
    pub(super) fn new(budget: Budget, stop: Stop) -> Self {
        Self { limit: budget.bytes, held: AtomicUsize::new(0), stop }
    }

    /// What may stop the answer.
    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Goes on unless the answer was stopped.
    pub(crate) fn check_time(&self) -> Result<(), BudgetError> {
        if self.stop.is_over() { Err(BudgetError::Time) } else { Ok(()) }
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
