//! A plan that is answered part by part.

use super::Engine;
use super::answer::Answer;
use super::budget::{BudgetError, Stop};
use super::gather::Gathered;
use super::part::{Part, PartialCache, Trace};
use super::plan::Plan;

/// What parts contribute to the answers of a plan, taken as the parts come: each may be gone when the next one comes, so
/// that a long range need not be in memory as a whole.
pub struct Gathering {
    engine: Engine,
    plan: Plan,
    gathered: Gathered,
}

impl Gathering {
    pub(super) fn new(engine: Engine, plan: Plan, stop: Stop) -> Self {
        Self { engine, plan, gathered: Gathered::new(engine.budget, engine.threads, stop) }
    }

    /// Adds what the parts contribute. Several threads may do so at once. No part may be added twice.
    ///
    /// # Errors
    /// [`BudgetError`] when all that was added takes more than the budget, or was stopped; there is no answer then.
    pub fn add(&self, parts: &[Part], cache: &dyn PartialCache) -> Result<(), BudgetError> {
        self.gathered.add(&self.plan, parts, cache)
    }

    /// Adds what a part contributes whose columns are not at hand. False when some of it is not remembered: nothing was
    /// added then.
    pub fn add_remembered(&self, trace: &Trace, cache: &dyn PartialCache) -> bool {
        self.gathered.add_remembered(&self.plan, trace, cache)
    }

    /// The answers, in the order of the plan's queries.
    ///
    /// # Errors
    /// [`BudgetError`] when the groups of all parts together take more than the budget.
    pub fn answer(self) -> Result<Vec<Answer>, BudgetError> {
        self.engine.answers(&self.plan, self.gathered)
    }
}
