//! Passwords: Argon2id with OWASP's first parameters (19 MiB, 2 passes, 1 lane), off the async threads, few at a time.
//!
//! Source: OWASP Password Storage Cheat Sheet. A password is its NFC form, so that the same characters fit however a keyboard
//! composes them (RFC 8265, `OpaqueString`).

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::strength::weakness;
use super::validate::PASSWORD_MAX;
use crate::error::{Error, Result};

/// Hashes computed at the same time, at most; each takes 19 MiB and a core, and a core is left to everything else.
const AT_ONCE: usize = 2;
/// How long a login waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub(super) struct Passwords {
    turn: Arc<Semaphore>,
    /// A hash that no password fits: checked when there is no such user, so that both take the same time.
    decoy: Arc<str>,
}

impl Passwords {
    pub(super) fn new() -> Result<Self> {
        let unknowable = hex::encode(crate::ids::random_bytes::<32>());
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = cores.saturating_sub(1).clamp(1, AT_ONCE);
        Ok(Self { turn: Arc::new(Semaphore::new(at_once)), decoy: hash(&unknowable)?.into() })
    }

    /// The PHC string of a new password, whose length [`Problems::password`](super::validate::Problems::password) has found
    /// good. `about` is what is known of the user, address and name, which is the first that others would try.
    ///
    /// # Errors
    /// `Invalid` with field `password` when it is too easy to guess.
    pub(super) async fn hash(&self, password: String, about: &[&str]) -> Result<String> {
        let about: Vec<String> = about.iter().map(|text| (*text).to_owned()).collect();
        self.in_turn(move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            match weakness(&password, &about) {
                Some(why) => Err(Error::field("password", why)),
                None => hash(&password),
            }
        })
        .await?
    }

    /// The PHC string of a share link's password, which is told to many: how strong it is is its maker's choice.
    pub(super) async fn hash_shared(&self, password: String) -> Result<String> {
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether a password fits a hash; without a hash it never does, and takes as long. So does a text that is too long to be any
    /// password: bodies may have megabytes, which are not worth the work.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let (password, hash) = if is_too_long(&password) { (String::new(), None) } else { (password, hash) };
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        Ok(self.in_turn(move || verify(&password, &hash)).await? && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let waiting = self.turn.clone().acquire_owned();
        let permit = tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| Error::Unavailable)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(Error::internal)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String> {
    let hash: PasswordHash = argon2()?.hash_password(normal(password).as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    let (Ok(argon2), Ok(hash)) = (argon2(), PasswordHash::new(hash)) else { return false };
    argon2.verify_password(normal(password).as_bytes(), &hash).is_ok()
}

/// True of a text that is longer than any password, however its letters are composed: normal form joins at most so many characters
/// into one. Tells without looking at all of it.
pub(super) fn is_too_long(text: &str) -> bool {
    text.chars().nth(PASSWORD_MAX * 4).is_some()
}

/// The form in which a password is counted, hashed and checked.
pub(super) fn normal(password: &str) -> String {
    password.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_names_its_parameters_and_fits_one_password() {
        let passwords = Passwords::new().expect("made");
        let hash = passwords.hash("correct horse battery".to_owned(), &[]).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery".to_owned(), Some(hash.clone())).await.expect("checked"));
        assert!(!passwords.verify("correct horse".to_owned(), Some(hash)).await.expect("checked"));
        assert!(!passwords.verify("correct horse battery".to_owned(), None).await.expect("checked"));
        let error = passwords.hash("password1234".to_owned(), &[]).await.expect_err("it is common");
        assert!(error.to_string().starts_with("password is too easy to guess"), "{error}");
    }

    #[tokio::test]
    async fn what_is_longer_than_any_password_fits_nothing() {
        let passwords = Passwords::new().expect("made");
        let (longest, longer) = ("x".repeat(PASSWORD_MAX * 4), "x".repeat(PASSWORD_MAX * 4 + 1));
        for (password, fits) in [(longest, true), (longer, false)] {
            let hash = hash(&password).expect("hashed");
            assert_eq!(passwords.verify(password, Some(hash)).await.expect("checked"), fits);
        }
        // Not that which stands in for it either.
        let blank = hash("").expect("hashed");
        assert!(!passwords.verify("x".repeat(1_000_000), Some(blank)).await.expect("checked"));
    }

    #[tokio::test]
    async fn however_a_letter_is_composed_it_is_the_same() {
        let passwords = Passwords::new().expect("made");
        let hash = passwords.hash("une tre\u{300}s longue phrase".to_owned(), &[]).await.expect("hashed");
        assert!(passwords.verify("une tr\u{e8}s longue phrase".to_owned(), Some(hash)).await.expect("checked"));
    }
}
