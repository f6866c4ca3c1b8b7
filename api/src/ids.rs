//! Public ids, random tokens and the clock, so that they are made in one place.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;

/// Characters of a random slug.
const SLUG: usize = 20;

/// A new public id: a UUIDv7, opaque to the outside, sorted by age.
pub(crate) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The lowest public id that can have been made at an instant.
pub(crate) fn first_id_at(ms: i64) -> String {
    format!("{:08x}-{:04x}-7000-8000-000000000000", ms >> 16, ms & 0xffff)
}

/// Random bytes from the operating system's generator.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A new tracking token: 16 random bytes, safe in addresses and attributes.
pub(crate) fn new_tracking_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<16>())
}

/// A new slug of a share link: 20 of 36 letters and digits, about 103 random bits, as only who was told may find it.
pub(crate) fn new_slug() -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut slug = String::with_capacity(SLUG);
    while slug.len() < SLUG {
        // Bytes above the last whole multiple of 36 would make some letters likelier.
        let fair = random_bytes::<32>().into_iter().filter(|byte| *byte < 252);
        slug.extend(fair.take(SLUG - slug.len()).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])));
    }
    slug
}

/// Now, in milliseconds since the epoch.
pub(crate) fn now_ms() -> i64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A time span in milliseconds, as it is added to instants.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_lies_between_the_first_of_its_instant_and_of_the_next() {
        let before = now_ms();
        let id = new_id();
        let after = now_ms();
        assert!(first_id_at(before) <= id && id < first_id_at(after + 1), "{id}");
        assert_eq!(first_id_at(before).len(), id.len());
    }
}
