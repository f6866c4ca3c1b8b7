//! A cache of partial results that counts what it is asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use haru_stats::engine::{PartQuery, Partial, PartialCache, SourceId};
use haru_stats::{Day, Part};

use crate::support::parts;

/// Remembers everything.
#[derive(Default)]
pub(crate) struct Memory {
    known: Mutex<HashMap<(SourceId, PartQuery), Arc<Partial>>>,
    hits: AtomicUsize,
    misses: AtomicUsize,
}

impl Memory {
    /// Hits and misses since the last call.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.hits.swap(0, Ordering::Relaxed), self.misses.swap(0, Ordering::Relaxed))
    }

    /// Bytes of everything, and the groups in it.
    pub(crate) fn weight(&self) -> (usize, usize) {
        let known = self.known.lock().expect("no panic while it was held");
        known.values().fold((0, 0), |(bytes, groups), partial| (bytes + partial.bytes(), groups + partial.groups()))
    }
}

impl PartialCache for Memory {
    fn get(&self, source: SourceId, query: &PartQuery) -> Option<Arc<Partial>> {
        let known = self.known.lock().expect("no panic while it was held");
        let found = known.get(&(source, query.clone())).cloned();
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn put(&self, source: SourceId, query: &PartQuery, partial: &Arc<Partial>) {
        let mut known = self.known.lock().expect("no panic while it was held");
        known.insert((source, query.clone()), Arc::clone(partial));
    }
}

/// The days as parts that may be remembered, named by the instant they start at.
pub(crate) fn named(days: &[Arc<Day>]) -> Vec<Part> {
    let id = |day: &Arc<Day>| SourceId(u128::from(day.span().from.cast_unsigned()));
    parts(days).into_iter().zip(days).map(|(part, day)| part.with_id(id(day))).collect()
}
