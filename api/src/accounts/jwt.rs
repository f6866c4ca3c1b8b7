//! JWTs of this instance: HS256, issuer `haru`, an audience for each use, and in `kid` the name of the key that signed.
//!
//! Keys are those of the instance's secret and of its predecessors: what an earlier one signed is good until it expires.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::hs256;
use crate::error::{Error, Result};
use crate::secret::Secret;

const ISSUER: &str = "haru";
/// Seconds that a clock may be behind.
const LEEWAY: u64 = 5;

/// What a token says, around what its use is about.
#[derive(Debug, Serialize, Deserialize)]
struct Claims<T> {
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    #[serde(flatten)]
    body: T,
}

/// Signs with the key of the current secret, and opens what it or an earlier one signed.
pub(crate) struct Signer {
    /// The current one first.
    keys: Vec<Key>,
}

struct Key {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Signer {
    /// With the keys of the secret.
    pub(crate) fn new(secret: &Secret) -> Self {
        hs256::install();
        let keys = secret.keys("jwt").map(|(id, key)| Key {
            id: id.to_owned(),
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
        });
        Self { keys: keys.collect() }
    }

    /// A token for an audience, good from `now_ms` on.
    ///
    /// # Errors
    /// When the body is not an object.
    pub(crate) fn sign<T: Serialize>(
        &self,
        audience: &str,
        body: T,
        lifetime: Duration,
        now_ms: i64,
    ) -> Result<String> {
        let iat = u64::try_from(now_ms / 1000).unwrap_or_default();
        let exp = iat + lifetime.as_secs();
        let claims = Claims { iss: ISSUER.to_owned(), aud: audience.to_owned(), iat, exp, body };
        let key = self.keys.first().ok_or_else(|| Error::internal("no key to sign with"))?;
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(Error::internal)
    }

    /// What a token says, if it was signed here for that audience and has not expired.
    pub(crate) fn open<T: DeserializeOwned + Clone>(&self, token: &str, audience: &str) -> Option<T> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.keys.iter().find(|key| key.id == kid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.leeway = LEEWAY;
        let token = jsonwebtoken::decode::<Claims<T>>(token, &key.decoding, &validation).ok()?;
        Some(token.claims.body)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        sub: String,
    }

    fn body() -> Body {
        Body { sub: "s".to_owned() }
    }

    fn signed(secret: &Secret) -> String {
        Signer::new(secret).sign("a", body(), HOUR, crate::ids::now_ms()).expect("signed")
    }

    #[test]
    fn a_token_is_good_for_its_audience_and_its_time() {
        let signer = Signer::new(&Secret::for_tests());
        let now = crate::ids::now_ms();
        let token = signer.sign("a", body(), HOUR, now).expect("signed");
        assert_eq!(signer.open::<Body>(&token, "a"), Some(body()));
        assert_eq!(signer.open::<Body>(&token, "b"), None);
        let old = signer.sign("a", body(), HOUR, now - 61 * 60 * 1000).expect("signed");
        assert_eq!(signer.open::<Body>(&old, "a"), None);
    }

    #[test]
    fn what_an_earlier_secret_signed_is_good_and_a_strangers_is_not() {
        let (old, new) = (Secret::for_tests(), Secret::for_tests_other());
        let token = signed(&old);
        assert_eq!(Signer::new(&new).open::<Body>(&token, "a"), None);
        let rotated = new.clone().after(&old);
        assert_eq!(Signer::new(&rotated).open::<Body>(&token, "a"), Some(body()));
        let fresh = signed(&rotated);
        assert_eq!(Signer::new(&new).open::<Body>(&fresh, "a"), Some(body()), "signed by the current one");
        assert_eq!(Signer::new(&old).open::<Body>(&fresh, "a"), None);
    }

    #[test]
    fn tampered_and_unsigned_tokens_are_refused() {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
        let signer = Signer::new(&Secret::for_tests());
        let token = signed(&Secret::for_tests());
        let parts: Vec<&str> = token.split('.').collect();
        let header = String::from_utf8(B64.decode(parts[0]).expect("base64")).expect("utf-8");
        let open = |token: &str| signer.open::<Body>(token, "a");

        let none = B64.encode(header.replace("HS256", "none"));
        assert_eq!(open(&format!("{none}.{}.", parts[1])), None, "alg none");
        let rsa = B64.encode(header.replace("HS256", "RS256"));
        assert_eq!(open(&format!("{rsa}.{}.{}", parts[1], parts[2])), None, "another algorithm");
        let kid = B64.encode(r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#);
        assert_eq!(open(&format!("{kid}.{}.{}", parts[1], parts[2])), None, "unknown key");
        let claims = String::from_utf8(B64.decode(parts[1]).expect("base64")).expect("utf-8");
        let forged = B64.encode(claims.replace("\"s\"", "\"t\""));
        assert_eq!(open(&format!("{}.{forged}.{}", parts[0], parts[2])), None, "changed claims");
    }
}
