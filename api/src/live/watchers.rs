//! How many subscriptions live, by whom: each may be a computation of its own, so that nobody may have as many as they like.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Subscriptions that live at the same time, of one user or one API token.
pub(crate) const WATCHED_MAX: usize = 200;
/// The same of the public, from one network: a shared dashboard takes one, and people of one office may look at several. Each with a
/// question of its own is computed every second, while nothing is known of who asks.
pub(crate) const PUBLIC_WATCHED_MAX: usize = 20;
/// The same of one share link, from wherever: what is linked to from a busy page must not take the place of all others.
pub(crate) const LINK_WATCHED_MAX: usize = 1_000;

/// Those who watch, as hashes: an address is not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchers {
    counts: Arc<Mutex<HashMap<u64, usize>>>,
    hasher: RandomState,
    subscribers: Arc<AtomicUsize>,
    cut_off: Arc<AtomicU64>,
}

/// Whoever is in here is counted as a subscription that lives.
#[derive(Debug)]
pub(crate) struct Subscribed(Arc<AtomicUsize>);

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place among the subscriptions of somebody, held as long as this lives.
#[derive(Debug)]
pub(crate) struct Watching {
    counts: Arc<Mutex<HashMap<u64, usize>>>,
    key: u64,
}

impl Watchers {
    /// Counts a subscription as living.
    pub(crate) fn subscribed(&self) -> Subscribed {
        self.subscribers.fetch_add(1, Ordering::Relaxed);
        Subscribed(self.subscribers.clone())
    }

    /// Subscriptions that live.
    pub(crate) fn subscribers(&self) -> usize {
        self.subscribers.load(Ordering::Relaxed)
    }

    /// Notes a connection that was closed because it took nothing any more.
    pub(crate) fn cut_off(&self) {
        self.cut_off.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections that were closed so.
    pub(crate) fn were_cut_off(&self) -> u64 {
        self.cut_off.load(Ordering::Relaxed)
    }

    /// One more of that key, of at most so many.
    ///
    /// # Errors
    /// `Forbidden` beyond them.
    pub(crate) fn enter(&self, key: impl Hash, most: usize) -> Result<Watching> {
        let key = self.hasher.hash_one(key);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        if *count >= most {
            return Err(Error::Forbidden("too many live subscriptions at the same time"));
        }
        *count += 1;
        Ok(Watching { counts: self.counts.clone(), key })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_may_watch_and_who_leaves_makes_room() {
        let watchers = Watchers::default();
        let enter = |key| watchers.enter(key, WATCHED_MAX);
        let mut watching: Vec<Watching> = (0..WATCHED_MAX).map(|_| enter("ana").expect("room")).collect();
        assert!(enter("ana").is_err());
        enter("ben").expect("everybody has room of their own");
        watching.pop();
        watching.push(enter("ana").expect("room again"));
        assert!(enter("ana").is_err());
        drop(watching);
        assert!(watchers.counts.lock().expect("sound").is_empty());
    }
}
