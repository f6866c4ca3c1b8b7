//! One computation for all who watch the same thing: at once, then after changes, at most once a second.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

/// Shortest time between two values of one query.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// Time passes also where nothing happens (people leave, days end), and other nodes commit unseen.
const AT_LEAST_EVERY: Duration = Duration::from_secs(5);

/// The newest value; `None` before the first.
pub(crate) type Latest<V> = watch::Receiver<Option<V>>;
type Computed<V> = Pin<Box<dyn Future<Output = Option<V>> + Send>>;

/// Computations that are being watched, by what they are about.
pub(crate) struct Shared<K, V> {
    running: Arc<Mutex<HashMap<K, watch::Sender<Option<V>>>>>,
    computed: Arc<AtomicU64>,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self { running: Arc::default(), computed: Arc::default() }
    }
}

impl<K, V> std::fmt::Debug for Shared<K, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Shared(…)")
    }
}

impl<K, V> Shared<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    /// How many values were computed so far.
    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// How many different things are being watched.
    pub(super) fn distinct(&self) -> usize {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether somebody watches `key`.
    pub(super) fn is_watched(&self, key: &K) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// Joins those who watch `key`. The first one starts the computation, the last one to leave ends it. A value that
    /// could not be computed (`None`) is left out.
    pub(crate) fn watch(
        &self,
        key: K,
        mut changes: watch::Receiver<u64>,
        compute: impl Fn() -> Computed<V> + Send + Sync + 'static,
    ) -> Latest<V> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = running.get(&key) {
            return sender.subscribe();
        }
        let sender = watch::Sender::new(None);
        let receiver = sender.subscribe();
        running.insert(key.clone(), sender.clone());
        let (shared, computed) = (self.running.clone(), self.computed.clone());
        tokio::spawn(async move {
            loop {
                let started = Instant::now();
                changes.mark_unchanged();
                computed.fetch_add(1, Ordering::Relaxed);
                if let Some(value) = compute().await {
                    sender.send_if_modified(|latest| {
                        let differs = latest.as_ref() != Some(&value);
                        if differs {
                            *latest = Some(value);
                        }
                        differs
                    });
                }
                sleep_until(started + AT_MOST_EVERY).await;
                let _nothing_happened = timeout(AT_LEAST_EVERY, changes.changed()).await;
                let mut running = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if sender.receiver_count() == 0 {
                    running.remove(&key);
                    return;
                }
            }
        });
        receiver
    }
}
