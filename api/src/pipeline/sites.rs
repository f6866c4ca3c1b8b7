//! Sites by tracking token and domain, cached for a minute, gone at once when deleted or changed here, and asked for anew when
//! another node has changed something. While the database is away, those that are known stay known: their hits are kept in the
//! journal.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::{Instant, timeout};

use haru_stats::query::Glob;
use haru_stats::time::SiteZones;

use crate::collect::{AddressKeys, ExcludedAddresses, HostPattern, SiteRules};
use crate::error::{Error, Result};
use crate::store::{Site, Store, TrackedSite};

/// How long a site is believed without asking the database again.
const TTL: Duration = Duration::from_mins(1);
/// How long it is while the database can't be asked.
const TTL_AWAY: Duration = Duration::from_hours(24);
/// How long a hit waits for the database to say whether its site is still what it was.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long after such a try hits do without another.
const REST: Duration = Duration::from_secs(1);
/// Sites, and tokens of no site, remembered at the same time.
const KEPT: u64 = 100_000;
/// Longest token or domain that is looked up at all.
const KEY_MAX: usize = 255;

/// Tokens and domains are short and printable; nothing else is worth asking the database for.
fn is_lookup_worthy(text: &str) -> bool {
    !text.is_empty() && text.len() <= KEY_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A site as hits meet it.
#[derive(Debug)]
pub(crate) struct Tracked {
    /// The site.
    pub(crate) site: Site,
    /// The zones that its days have followed.
    pub(crate) zones: SiteZones,
    /// What it counts.
    pub(crate) rules: SiteRules,
}

impl Tracked {
    fn new(found: TrackedSite, keys: &AddressKeys) -> Self {
        let TrackedSite { site, zones, excluded_addresses } = found;
        let hashes = excluded_addresses.into_iter().collect();
        let rules = SiteRules {
            id: site.key,
            domain: site.domain.clone(),
            hostnames: site.allowed_hostnames.iter().filter_map(|host| HostPattern::parse(host)).collect(),
            excluded_paths: site.excluded_paths.iter().map(|path| Glob::new(path)).collect(),
            excluded_addresses: ExcludedAddresses::new(&site.id, hashes, keys.clone()),
            honour_dnt: site.honour_dnt,
        };
        Self { site, zones, rules }
    }
}

/// The cache in front of the lookups of `collect`.
#[derive(Debug)]
pub(crate) struct TrackedSites {
    store: Store,
    address_keys: AddressKeys,
    known: Cache<Key, Arc<Known>>,
    /// Counts changes: what was read before one is not believed after it.
    changes: AtomicU64,
}

/// What the database said last.
#[derive(Debug)]
struct Known {
    site: Option<Arc<Tracked>>,
    next: Mutex<NextAsk>,
}

/// When the database is to be asked again; then by one hit, while others believe what is known.
#[derive(Debug)]
struct NextAsk {
    at: Instant,
    /// Changes that there had been when it was asked last: it is asked again once there are more.
    changes: u64,
}

impl Known {
    fn new(site: Option<Arc<Tracked>>, changes: u64) -> Self {
        Self { site, next: Mutex::new(NextAsk { at: Instant::now() + TTL, changes }) }
    }

    /// Whether it is time to ask again, and this caller is the one to do so.
    fn is_to_be_asked(&self, changes: u64) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_time = next.at <= now || next.changes != changes;
        if is_time {
            *next = NextAsk { at: now + PATIENCE + REST, changes };
        }
        is_time
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Token(String),
    Domain(String),
}

impl TrackedSites {
    pub(crate) fn new(store: Store, address_keys: AddressKeys) -> Self {
        Self {
            store,
            address_keys,
            known: Cache::builder().max_capacity(KEPT).time_to_live(TTL_AWAY).build(),
            changes: AtomicU64::new(0),
        }
    }

    /// The site of a tracking token.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn by_token(&self, token: &str) -> Result<Option<Arc<Tracked>>> {
        self.find(Key::Token(token.to_owned())).await
    }

    /// The site of a domain.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn by_domain(&self, domain: &str) -> Result<Option<Arc<Tracked>>> {
        self.find(Key::Domain(domain.to_owned())).await
    }

    /// What hashes of excluded addresses are made with.
    pub(crate) fn address_keys(&self) -> &AddressKeys {
        &self.address_keys
    }

    /// Forgets everything: a site was made, changed or deleted. Rare, and what is forgotten is read again at need.
    pub(crate) fn invalidate(&self) {
        self.doubt();
        self.known.invalidate_all();
    }

    /// Asks for everything anew, and believes what is known while nobody answers: another node may have changed something.
    pub(crate) fn doubt(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    async fn find(&self, key: Key) -> Result<Option<Arc<Tracked>>> {
        let Some(known) = self.known.get(&key) else { return self.ask(key).await };
        if !known.is_to_be_asked(self.changes.load(Ordering::SeqCst)) {
            return Ok(known.site.clone());
        }
        match timeout(PATIENCE, self.ask(key)).await {
            Ok(Err(Error::Unavailable)) | Err(_) if known.site.is_some() => Ok(known.site.clone()),
            Ok(answer) => answer,
            Err(_) => Err(Error::Unavailable),
        }
    }

    async fn ask(&self, key: Key) -> Result<Option<Arc<Tracked>>> {
        let before = self.changes.load(Ordering::SeqCst);
        let found = match &key {
            Key::Token(text) | Key::Domain(text) if !is_lookup_worthy(text) => return Ok(None),
            // In boxes: they are rare and large, and every hit's future would be as large as they are.
            Key::Token(token) => Box::pin(self.store.tracked_by_token(token)).await?,
            Key::Domain(domain) => Box::pin(self.store.tracked_by_domain(domain)).await?,
        };
        let found = found.map(|found| Arc::new(Tracked::new(found, &self.address_keys)));
        if self.changes.load(Ordering::SeqCst) == before {
            self.known.insert(key, Arc::new(Known::new(found.clone(), before)));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_known_is_believed_for_a_minute_and_then_one_asks_for_all() {
        let known = Known::new(None, 0);
        tokio::time::advance(TTL.saturating_sub(Duration::from_millis(1))).await;
        assert!(!known.is_to_be_asked(0));
        for _ in 0..3 {
            tokio::time::advance(PATIENCE + REST).await;
            assert!(known.is_to_be_asked(0));
            assert!((0..100).all(|_| !known.is_to_be_asked(0)), "one is enough");
            tokio::time::advance(PATIENCE).await;
            assert!(!known.is_to_be_asked(0), "it may still be answered, or was not a moment ago");
        }
    }

    #[tokio::test]
    async fn after_a_change_one_asks_at_once() {
        let known = Known::new(None, 0);
        for changes in 1..=3 {
            assert!(known.is_to_be_asked(changes));
            assert!((0..100).all(|_| !known.is_to_be_asked(changes)), "one is enough");
        }
    }
}
