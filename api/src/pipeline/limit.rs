//! How many hits one address may send to one site in a minute.
//!
//! A whole number a minute, counted from the first hit of an address: a token bucket that refills all the time, as
//! `tower_governor`'s, would let the 101st through as soon as the first hundred took half a second.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use moka::sync::Cache;

/// The window that is counted.
const WINDOW: Duration = Duration::from_mins(1);
/// Windows kept at the same time; beyond, the least used are forgotten.
const WINDOWS_KEPT: u64 = 200_000;

#[derive(Debug)]
struct Window {
    since: Instant,
    hits: AtomicU32,
}

/// What a limit counts as one client: an IPv4 address, or the /64 that an IPv6 host picks its addresses from.
pub(crate) fn client_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::from(v6.to_bits().wrapping_shr(64).wrapping_shl(64).to_be_bytes()),
    }
}

/// Counts hits by address and site; engagement has an allowance of its own, so that leaving a page is never lost to the
/// pageviews before it.
#[derive(Debug)]
pub(crate) struct CollectLimit {
    a_minute: u32,
    windows: Cache<(IpAddr, i64, bool), Arc<Window>>,
}

impl CollectLimit {
    /// A limit of so many hits a minute; 0 is none.
    pub(crate) fn new(a_minute: u32) -> Self {
        let windows = Cache::builder().max_capacity(WINDOWS_KEPT).time_to_live(WINDOW).build();
        Self { a_minute, windows }
    }

    /// Counts one hit.
    ///
    /// # Errors
    /// Seconds until the next is allowed.
    pub(crate) fn check(&self, address: IpAddr, site: i64, engagement: bool) -> Result<(), u64> {
        if self.a_minute == 0 {
            return Ok(());
        }
        let window = self.windows.get_with((client_network(address), site, engagement), || {
            Arc::new(Window { since: Instant::now(), hits: AtomicU32::new(0) })
        });
        if window.hits.fetch_add(1, Ordering::Relaxed) < self.a_minute {
            return Ok(());
        }
        Err(WINDOW.saturating_sub(window.since.elapsed()).as_secs() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundred_and_first_is_refused_by_address_site_and_kind() {
        let limit = CollectLimit::new(100);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..100 {
            assert_eq!(limit.check(one, 1, false), Ok(()));
        }
        assert!(limit.check(one, 1, false).is_err_and(|seconds| (1..=60).contains(&seconds)));
        assert_eq!(limit.check(other, 1, false), Ok(()));
        assert_eq!(limit.check(one, 2, false), Ok(()));
        assert_eq!(limit.check(one, 1, true), Ok(()));
        let [host, neighbour]: [IpAddr; 2] =
            ["2001:db8::1", "2001:db8::2"].map(|text| text.parse().expect("an address"));
        assert_eq!(client_network(host), client_network(neighbour));
        assert_ne!(client_network(host), client_network("2001:db8:0:1::1".parse().expect("an address")));
        let unlimited = CollectLimit::new(0);
        assert!((0..1000).all(|_| unlimited.check(one, 1, false).is_ok()));
    }
}
