//! Rate limits of the API: who is counted, how often, and the answer when it is too much.
//!
//! Token buckets by `tower_governor`; its layer does not fit poem's request type, so its limiter is asked directly.
//! The limit of `collect` is another matter and lives with it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use tower_governor::GovernorError;
use tower_governor::governor::{GovernorConfig, GovernorConfigBuilder};
use tower_governor::key_extractor::KeyExtractor;

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

/// So many a minute for each key, in bursts of as many.
pub(crate) struct RateLimit(Option<GovernorConfig<HashedKey, NoOpMiddleware>>);

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
        let mut builder = GovernorConfigBuilder::default().key_extractor(HashedKey);
        Self(builder.period(Duration::from_mins(1) / count).burst_size(count).finish())
    }

    /// Counts one request of a key.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub(crate) fn check(&self, key: impl Hash) -> Result<()> {
        let Some(config) = &self.0 else { return Ok(()) };
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        config.limiter().check_key(&hasher.finish()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Error::TooMany { retry_after: wait.as_secs() + 1 }
        })
    }

    /// Forgets keys that are at rest; called now and then.
    pub(crate) fn forget_idle(&self) {
        if let Some(config) = &self.0 {
            config.limiter().retain_recent();
        }
    }
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
        let none = RateLimit::a_minute(0);
        assert!((0..1000).all(|_| none.check("a").is_ok()));
    }
}
