//! The secret of an API token: how it looks, and its hash, which is all that is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ids::random_bytes;

/// What every secret begins with, so that people and scanners of leaked secrets know one.
const PREFIX: &str = "haru_";
/// Characters of 32 bytes in base64url.
const ENCODED: usize = 43;

/// SHA-256 of a secret. 32 random bytes can't be guessed, so that a slow hash would protect nothing more.
pub(crate) type TokenHash = [u8; 32];

/// A new secret: 32 random bytes behind the prefix.
pub(super) fn new_secret() -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
}

/// True of what is meant as an API token; access tokens begin otherwise.
pub(super) fn is_meant(bearer: &str) -> bool {
    bearer.starts_with(PREFIX)
}

/// The hash that a secret would be kept under; none for what can't be one, without asking the database.
pub(super) fn hash(secret: &str) -> Option<TokenHash> {
    let encoded = secret.strip_prefix(PREFIX)?;
    let sound = encoded.len() == ENCODED
        && encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    sound.then(|| hash_of(secret))
}

/// The hash that a secret made here is kept under.
pub(super) fn hash_of(secret: &str) -> TokenHash {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_form_and_one_hash() {
        let secret = new_secret();
        assert!(is_meant(&secret));
        assert_eq!(secret.len(), 48);
        assert_eq!(hash(&secret), Some(hash_of(&secret)));
        assert_ne!(hash(&secret), hash(&new_secret()));
        let (short, long) = (&secret[..47], format!("{secret}A"));
        let strange = format!("{}!", &secret[..47]);
        let bare = &secret[PREFIX.len()..];
        for bad in ["", PREFIX, short, &long, &strange, bare, &secret.to_uppercase()] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }
}
