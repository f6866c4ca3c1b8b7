//! What a site counts and what it does not: compiled once, asked for every hit.
//!
//! Rule: a site without such settings pays nothing for them, and no pattern can take long.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use haru_stats::query::Glob;

use super::hit::DropReason;
use super::host::{is_within, normalize_host};
use crate::secret::mac;

/// Before a host: the host and all that lie below it.
const BELOW: &str = "*.";

/// What `collect` must know of a site.
#[derive(Clone, Debug, Default)]
pub(crate) struct SiteRules {
    pub(crate) id: i64,
    /// In the form of `normalize_host`. Hosts below it are the site's own as well.
    pub(crate) domain: String,
    /// Hosts whose pages are counted; none: all. They are the site's own, too.
    pub(crate) hostnames: Vec<HostPattern>,
    /// Pages that are not counted.
    pub(crate) excluded_paths: Vec<Glob>,
    /// Addresses that are not counted.
    pub(crate) excluded_addresses: ExcludedAddresses,
    /// Whether Do Not Track and Global Privacy Control are honoured.
    pub(crate) honour_dnt: bool,
}

impl SiteRules {
    /// Whether a host is the site's own.
    pub(crate) fn is_own(&self, host: &str) -> bool {
        is_within(host, &self.domain) || self.hostnames.iter().any(|pattern| pattern.matches(host))
    }

    /// Whether what comes from there is not counted. The cheapest comes first.
    ///
    /// # Errors
    /// The reason.
    pub(super) fn check(&self, hostname: &str, page: &str, address: Option<IpAddr>) -> Result<(), DropReason> {
        if !self.hostnames.is_empty() && !self.hostnames.iter().any(|pattern| pattern.matches(hostname)) {
            return Err(DropReason::Hostname);
        }
        if self.excluded_paths.iter().any(|pattern| pattern.matches(page)) {
            return Err(DropReason::ExcludedPath);
        }
        if address.is_some_and(|address| self.excluded_addresses.contains(address)) {
            return Err(DropReason::ExcludedAddress);
        }
        Ok(())
    }
}

/// A host, or with `*.` before it that one and all below it: `www.example.com` is stored as `example.com`, so that
/// `*.example.com` must mean both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPattern {
    host: String,
    below: bool,
}

impl HostPattern {
    /// Reads a pattern into its one form; `None` when it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (below, host) = text.strip_prefix(BELOW).map_or((false, text), |host| (true, host));
        let host = normalize_host(host).filter(|host| !host.contains('*'))?;
        Some(Self { host, below })
    }

    fn matches(&self, host: &str) -> bool {
        if self.below { is_within(host, &self.host) } else { host == self.host }
    }
}

impl std::fmt::Display for HostPattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", if self.below { BELOW } else { "" }, self.host)
    }
}

/// What an excluded address is known by.
pub(crate) type AddressHash = [u8; 32];

/// Makes hashes of addresses that nobody can undo without the instance's secret, of which it has a key of its own.
///
/// Without the key all 2³² IPv4 addresses could be tried. The site is part of the hash, so that two sites that exclude the same
/// address don't show it. An IPv6 address counts by its first 64 bits, which are what one household has.
#[derive(Clone, Default)]
pub(crate) struct AddressKeys(Arc<[[u8; 32]]>);

impl std::fmt::Debug for AddressKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AddressKeys(…)")
    }
}

impl AddressKeys {
    /// With the key of today first, then those of secrets that came before.
    pub(crate) fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The hashes of an address on a site: by the key of today first, then by earlier ones.
    pub(crate) fn hashes(&self, site: &str, address: IpAddr) -> impl Iterator<Item = AddressHash> {
        let (v4, v6);
        let network: &[u8] = match address.to_canonical() {
            IpAddr::V4(address) => {
                v4 = address.octets();
                &v4
            }
            IpAddr::V6(address) => {
                v6 = address.octets();
                &v6[..8]
            }
        };
        // No network is longer than an address; a copy, so that the iterator borrows nothing of this call.
        let mut copy = [0; 8];
        copy[..network.len()].copy_from_slice(network);
        let length = network.len();
        self.0.iter().map(move |key| mac(key, &[site.as_bytes(), &copy[..length]]))
    }
}

/// Addresses that a site does not count.
#[derive(Clone, Default)]
pub(crate) struct ExcludedAddresses {
    site: String,
    hashes: HashSet<AddressHash>,
    keys: AddressKeys,
}

impl std::fmt::Debug for ExcludedAddresses {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ExcludedAddresses({})", self.hashes.len())
    }
}

impl ExcludedAddresses {
    /// Those of the site of that public id.
    pub(crate) fn new(site: &str, hashes: HashSet<AddressHash>, keys: AddressKeys) -> Self {
        Self { site: site.to_owned(), hashes, keys }
    }

    fn contains(&self, address: IpAddr) -> bool {
        !self.hashes.is_empty() && self.keys.hashes(&self.site, address).any(|hash| self.hashes.contains(&hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn hosts_have_one_form_and_a_star_means_the_host_and_all_below_it() {
        let form = |text: &str| HostPattern::parse(text).map(|pattern| pattern.to_string());
        assert_eq!(form(" WWW.Example.com:8080 ").as_deref(), Some("example.com"));
        assert_eq!(form("*.Bücher.example").as_deref(), Some("*.xn--bcher-kva.example"));
        for bad in ["", "*", "*.", "a.*.example", "**.example.com", "*example.com", "a b", "example.com/x", "a\u{0}b"] {
            assert_eq!(form(bad), None, "{bad}");
        }
        let fits = |pattern: &str, host: &str| HostPattern::parse(pattern).expect("a pattern").matches(host);
        assert!(fits("example.com", "example.com"));
        assert!(!fits("example.com", "shop.example.com"));
        assert!(fits("*.example.com", "example.com"));
        assert!(fits("*.example.com", "a.shop.example.com"));
        assert!(!fits("*.example.com", "notexample.com"));
    }

    #[test]
    fn an_address_is_known_by_what_stays_the_same_of_it() {
        let keys = AddressKeys::new([[1; 32]]);
        let hash = |text: &str| keys.hashes("a site", address(text)).next().expect("a key");
        assert_eq!(hash("203.0.113.7"), hash("::ffff:203.0.113.7"));
        assert_ne!(hash("203.0.113.7"), hash("203.0.113.8"));
        assert_eq!(hash("2001:db8:1:2:3:4:5:6"), hash("2001:db8:1:2::"));
        assert_ne!(hash("2001:db8:1:2::"), hash("2001:db8:1:3::"));
        assert_ne!(hash("203.0.113.7"), hash("cb00:7107::"), "the same bytes, another kind");
        assert_ne!(Some(hash("203.0.113.7")), keys.hashes("another site", address("203.0.113.7")).next());
    }

    #[test]
    fn what_an_earlier_secret_excluded_stays_excluded() {
        let (earlier, rotated) = (AddressKeys::new([[1; 32]]), AddressKeys::new([[2; 32], [1; 32]]));
        let hashes = earlier.hashes("a site", address("203.0.113.7")).collect();
        let excluded = ExcludedAddresses::new("a site", hashes, rotated);
        assert!(excluded.contains(address("203.0.113.7")));
        assert!(!excluded.contains(address("203.0.113.8")));
        assert!(!format!("{excluded:?}").contains("203"));
    }
}
