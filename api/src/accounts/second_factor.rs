//! The second factor: time-based one-time codes (RFC 6238, six digits, 30 seconds, SHA-1 as all authenticators take it), a step
//! of the clock either way, each code once; and recovery codes. It is asked for after the right password only.
//!
//! Its secret is encrypted with a key of the instance's secret, bound to its user: a stolen database gives no codes.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use totp_rs::{Builder, Totp};

use super::login::Accounts;
use super::recovery;
use super::validate::Problems;
use crate::error::{Error, Result};
use crate::ids::{now_ms, random_bytes};
use crate::secret::Secret;
use crate::store::{Proved, SealedFactor, SessionState};

/// Wrong codes within [`TRIES_WINDOW_MS`], then none is looked at.
const TRIES_MAX: i64 = 10;
const TRIES_WINDOW_MS: i64 = 15 * 60 * 1000;
/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET_LENGTH: usize = 20;
const NONCE_LENGTH: usize = 24;
/// The name in authenticators.
const ISSUER: &str = "Haru";

const NEEDED: Error = Error::SecondFactor("the code of the second factor is needed");
const WRONG: &str = "is wrong or was used before";

/// What an authenticator is told.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    /// The secret in base32, to be typed.
    pub(crate) secret: String,
    /// The same as `otpauth://…`, for a QR code.
    pub(crate) uri: String,
}

/// Encrypts secrets for the database.
pub(super) struct FactorKeys {
    /// The current one first, each with the name of the secret that it comes from.
    keys: Vec<(String, XChaCha20Poly1305)>,
}

impl FactorKeys {
    pub(super) fn new(secret: &Secret) -> Self {
        let keys = secret.keys("second-factor");
        Self { keys: keys.map(|(id, key)| (id.to_owned(), XChaCha20Poly1305::new(&key.into()))).collect() }
    }

    /// Name of the key, nonce, ciphertext.
    fn seal(&self, user_id: &str, secret: &[u8]) -> Result<Vec<u8>> {
        let (id, key) = self.keys.first().ok_or_else(|| Error::internal("no key to encrypt with"))?;
        let nonce = random_bytes::<NONCE_LENGTH>();
        let payload = Payload { msg: secret, aad: user_id.as_bytes() };
        let text = key.encrypt(&XNonce::from(nonce), payload).map_err(Error::internal)?;
        Ok([id.as_bytes(), &nonce, &text].concat())
    }

    fn open(&self, user_id: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let broken = || {
            Error::SecondFactor(
                "codes of the app can't be checked, as the instance's secret has changed: use a recovery code",
            )
        };
        let (_, key) = self.keys.iter().find(|(id, _)| sealed.starts_with(id.as_bytes())).ok_or_else(broken)?;
        let rest = sealed.get(self.keys[0].0.len()..).ok_or_else(broken)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(broken)?;
        key.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: user_id.as_bytes() }).map_err(|_| broken())
    }

    fn is_current(&self, sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|(id, _)| sealed.starts_with(id.as_bytes()))
    }
}

impl std::fmt::Debug for FactorKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FactorKeys(…)")
    }
}

impl Accounts {
    /// Whether a user's logins need a second factor.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn has_second_factor(&self, user_id: &str) -> Result<bool> {
        Ok(self.store.second_factor(user_id).await?.is_some_and(|factor| factor.confirmed))
    }

    /// Begins a second factor: it is asked for once a code has confirmed it.
    ///
    /// # Errors
    /// `Invalid` for a wrong password, `Conflict` when one is on already.
    pub(crate) async fn begin_second_factor(&self, state: &SessionState, password: String) -> Result<Enrolment> {
        self.check_password(&state.user.id, password, "password").await?;
        let secret = random_bytes::<SECRET_LENGTH>();
        let sealed = self.factors.seal(&state.user.id, &secret)?;
        if !self.store.begin_second_factor(&state.user.id, sealed, now_ms()).await? {
            return Err(Error::taken("second_factor", "is on already: turn it off first"));
        }
        let totp = authenticator(&secret, &state.user.email)?;
        Ok(Enrolment { secret: totp.secret().to_base32(), uri: totp.to_url().map_err(Error::internal)? })
    }

    /// Turns the second factor on that was begun; recovery codes are answered, this once.
    ///
    /// # Errors
    /// `Invalid` for a wrong code, `NotFound` when none was begun, `TooMany` after many wrong codes.
    pub(crate) async fn confirm_second_factor(&self, state: &SessionState, code: &str) -> Result<Vec<String>> {
        const NONE: Error = Error::NotFound("second factor that waits to be confirmed");
        let factor = self.store.second_factor(&state.user.id).await?.filter(|factor| !factor.confirmed).ok_or(NONE)?;
        let Some(Proved::Step(step)) = self.proved(&factor, code)? else {
            return Err(self.wrong_code(&factor).await?);
        };
        let codes = recovery::new_codes();
        let confirmed = self.store.confirm_second_factor(&state.scope, &factor, step, &hashes(&codes)).await?;
        if confirmed { Ok(codes) } else { Err(NONE) }
    }

    /// Turns the second factor off.
    ///
    /// # Errors
    /// `Invalid` for a wrong password or code, `NotFound` when none is on, `TooMany` after many wrong codes.
    pub(crate) async fn remove_second_factor(&self, state: &SessionState, password: String, code: &str) -> Result<()> {
        let factor = self.confirmed(&state.user.id).await?;
        self.check_password(&state.user.id, password, "password").await?;
        let removed = match self.proved(&factor, code)? {
            Some(proved) => self.store.remove_second_factor(&state.scope, proved).await?,
            None => false,
        };
        if removed { Ok(()) } else { Err(self.wrong_code(&factor).await?) }
    }

    /// Turns a user's second factor off for who has lost it, or whose address it was set up with by somebody else. Whether it is they
    /// who ask is for whoever has the database to make sure.
    ///
    /// # Errors
    /// `Invalid` with field `email`, `NotFound` when there is no such user, or they have none.
    pub(crate) async fn reset_second_factor(&self, email: &str) -> Result<()> {
        let mut problems = Problems::default();
        let email = problems.email(email);
        problems.into_result()?;
        self.store.reset_second_factor(&email).await
    }

    /// New recovery codes in place of the earlier ones. Each is as good as the second factor, so it is asked for, as where it is
    /// turned off.
    ///
    /// # Errors
    /// `Invalid` for a wrong password or code, `NotFound` when none is on, `TooMany` after many wrong codes.
    pub(crate) async fn new_recovery_codes(
        &self,
        state: &SessionState,
        password: String,
        code: &str,
    ) -> Result<Vec<String>> {
        let factor = self.confirmed(&state.user.id).await?;
        self.check_password(&state.user.id, password, "password").await?;
        let codes = recovery::new_codes();
        let replaced = match self.proved(&factor, code)? {
            Some(proved) => self.store.replace_recovery_codes(&state.scope, proved, &hashes(&codes)).await?,
            None => false,
        };
        if replaced { Ok(codes) } else { Err(self.wrong_code(&factor).await?) }
    }

    /// Asks for the second factor of a user who has given the right password, if they have one.
    ///
    /// # Errors
    /// `SecondFactor` when the code is missing, wrong or used up, `TooMany` after many wrong ones.
    pub(super) async fn ask_second_factor(&self, user_id: &str, code: Option<&str>) -> Result<()> {
        let factor = self.store.second_factor(user_id).await?.filter(|factor| factor.confirmed);
        let Some(factor) = factor else { return Ok(()) };
        let code = code.filter(|code| !code.trim().is_empty()).ok_or(NEEDED)?;
        let good = match self.proved(&factor, code)? {
            Some(proved) => self.store.use_second_factor(user_id, proved).await?,
            None => false,
        };
        if good {
            return Ok(());
        }
        self.wrong_code(&factor).await?;
        Err(Error::SecondFactor("the code of the second factor is wrong or was used before"))
    }

    /// Encrypts with the current key what was encrypted with an earlier one, so that the earlier secret can be given up.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn reseal_second_factors(&self) -> Result<()> {
        for factor in self.store.second_factors_of_instance().await? {
            if self.factors.is_current(&factor.secret) {
                continue;
            }
            match self.factors.open(&factor.user_id, &factor.secret) {
                Ok(secret) => {
                    let sealed = self.factors.seal(&factor.user_id, &secret)?;
                    self.store.reseal_second_factor(&factor, sealed).await?;
                }
                Err(error) => {
                    let user = &factor.user_id;
                    tracing::warn!(%error, user, "a second factor cannot be read: name its secret in HARU_SECRET_PREVIOUS");
                }
            }
        }
        Ok(())
    }

    async fn confirmed(&self, user_id: &str) -> Result<SealedFactor> {
        let factor = self.store.second_factor(user_id).await?.filter(|factor| factor.confirmed);
        factor.ok_or(Error::NotFound("second factor"))
    }

    /// What a typed code proves, as far as can be told without using it up.
    fn proved(&self, factor: &SealedFactor, typed: &str) -> Result<Option<Proved>> {
        let (tries, since) = factor.tries;
        let left = since + TRIES_WINDOW_MS - now_ms();
        if tries >= TRIES_MAX && left > 0 {
            return Err(Error::TooMany { retry_after: u64::try_from(left / 1000).unwrap_or_default() + 1 });
        }
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(7).collect();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let secret = self.factors.open(&factor.user_id, &factor.secret)?;
            let now = u64::try_from(now_ms() / 1000).unwrap_or_default();
            let step = authenticator(&secret, &factor.user_id)?.check(&digits, now);
            return Ok(step.and_then(|step| i64::try_from(step).ok()).map(Proved::Step));
        }
        Ok(recovery::hash(typed).map(Proved::Recovery))
    }

    /// Counts it, and says so.
    async fn wrong_code(&self, factor: &SealedFactor) -> Result<Error> {
        let now = now_ms();
        self.store.note_wrong_code(&factor.user_id, now, now - TRIES_WINDOW_MS).await?;
        Ok(Error::field("code", WRONG))
    }
}

/// `account` is the name that the authenticator shows.
fn authenticator(secret: &[u8], account: &str) -> Result<Totp> {
    // A colon would part issuer and account.
    let account = account.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(1).with_issuer(Some(ISSUER));
    builder.with_account_name(account).build().map_err(Error::internal)
}

fn hashes(codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().filter_map(|code| recovery::hash(code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_opened_for_its_user_with_the_key_that_sealed_it_or_none() {
        let (old, new) = (Secret::for_tests(), Secret::for_tests_other());
        let sealed = FactorKeys::new(&old).seal("u", b"the secret").expect("sealed");
        assert!(!sealed.windows(10).any(|window| window == b"the secret"));
        let keys = FactorKeys::new(&new.clone().after(&old));
        assert_eq!(keys.open("u", &sealed).expect("an earlier key"), b"the secret");
        assert!(!keys.is_current(&sealed));
        assert!(keys.open("v", &sealed).is_err(), "another user");
        assert!(FactorKeys::new(&new).open("u", &sealed).is_err(), "without the earlier secret");
        let mut broken = sealed.clone();
        *broken.last_mut().expect("bytes") ^= 1;
        assert!(keys.open("u", &broken).is_err());
        assert!(keys.open("u", &sealed[..10]).is_err());
        assert!(keys.is_current(&keys.seal("u", b"the secret").expect("sealed")));
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        let totp = authenticator(b"12345678901234567890", "ana@example.com").expect("made");
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(totp.generate(time).to_string(), code);
        }
        assert_eq!(totp.check("287082", 59 + 30), Some(1), "a step behind");
        assert_eq!(totp.check("287082", 59 + 60), None, "two steps behind");
        let uri = totp.to_url().expect("an address");
        assert_eq!(uri, "otpauth://totp/Haru:ana%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Haru");
    }
}
