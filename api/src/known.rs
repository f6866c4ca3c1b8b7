//! What was looked up a moment ago, so that not each request asks the database. What was read before something changed is not
//! remembered after it.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;

use crate::error::Result;

/// How long a login, token or share link is believed without asking the database again. With the second between two looks of a
/// subscription it makes the 2 seconds within which each of them ends everywhere.
pub(crate) const TTL: Duration = Duration::from_secs(1);
/// How many are remembered at the same time.
const SIZE: u64 = 10_000;

/// Answers of the last [`TTL`], `None` for what there is not.
pub(crate) struct Known<K, V> {
    cache: Cache<K, Option<V>>,
    changes: AtomicU64,
}

impl<K, V> std::fmt::Debug for Known<K, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Known(…)")
    }
}

impl<K, V> Known<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        let cache = Cache::builder().max_capacity(SIZE).time_to_live(TTL).build();
        Self { cache, changes: AtomicU64::new(0) }
    }

    /// What is known under that key, else what the database says.
    ///
    /// # Errors
    /// When it can't answer.
    pub(crate) async fn get_or(
        &self,
        key: &K,
        ask: impl Future<Output = Result<Option<V>>> + Send,
    ) -> Result<Option<V>> {
        if let Some(known) = self.cache.get(key).await {
            return Ok(known);
        }
        let before = self.changes.load(Ordering::SeqCst);
        let found = ask.await?;
        self.cache.insert(key.clone(), found.clone()).await;
        if self.changes.load(Ordering::SeqCst) != before {
            self.cache.invalidate(key).await;
        }
        Ok(found)
    }

    /// Forgets one, as it has changed.
    pub(crate) async fn invalidate(&self, key: &K) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate(key).await;
    }

    /// Forgets all of them: something changed that many may depend on. Rare, and what is forgotten is read again at need.
    pub(crate) fn invalidate_all(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let known: Known<u8, u8> = Known::new();
        let old = known.get_or(&1, async {
            known.invalidate(&1).await;
            Ok(Some(1))
        });
        assert_eq!(old.await.expect("an answer"), Some(1));
        assert_eq!(known.get_or(&1, async { Ok(Some(2)) }).await.expect("an answer"), Some(2));
        assert_eq!(known.get_or(&1, async { Ok(Some(3)) }).await.expect("an answer"), Some(2), "it is remembered");
        known.invalidate_all();
        assert_eq!(known.get_or(&1, async { Ok(None) }).await.expect("an answer"), None);
    }
}
