//! Answers queries: each part is asked for all of them at once, and what the parts contribute adds up.
//!
//! ```text
//! Query ─▶ Plan (scans) ─▶ of each part: PartQuery ─▶ Partial ─▶ merged groups ─▶ Answer
//!                                          └─ remembered by (part, question) ┘
//! ```
//!
//! What a part is asked does not name a range where the whole part lies in it, so what it contributes can be remembered.

mod answer;
mod budget;
mod explain;
mod finish;
mod gather;
mod gathering;
mod groups;
mod merge;
mod needs;
mod part;
mod part_query;
mod partial;
mod plan;
mod scan;
mod threads;
mod value;

pub use answer::{Answer, Row, RowComparison};
pub use budget::{Budget, BudgetError, Meter, Stop};
pub use explain::{CacheCounts, Counts, Explanation, MetricExplanation, SourceCounts};
pub use gathering::Gathering;
pub use part::{NoCache, Part, PartialCache, Source, SourceId, SourceKind, Trace};
pub use part_query::PartQuery;
pub use partial::Partial;
pub use plan::Plan;

use crate::query::Query;
use gather::{Contribution, Gathered};
use merge::{Merged, Merging};

/// Computes answers out of parts. Stateless; cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    threads: usize,
    budget: Budget,
}

impl Default for Engine {
    /// As many threads as the machine has cores.
    fn default() -> Self {
        Self::with_threads(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Engine {
    /// An engine that uses at most that many threads for large questions (at least one, the caller's).
    pub fn with_threads(threads: usize) -> Self {
        Self { threads: threads.max(1), budget: Budget::default() }
    }

    /// The same engine with another budget.
    #[must_use]
    pub fn with_budget(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    /// Answers all queries in one pass over the parts, in the order of the queries, and remembers nothing.
    ///
    /// The parts must hold every day that overlaps [`Query::spans`]; others do no harm. A visitor counts once a part.
    ///
    /// # Errors
    /// [`BudgetError`] when the queries together take more than the budget.
    pub fn answer(&self, queries: &[Query], parts: &[Part]) -> Result<Vec<Answer>, BudgetError> {
        self.answer_plan(&Plan::new(queries), parts, &NoCache)
    }

    /// Answers the queries of a plan like [`Engine::answer`], and remembers what parts with an id contribute.
    ///
    /// # Errors
    /// [`BudgetError`] when the queries together take more than the budget.
    pub fn answer_plan(
        &self,
        plan: &Plan,
        parts: &[Part],
        cache: &dyn PartialCache,
    ) -> Result<Vec<Answer>, BudgetError> {
        let gathered = Gathered::new(self.budget, self.threads, Stop::default());
        gathered.add(plan, parts, cache)?;
        self.answers(plan, gathered)
    }

    /// Begins to answer the queries of a plan with parts that come bit by bit, until it is stopped.
    pub fn gathering(&self, plan: Plan, stop: Stop) -> Gathering {
        Gathering::new(*self, plan, stop)
    }

    fn answers(&self, plan: &Plan, gathered: Gathered) -> Result<Vec<Answer>, BudgetError> {
        let (contributions, meter) = gathered.finish();
        let merged = self.merge(plan, &contributions, &meter)?;
        let answers = plan.planned().iter().map(|planned| {
            let mut answer = finish::answer(plan, planned, &merged);
            answer.explanation =
                planned.matched.map(|matched| explain::explain(planned, matched, &contributions, &merged));
            answer
        });
        Ok(answers.collect())
    }

    /// The groups of each scan.
    fn merge(&self, plan: &Plan, contributions: &[Contribution], meter: &Meter) -> Result<Vec<Merged>, BudgetError> {
        let groups =
            |scan| contributions.iter().filter_map(move |part| part.to_scan(scan)).map(|(part, _)| part.groups());
        let all: usize = (0..plan.scans().len()).flat_map(groups).sum();
        let threads = self.threads.min(all / GROUPS_A_THREAD).clamp(1, MERGING_THREADS);
        let shares: Vec<_> = contributions.chunks(contributions.len().div_ceil(threads).max(1)).collect();
        let merging = threads::each(threads, shares.len(), |share| {
            let mut merging = Merging::new(plan.scans());
            for part in shares[share] {
                let partials = (0..plan.scans().len()).map(|scan| part.to_scan(scan));
                merging.add(partials, meter)?;
            }
            Ok(merging)
        })?;
        let mut shares = merging.into_iter();
        let first = shares.next().unwrap_or_else(|| Merging::new(plan.scans()));
        let mut merged = shares.try_fold(first, |all, share| all.with(share, meter))?.finish();
        for planned in plan.planned() {
            for range in [Some(&planned.current), planned.previous.as_ref()].into_iter().flatten() {
                let buckets = plan.scans()[range.scan].buckets.len();
                finish::complete(&planned.query, buckets, &mut merged[range.scan]);
            }
        }
        Ok(merged)
    }
}

/// Below this many groups of parts another thread costs more than it saves.
const GROUPS_A_THREAD: usize = 20_000;
/// Each thread holds groups of its own, which may be the same as those of the others, until all are joined by one.
const MERGING_THREADS: usize = 4;
