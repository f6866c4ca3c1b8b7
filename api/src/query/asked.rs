//! What is done with days as they come: their contributions to a plan, or their columns.

use std::sync::{Arc, Mutex, PoisonError};

use haru_stats::engine::{Engine, Gathering, Part, Plan, Stop, Trace};
use haru_stats::time::Span;
use haru_stats::{Answer, Day};

use super::days::{Built, Taker};
use super::partials::Partials;
use crate::error::Result;

/// A plan that is answered as its days come, and the columns of the days that are looked at beside it.
pub(super) struct Asked {
    gathering: Gathering,
    partials: Partials,
    columns: Columns,
}

/// Keeps the columns of days that have an instant in common with a span: a short one, as they are all kept.
pub(super) struct Columns {
    span: Option<Span>,
    days: Mutex<Vec<Arc<Day>>>,
}

impl Asked {
    /// Answers a plan until it is stopped, and keeps the columns of days of `columns`.
    pub(super) fn new(engine: Engine, plan: Plan, stop: Stop, partials: Partials, columns: Option<Span>) -> Self {
        Self { gathering: engine.gathering(plan, stop), partials, columns: Columns::new(columns) }
    }

    /// The answers in the plan's order, and the columns.
    ///
    /// # Errors
    /// `Budget` when they take more than their share.
    pub(super) fn finish(self) -> Result<(Vec<Answer>, Vec<Arc<Day>>)> {
        Ok((self.gathering.answer()?, self.columns.finish()))
    }
}

impl Taker for Asked {
    fn take(&self, days: &[Built]) -> Result<()> {
        let parts: Vec<Part> = days.iter().map(Built::part).collect();
        self.gathering.add(&parts, &self.partials)?;
        self.columns.take(days)
    }

    fn take_trace(&self, trace: &Trace) -> bool {
        !self.columns.wants(trace.span) && self.gathering.add_remembered(trace, &self.partials)
    }
}

impl Columns {
    pub(super) fn new(span: Option<Span>) -> Self {
        Self { span, days: Mutex::default() }
    }

    fn wants(&self, day: Span) -> bool {
        self.span.is_some_and(|span| span.overlaps(day))
    }

    /// The columns, in order.
    pub(super) fn finish(self) -> Vec<Arc<Day>> {
        let mut days = self.days.into_inner().unwrap_or_else(PoisonError::into_inner);
        days.sort_by_key(|day| day.span().from);
        days
    }
}

impl Taker for Columns {
    fn take(&self, days: &[Built]) -> Result<()> {
        let wanted = days.iter().filter(|built| self.wants(built.day.span())).map(|built| built.day.clone());
        self.days.lock().unwrap_or_else(PoisonError::into_inner).extend(wanted);
        Ok(())
    }
}
