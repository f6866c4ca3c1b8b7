//! What each part is asked, what of it is remembered, and what has to be computed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::{Budget, BudgetError, Meter, Stop};
use super::explain::Counts;
use super::part::{Part, PartialCache, SourceId, SourceKind, Trace};
use super::part_query::PartQuery;
use super::partial::Partial;
use super::plan::Plan;
use super::threads;
use crate::time::Span;

/// Below this many rows a second thread costs more than it saves.
const ROWS_A_THREAD: usize = 100_000;

/// The contributions of one part. The part itself may be gone.
pub(super) struct Contribution {
    span: Span,
    pub(super) kind: SourceKind,
    /// What the part holds, where answers are explained.
    pub(super) counts: Counts,
    queries: Vec<PartQuery>,
    partials: Vec<Option<Arc<Partial>>>,
    /// For each scan of the plan which query answers it, and its first bucket.
    scans: Vec<Option<(usize, u32)>>,
    /// Whether each query's answer was remembered.
    hits: Vec<bool>,
}

impl Contribution {
    /// Looks up what is remembered. `None` when the part has nothing of any range.
    fn known(
        plan: &Plan,
        span: Span,
        kind: SourceKind,
        id: Option<SourceId>,
        cache: &dyn PartialCache,
    ) -> Option<Self> {
        let mut queries: Vec<PartQuery> = Vec::new();
        let scans: Vec<Option<(usize, u32)>> = plan
            .scans()
            .iter()
            .map(|scan| {
                let asked = scan.of_part(span)?;
                let known = queries.iter().position(|query| *query == asked.query);
                let index = known.unwrap_or(queries.len());
                if known.is_none() {
                    queries.push(asked.query);
                }
                Some((index, asked.first_bucket))
            })
            .collect();
        let lookup = |query: &PartQuery| id.and_then(|id| cache.get(id, query));
        let partials: Vec<_> = queries.iter().map(lookup).collect();
        let hits = partials.iter().map(Option::is_some).collect();
        (!queries.is_empty()).then_some(Self { span, kind, counts: Counts::default(), queries, partials, scans, hits })
    }

    fn is_complete(&self) -> bool {
        self.partials.iter().all(Option::is_some)
    }

    /// How many of the answers to these scans were remembered, and how many not.
    pub(super) fn remembered(&self, scans: impl Iterator<Item = usize>) -> (usize, usize) {
        let mut asked: Vec<usize> = scans.filter_map(|scan| self.scans[scan]).map(|(query, _)| query).collect();
        asked.sort_unstable();
        asked.dedup();
        let hits = asked.iter().filter(|query| self.hits[**query]).count();
        (hits, asked.len() - hits)
    }

    /// What it contributes to a scan, and the number of the first bucket.
    pub(super) fn to_scan(&self, scan: usize) -> Option<(&Partial, u32)> {
        let (query, first_bucket) = self.scans[scan]?;
        Some((self.partials[query].as_deref()?, first_bucket))
    }
}

/// The contributions so far.
pub(super) struct Gathered {
    budget: Budget,
    threads: usize,
    meter: Meter,
    /// Rows that were looked at.
    rows: AtomicUsize,
    contributions: Mutex<Vec<Contribution>>,
}

impl Gathered {
    pub(super) fn new(budget: Budget, threads: usize, stop: Stop) -> Self {
        let meter = Meter::new(budget, stop);
        Self { budget, threads, meter, rows: AtomicUsize::new(0), contributions: Mutex::default() }
    }

    /// Adds what parts contribute.
    pub(super) fn add(&self, plan: &Plan, parts: &[Part], cache: &dyn PartialCache) -> Result<(), BudgetError> {
        let known = |part: &Part| Contribution::known(plan, part.source().span(), part.kind(), part.id(), cache);
        let (asked, mut contributions): (Vec<&Part>, Vec<Contribution>) =
            parts.iter().filter_map(|part| Some((part, known(part)?))).unzip();
        if plan.explains() {
            for (part, contribution) in asked.iter().zip(&mut contributions) {
                contribution.counts = part.source().counts();
            }
        }
        let missing = asked.iter().zip(&contributions).filter(|(_, contribution)| !contribution.is_complete());
        let (count, rows) =
            missing.fold((0usize, 0usize), |(count, rows), (part, _)| (count + 1, rows + part.source().rows()));
        let all = self.rows.fetch_add(rows, Ordering::Relaxed).saturating_add(rows);
        if all > self.budget.rows {
            return Err(BudgetError::Rows { rows: all, limit: self.budget.rows });
        }
        let threads = self.threads.min(rows / ROWS_A_THREAD).max(1);
        // A few large parts are shared out by questions.
        let shares = if count < 2 * threads { threads } else { 1 };
        let tasks = tasks(&contributions, shares);
        let computed = threads::each(threads, tasks.len(), |task| {
            let (index, wanted) = &tasks[task];
            let queries = &contributions[*index].queries;
            let queries: Vec<PartQuery> = wanted.iter().map(|query| queries[*query].clone()).collect();
            asked[*index].source().contribute(&queries, &self.meter)
        })?;
        for ((index, wanted), computed) in tasks.into_iter().zip(computed) {
            let contribution = &mut contributions[index];
            for (query, partial) in wanted.into_iter().zip(computed) {
                let partial = Arc::new(partial);
                if let Some(id) = asked[index].id() {
                    cache.put(id, &contribution.queries[query], &partial);
                }
                contribution.partials[query] = Some(partial);
            }
        }
        self.keep(contributions);
        Ok(())
    }

    /// Adds what a part contributes, if all of it is remembered.
    pub(super) fn add_remembered(&self, plan: &Plan, trace: &Trace, cache: &dyn PartialCache) -> bool {
        let Some(mut contribution) = Contribution::known(plan, trace.span, trace.kind, Some(trace.id), cache) else {
            return true;
        };
        contribution.counts = trace.counts;
        let complete = contribution.is_complete();
        if complete {
            self.keep(vec![contribution]);
        }
        complete
    }

    fn keep(&self, more: Vec<Contribution>) {
        self.contributions.lock().unwrap_or_else(PoisonError::into_inner).extend(more);
    }

    /// The contributions in the order of their parts' instants, whatever order they came in.
    pub(super) fn finish(self) -> (Vec<Contribution>, Meter) {
        let mut contributions = self.contributions.into_inner().unwrap_or_else(PoisonError::into_inner);
        contributions.sort_by_key(|contribution| contribution.span.from);
        (contributions, self.meter)
    }
}

/// What has to be computed: contribution and queries.
fn tasks(contributions: &[Contribution], shares: usize) -> Vec<(usize, Vec<usize>)> {
    let mut tasks = Vec::new();
    for (number, contribution) in contributions.iter().enumerate() {
        let missing: Vec<usize> =
            (0..contribution.partials.len()).filter(|index| contribution.partials[*index].is_none()).collect();
        for share in 0..shares.min(missing.len()) {
            tasks.push((number, missing.iter().copied().skip(share).step_by(shares).collect()));
        }
    }
    tasks
}
