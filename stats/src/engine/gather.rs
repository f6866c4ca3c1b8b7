//! What each part is asked, what of it is remembered, and what has to be computed.

use std::sync::Arc;

use super::budget::{Budget, BudgetError, Meter};
use super::part::{Part, PartialCache};
use super::part_query::PartQuery;
use super::partial::Partial;
use super::plan::Plan;
use super::threads;

/// Below this many rows a second thread costs more than it saves.
const ROWS_A_THREAD: usize = 100_000;

/// The contributions of one part.
pub(super) struct Contribution<'p> {
    pub(super) part: &'p Part,
    queries: Vec<PartQuery>,
    partials: Vec<Option<Arc<Partial>>>,
    /// For each scan of the plan which query answers it, and its first bucket.
    scans: Vec<Option<(usize, u32)>>,
    /// Whether each query's answer was remembered.
    hits: Vec<bool>,
}

impl<'p> Contribution<'p> {
    /// Looks up what is remembered. `None` when the part has nothing of any range.
    fn known(plan: &Plan, part: &'p Part, cache: &dyn PartialCache) -> Option<Self> {
        let span = part.source().span();
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
        let lookup = |query: &PartQuery| part.id().and_then(|id| cache.get(id, query));
        let partials: Vec<_> = queries.iter().map(lookup).collect();
        let hits = partials.iter().map(Option::is_some).collect();
        (!queries.is_empty()).then_some(Self { part, queries, partials, scans, hits })
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

/// The contributions of all parts.
pub(super) fn gather<'p>(
    plan: &Plan,
    parts: &'p [Part],
    cache: &dyn PartialCache,
    budget: Budget,
    meter: &Meter,
    threads: usize,
) -> Result<Vec<Contribution<'p>>, BudgetError> {
    let mut contributions: Vec<Contribution<'p>> =
        parts.iter().filter_map(|part| Contribution::known(plan, part, cache)).collect();
    let missing = contributions.iter().filter(|contribution| !contribution.is_complete());
    let (count, rows) =
        missing.fold((0usize, 0usize), |(count, rows), missing| (count + 1, rows + missing.part.source().rows()));
    if rows > budget.rows {
        return Err(BudgetError::Rows { rows, limit: budget.rows });
    }
    let threads = threads.min(rows / ROWS_A_THREAD).max(1);
    // A few large parts are shared out by questions.
    let shares = if count < 2 * threads { threads } else { 1 };
    let tasks = tasks(&contributions, shares);
    let computed = threads::each(threads, tasks.len(), |task| {
        let (contribution, asked) = &tasks[task];
        let Contribution { part, queries, .. } = &contributions[*contribution];
        let queries: Vec<PartQuery> = asked.iter().map(|index| queries[*index].clone()).collect();
        part.source().contribute(&queries, meter)
    })?;
    for ((contribution, asked), computed) in tasks.into_iter().zip(computed) {
        let contribution = &mut contributions[contribution];
        for (index, partial) in asked.into_iter().zip(computed) {
            let partial = Arc::new(partial);
            if let Some(id) = contribution.part.id() {
                cache.put(id, &contribution.queries[index], &partial);
            }
            contribution.partials[index] = Some(partial);
        }
    }
    Ok(contributions)
}

/// What has to be computed: contribution and queries.
fn tasks(contributions: &[Contribution<'_>], shares: usize) -> Vec<(usize, Vec<usize>)> {
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
