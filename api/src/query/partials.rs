//! What days contributed to questions, remembered: a second look at a year adds up what is known.
//!
//! It can't be stale: what a sealed day holds has a name, and so has each build of another day's columns.

use std::fmt;
use std::sync::Arc;

use haru_stats::engine::{PartQuery, Partial, PartialCache, SourceId};
use moka::sync::Cache;

use super::lookups::{CacheFigures, Lookups};

/// Bytes of contributions kept in memory.
const BYTES: u64 = 128 * 1024 * 1024;
/// What an entry takes beside the contribution: its key, which holds the question, and the cache's own bookkeeping.
const ENTRY_BYTES: usize = 512;

/// Contributions by day and question, the least used forgotten first.
#[derive(Clone)]
pub(super) struct Partials(Cache<(SourceId, PartQuery), Arc<Partial>>, Arc<Lookups>);

impl Partials {
    /// Use of the cache.
    pub(super) fn figures(&self) -> CacheFigures {
        self.0.run_pending_tasks();
        self.1.figures(self.0.weighted_size())
    }
}

impl fmt::Debug for Partials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Partials({} entries)", self.0.entry_count())
    }
}

impl Default for Partials {
    fn default() -> Self {
        let weigher = |_: &_, partial: &Arc<Partial>| u32::try_from(partial.bytes() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(BYTES).weigher(weigher).build(), Arc::default())
    }
}

impl PartialCache for Partials {
    fn get(&self, source: SourceId, query: &PartQuery) -> Option<Arc<Partial>> {
        let found = self.0.get(&(source, query.clone()));
        self.1.count(found.is_some());
        found
    }

    fn put(&self, source: SourceId, query: &PartQuery, partial: &Arc<Partial>) {
        self.0.insert((source, query.clone()), partial.clone());
    }
}
