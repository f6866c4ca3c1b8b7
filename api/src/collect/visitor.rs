//! Visitor ids.
//!
//! Rule: an id is the first 64 bits of a SHA-256 over a secret of the day and what identifies a visitor. Each part is
//! preceded by its length, so that no two different inputs are the same bytes. Without the day's secret an id can't be
//! traced back; once the secret is erased nobody can, which is why addresses are never hashed with a lasting one.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The secrets of one day of one site.
#[derive(Clone, Copy)]
pub(crate) struct VisitorKeys<'k> {
    /// For addresses and user agents: the day's random salt. It must be forgotten when the day is over; for a past day
    /// use one that is drawn at random and kept in memory only.
    pub(crate) address: &'k [u8],
    /// For an explicit, opaque `visitor`: the day's salt, or for a past day a [`past_key`].
    pub(crate) visitor: &'k [u8],
}

impl<'k> VisitorKeys<'k> {
    /// The keys of a day that is open: its salt for both.
    pub(crate) fn of_salt(salt: &'k [u8]) -> Self {
        Self { address: salt, visitor: salt }
    }
}

impl std::fmt::Debug for VisitorKeys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VisitorKeys").finish_non_exhaustive()
    }
}

/// The key for explicit visitors of a past day, whose salt is gone: HMAC-SHA-256 of site and date under the instance's
/// secret. `date` is the site's local date, `YYYY-MM-DD`.
pub(crate) fn past_key(secret: &[u8], site_id: i64, date: &str) -> [u8; 32] {
    // HMAC takes keys of any length; hashing ours first makes one of the block's size, which can't be refused.
    let mut key = [0; 64];
    key.iter_mut().zip(Sha256::digest(secret)).for_each(|(to, from)| *to = from);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    for part in [&b"haru past visitors"[..], &site_id.to_be_bytes(), date.as_bytes()] {
        mac.update(&length(part));
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The id of whoever has this address and user agent today. Blank parts are allowed and are one visitor.
pub(crate) fn by_address(keys: &VisitorKeys<'_>, site_id: i64, address: Option<IpAddr>, user_agent: &str) -> i64 {
    let (v4, v6);
    let address = match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => {
            v4 = address.octets();
            &v4[..]
        }
        Some(IpAddr::V6(address)) => {
            v6 = address.octets();
            &v6[..]
        }
        None => &[],
    };
    id(&[b"address", keys.address, &site_id.to_be_bytes(), address, user_agent.as_bytes()])
}

/// The id of an explicit, opaque visitor of that day.
pub(crate) fn by_name(keys: &VisitorKeys<'_>, site_id: i64, visitor: &str) -> i64 {
    id(&[b"visitor", keys.visitor, &site_id.to_be_bytes(), visitor.as_bytes()])
}

fn id(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(length(part));
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(0, |id, &byte| id << 8 | i64::from(byte))
}

fn length(part: &[u8]) -> [u8; 8] {
    // A slice is never longer than an u64 can say.
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: VisitorKeys<'_> = VisitorKeys { address: b"salt", visitor: b"salt" };

    fn address(address: &str, agent: &str) -> i64 {
        by_address(&KEYS, 1, Some(address.parse().unwrap()), agent)
    }

    #[test]
    fn the_same_visitor_has_the_same_id_and_others_have_others() {
        let id = address("203.0.113.9", "agent");
        assert_eq!(id, address("203.0.113.9", "agent"));
        assert_eq!(id, address("::ffff:203.0.113.9", "agent"));
        assert_ne!(id, address("203.0.113.8", "agent"));
        assert_ne!(id, address("203.0.113.9", "agent2"));
        let site2 = by_address(&KEYS, 2, Some("203.0.113.9".parse().unwrap()), "agent");
        assert_ne!(id, site2);
        let tomorrow = VisitorKeys::of_salt(b"other");
        assert_ne!(id, by_address(&tomorrow, 1, Some("203.0.113.9".parse().unwrap()), "agent"));
        assert_ne!(by_name(&KEYS, 1, "a"), by_name(&KEYS, 1, "b"));
        assert_ne!(by_name(&KEYS, 1, "a"), by_name(&KEYS, 2, "a"));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(id(&[b"ab", b"c"]), id(&[b"a", b"bc"]));
        assert_ne!(id(&[b"", b"a"]), id(&[b"a", b""]));
        assert_ne!(by_name(&KEYS, 1, ""), by_address(&KEYS, 1, None, ""));
    }

    #[test]
    fn an_id_is_the_first_64_bits_of_the_hash() {
        let mut bytes = Vec::new();
        for part in [&b"visitor"[..], b"salt", &1_i64.to_be_bytes(), b"v"] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        let digest = Sha256::digest(&bytes);
        assert_eq!(by_name(&KEYS, 1, "v"), i64::from_be_bytes(digest[..8].try_into().unwrap()));
    }

    #[test]
    fn a_past_key_depends_on_secret_site_and_date() {
        let key = past_key(b"secret", 1, "2026-01-31");
        assert_eq!(key, past_key(b"secret", 1, "2026-01-31"));
        assert_ne!(key, past_key(b"secret", 1, "2026-01-30"));
        assert_ne!(key, past_key(b"secret", 2, "2026-01-31"));
        assert_ne!(key, past_key(b"other", 1, "2026-01-31"));
    }

    #[test]
    fn debug_output_holds_no_key() {
        assert!(!format!("{KEYS:?}").contains("115"), "{KEYS:?}");
    }
}
