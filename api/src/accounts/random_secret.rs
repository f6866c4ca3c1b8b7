//! Secrets in links and of API tokens: 32 random bytes in base64url, kept as SHA-256. They can't be guessed, so that a slow
//! hash would protect nothing more.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ids::random_bytes;

/// Characters of 32 bytes in base64url.
const ENCODED: usize = 43;

/// A new secret.
pub(super) fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// The hash that a secret would be kept under; none for what can't be one, without asking the database.
pub(super) fn hash(secret: &str) -> Option<[u8; 32]> {
    is_formed(secret).then(|| hash_of(secret))
}

/// True of what looks like a secret made here.
pub(super) fn is_formed(secret: &str) -> bool {
    secret.len() == ENCODED && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The hash that a secret made here is kept under.
pub(super) fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_form_and_one_hash() {
        let secret = new_secret();
        assert_eq!(hash(&secret), Some(hash_of(&secret)));
        assert_ne!(hash(&secret), hash(&new_secret()));
        for bad in ["", &secret[1..], &format!("{secret}A"), &format!("{}\0", &secret[1..])] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }
}
