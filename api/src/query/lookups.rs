//! How often a cache had what was asked for.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one cache since the start.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Lookups {
    /// Counts a look, and whether it found something.
    pub(super) fn count(&self, found: bool) {
        let counter = if found { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// What is told of the cache, which holds so many bytes.
    pub(super) fn figures(&self, bytes: u64) -> CacheFigures {
        CacheFigures { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed), bytes }
    }
}

/// What `/metrics` tells of a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CacheFigures {
    /// Looks that found something.
    pub(crate) hits: u64,
    /// Looks that did not.
    pub(crate) misses: u64,
    /// Weight of what it holds.
    pub(crate) bytes: u64,
}
