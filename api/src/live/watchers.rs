//! How many subscriptions live, by whom: each may be a computation of its own, so that nobody may have as many as they like.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Subscriptions that live at the same time, of one user or one API token.
pub(crate) const WATCHED_MAX: usize = 200;
/// The same of the public, from one network: a shared dashboard takes one, and people of one office may look at several. Each with a
/// question of its own is computed every second, while nothing is known of who asks.
pub(crate) const PUBLIC_WATCHED_MAX: usize = 20;

/// Those who watch, as hashes: an address is not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchers {
    counts: Arc<Mutex<HashMap<u64, usize>>>,
    hasher: RandomState,
}

/// A subscription that lives as long as this does.
#[derive(Debug)]
pub(crate) struct Watching {
    counts: Arc<Mutex<HashMap<u64, usize>>>,
    key: u64,
}

impl Watchers {
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
