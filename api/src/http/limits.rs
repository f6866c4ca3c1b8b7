//! Rate limits of the API: who is counted, how often, and the answer when it is too much.
//!
//! Token buckets by `tower_governor`; its layer does not fit poem's request type, so its limiter is asked directly.
//! The limit of `collect` is another matter and lives with it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use moka::sync::Cache;
use tower_governor::GovernorError;
use tower_governor::governor::{GovernorConfig, GovernorConfigBuilder};
use tower_governor::key_extractor::KeyExtractor;

use super::rate_limit_headers::{self, Allowance};
use crate::error::{Error, Result};

/// Keys are hashes of what is counted (an address, an email, a user), so that the limiter holds no personal data.
#[derive(Clone, Debug)]
pub(crate) struct HashedKey;

impl KeyExtractor for HashedKey {
    type Key = u64;

    /// The limiter is asked with keys, never with requests.
    fn extract<T>(&self, _request: &poem::http::Request<T>) -> Result<u64, GovernorError> {
        Err(GovernorError::UnableToExtractKey)
    }
}

/// Keys that were refused of late and are remembered as such.
const SPENT_MAX: u64 = 100_000;

/// So many a minute for each key, in bursts of as many.
pub(crate) struct RateLimit(Option<Buckets>);

struct Buckets {
    count: u32,
    config: GovernorConfig<HashedKey, StateInformationMiddleware>,
    /// Keys that were refused, each with the instant until which it waits.
    spent: Cache<u64, Instant>,
}

impl std::fmt::Debug for RateLimit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RateLimit(…)")
    }
}

impl RateLimit {
    /// A limit of so many a minute; 0 is none.
    pub(crate) fn a_minute(count: u32) -> Self {
        if count == 0 {
            return Self(None);
        }
        let mut builder = GovernorConfigBuilder::default().key_extractor(HashedKey).use_headers();
        let config = builder.period(period(count)).burst_size(count).finish();
        // A key is refused again a minute after it was refused last, at the latest.
        let spent = Cache::builder().max_capacity(SPENT_MAX).time_to_live(Duration::from_mins(1)).build();
        Self(config.map(|config| Buckets { count, config, spent }))
    }

    /// Counts one request of a key.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub(crate) fn check(&self, key: impl Hash) -> Result<()> {
        self.count(key).map(|_| ())
    }

    /// Whether a key has been refused and still has to wait, without counting: before work that nobody is known to be let do.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub(crate) fn check_unspent(&self, key: impl Hash) -> Result<()> {
        let Some(Buckets { spent, .. }) = &self.0 else { return Ok(()) };
        let left = spent.get(&hashed(key)).and_then(|until| until.checked_duration_since(Instant::now()));
        left.map_or(Ok(()), |left| Err(Error::TooMany { retry_after: left.as_secs() + 1 }))
    }

    /// The same for a caller who is known: the answer's headers tell what is left.
    ///
    /// # Errors
    /// As [`RateLimit::check`].
    pub(crate) fn check_known(&self, key: impl Hash) -> Result<()> {
        let Some(Buckets { count, .. }) = self.0 else { return Ok(()) };
        let counted = self.count(key);
        let allowance = match &counted {
            Ok(remaining) => {
                let reset = period(count) * count.saturating_sub(*remaining);
                Allowance {
                    limit: count,
                    remaining: *remaining,
                    reset: reset.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX),
                }
            }
            Err(Error::TooMany { retry_after }) => Allowance { limit: count, remaining: 0, reset: *retry_after },
            Err(_) => return counted.map(|_| ()),
        };
        rate_limit_headers::note(allowance);
        counted.map(|_| ())
    }

    /// Counts one request of a key; answers how many are left. Without a limit it is never asked.
    fn count(&self, key: impl Hash) -> Result<u32> {
        let Some(Buckets { config, spent, .. }) = &self.0 else { return Ok(u32::MAX) };
        let key = hashed(key);
        let counted = config.limiter().check_key(&key);
        counted.map(|state| state.remaining_burst_capacity()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            spent.insert(key, Instant::now() + wait);
            Error::TooMany { retry_after: wait.as_secs() + 1 }
        })
    }

    /// Forgets keys that are at rest; called now and then.
    pub(crate) fn forget_idle(&self) {
        if let Some(Buckets { config, .. }) = &self.0 {
            config.limiter().retain_recent();
        }
    }
}

fn hashed(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// How long it takes until one of so many a minute is there again.
fn period(count: u32) -> Duration {
    Duration::from_mins(1) / count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_the_next_waits_and_zero_is_no_limit() {
        let limit = RateLimit::a_minute(10);
        assert!((0..10).all(|_| limit.check("a").is_ok()));
        assert!(matches!(limit.check("a"), Err(Error::TooMany { retry_after: 1..=7 })));
        assert!(limit.check("b").is_ok());
        assert!(matches!(limit.check_unspent("a"), Err(Error::TooMany { retry_after: 1..=7 })));
        assert!((0..100).all(|_| limit.check_unspent("b").is_ok()), "it is not counted");
        let none = RateLimit::a_minute(0);
        assert!(none.check_unspent("a").is_ok());
        assert!((0..1000).all(|_| none.check("a").is_ok()));
    }
}
