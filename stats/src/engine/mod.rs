//! Answers queries: one pass a day for all of them, partial results that add up.

mod answer;
mod finish;
mod groups;
mod partial;
mod plan;
mod scan;
mod selection;

pub use answer::{Answer, Row, RowComparison};
pub use partial::{Partial, Sums};
pub use plan::Plan;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::day::Day;
use crate::query::Query;

/// Below this many rows a second thread costs more than it saves.
const ROWS_A_THREAD: usize = 100_000;

/// Something that contributes to answers: a [`Day`]; later sealed segments read in other ways, and imported aggregates.
/// Contributions add up, so no event may be in two sources.
pub trait Source: Send + Sync {
    /// What it contributes to a plan. The same plan gives the same contribution, so it may be cached.
    fn contribute(&self, plan: &Plan) -> Partial;

    /// Rows to be looked at: decides whether threads are worth their while.
    fn weight(&self) -> usize;
}

impl Source for Day {
    fn contribute(&self, plan: &Plan) -> Partial {
        scan::scan_day(self, plan)
    }

    fn weight(&self) -> usize {
        self.rows()
    }
}

/// Computes answers out of days. Stateless; cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    threads: usize,
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
        Self { threads: threads.max(1) }
    }

    /// Answers all queries in one pass over the sources, in the order of the queries.
    ///
    /// The sources must hold every day that overlaps [`Query::spans`]; others do no harm. A visitor counts once a source.
    pub fn answer<S: Source + ?Sized>(&self, queries: &[Query], sources: &[Arc<S>]) -> Vec<Answer> {
        let plan = Plan::new(queries);
        let partial = self.gather(&plan, sources);
        Self::finish(queries, &plan, &partial)
    }

    /// The merged contributions of all sources.
    pub fn gather<S: Source + ?Sized>(&self, plan: &Plan, sources: &[Arc<S>]) -> Partial {
        let weight: usize = sources.iter().map(|source| source.weight()).sum();
        let threads = self.threads.min(sources.len()).min(weight / ROWS_A_THREAD);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut partial = Partial::new(plan);
            while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                partial.merge(source.contribute(plan));
            }
            partial
        };
        if threads < 2 {
            return work();
        }
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut partial = work();
            for other in others {
                match other.join() {
                    Ok(theirs) => partial.merge(theirs),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            partial
        })
    }

    /// Turns merged contributions into answers. `plan` must be that of `queries`.
    pub fn finish(queries: &[Query], plan: &Plan, partial: &Partial) -> Vec<Answer> {
        queries
            .iter()
            .zip(plan.queries())
            .map(|(query, planned)| finish::answer(query, plan, planned, partial))
            .collect()
    }
}
