//! The secret of an API token: how it looks, and its hash, which is all that is kept.

use super::random_secret;

/// What every secret begins with, so that people and scanners of leaked secrets know one.
const PREFIX: &str = "haru_";

/// SHA-256 of a secret with its prefix.
pub(crate) type TokenHash = [u8; 32];

/// A new secret: a random one behind the prefix.
pub(super) fn new_secret() -> String {
    format!("{PREFIX}{}", random_secret::new_secret())
}

/// True of what is meant as an API token; access tokens begin otherwise.
pub(super) fn is_meant(bearer: &str) -> bool {
    bearer.starts_with(PREFIX)
}

/// The hash that a secret would be kept under; none for what can't be one, without asking the database.
pub(super) fn hash(secret: &str) -> Option<TokenHash> {
    random_secret::is_formed(secret.strip_prefix(PREFIX)?).then(|| hash_of(secret))
}

/// The hash that a secret made here is kept under.
pub(super) fn hash_of(secret: &str) -> TokenHash {
    random_secret::hash_of(secret)
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
