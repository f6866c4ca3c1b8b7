//! Access tokens: JWTs of 15 minutes that name a login. Algorithm, issuer and audience are fixed.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::hs256;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// How long an access token is good.
pub(super) const LIFETIME: Duration = Duration::from_mins(15);

const ISSUER: &str = "haru";
const AUDIENCE: &str = "haru-api";
/// Which key signed; there is one until secrets can be rotated.
const KEY_ID: &str = "1";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// User id.
    sub: String,
    /// Session id.
    sid: String,
    /// Account id.
    acc: String,
    iat: u64,
    exp: u64,
}

/// Signs and checks access tokens.
pub(super) struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl AccessTokens {
    pub(super) fn new(secret: &Secret) -> Self {
        hs256::install();
        let key = secret.key("access-token-1");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 5;
        Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key), validation }
    }

    /// A token for a login, good from `now_ms` on.
    pub(super) fn issue(&self, user_id: &str, session_id: &str, account_id: &str, now_ms: i64) -> Result<String> {
        let iat = u64::try_from(now_ms / 1000).unwrap_or_default();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user_id.to_owned(),
            sid: session_id.to_owned(),
            acc: account_id.to_owned(),
            iat,
            exp: iat + LIFETIME.as_secs(),
        };
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(Error::internal)
    }

    /// The id of the login that a good token names.
    pub(super) fn session_of(&self, token: &str) -> Result<String> {
        let bad = Error::Unauthenticated("the access token is not valid");
        let Ok(header) = jsonwebtoken::decode_header(token) else { return Err(bad) };
        if header.kid.as_deref() != Some(KEY_ID) {
            return Err(bad);
        }
        match jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation) {
            Ok(token) => Ok(token.claims.sid),
            Err(_) => Err(bad),
        }
    }
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AccessTokens(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> AccessTokens {
        AccessTokens::new(&Secret::for_tests())
    }

    #[test]
    fn a_fresh_token_names_its_session_and_an_old_one_does_not() {
        let tokens = tokens();
        let now = crate::ids::now_ms();
        let token = tokens.issue("u", "s", "a", now).expect("signed");
        assert_eq!(tokens.session_of(&token).expect("good"), "s");
        let old = tokens.issue("u", "s", "a", now - 16 * 60 * 1000).expect("signed");
        assert!(tokens.session_of(&old).is_err());
    }

    #[test]
    fn tampered_unsigned_and_foreign_tokens_are_refused() {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
        let tokens = tokens();
        let token = tokens.issue("u", "s", "a", crate::ids::now_ms()).expect("signed");
        let mut parts: Vec<&str> = token.split('.').collect();
        let claims = parts[1].to_owned();

        let other = AccessTokens::new(&Secret::for_tests_other());
        assert!(other.session_of(&token).is_err(), "another instance's key");

        let none = B64.encode(r#"{"alg":"none","typ":"JWT","kid":"1"}"#);
        assert!(tokens.session_of(&format!("{none}.{claims}.")).is_err(), "alg none");

        let kid = B64.encode(r#"{"alg":"HS256","typ":"JWT","kid":"2"}"#);
        assert!(tokens.session_of(&format!("{kid}.{claims}.{}", parts[2])).is_err(), "unknown key id");

        let forged = B64
            .encode(String::from_utf8(B64.decode(&claims).expect("base64")).expect("utf-8").replace("\"s\"", "\"t\""));
        parts[1] = &forged;
        assert!(tokens.session_of(&parts.join(".")).is_err(), "changed claims");
    }
}
