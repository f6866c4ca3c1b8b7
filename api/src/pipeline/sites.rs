//! Sites by tracking token and domain, cached for a minute, and gone at once when deleted or changed here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use crate::error::Result;
use crate::store::{Store, TrackedSite};

/// How long a site is believed without asking the database again.
const TTL: Duration = Duration::from_mins(1);
/// Sites, and tokens of no site, remembered at the same time.
const KEPT: u64 = 100_000;
/// Longest token or domain that is looked up at all.
const KEY_MAX: usize = 255;

/// Tokens and domains are short and printable; nothing else is worth asking the database for.
fn is_lookup_worthy(text: &str) -> bool {
    !text.is_empty() && text.len() <= KEY_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The cache in front of the lookups of `collect`.
#[derive(Debug)]
pub(crate) struct TrackedSites {
    store: Store,
    known: Cache<Key, Option<Arc<TrackedSite>>>,
    /// Counts invalidations: what was read before one must not be remembered after it.
    invalidations: Mutex<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Token(String),
    Domain(String),
}

impl TrackedSites {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            known: Cache::builder().max_capacity(KEPT).time_to_live(TTL).build(),
            invalidations: Mutex::new(0),
        }
    }

    /// The site of a tracking token.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn by_token(&self, token: &str) -> Result<Option<Arc<TrackedSite>>> {
        self.find(Key::Token(token.to_owned())).await
    }

    /// The site of a domain.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn by_domain(&self, domain: &str) -> Result<Option<Arc<TrackedSite>>> {
        self.find(Key::Domain(domain.to_owned())).await
    }

    /// Forgets everything: a site was made, changed or deleted. Rare, and what is forgotten is read again at need.
    pub(crate) fn invalidate(&self) {
        let mut count = self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        self.known.invalidate_all();
    }

    async fn find(&self, key: Key) -> Result<Option<Arc<TrackedSite>>> {
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        let before = *self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match &key {
            Key::Token(text) | Key::Domain(text) if !is_lookup_worthy(text) => return Ok(None),
            // In boxes: they are rare and large, and every hit's future would be as large as they are.
            Key::Token(token) => Box::pin(self.store.tracked_by_token(token)).await?,
            Key::Domain(domain) => Box::pin(self.store.tracked_by_domain(domain)).await?,
        };
        let found = found.map(Arc::new);
        let count = self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
        if *count == before {
            self.known.insert(key, found.clone());
        }
        Ok(found)
    }
}
