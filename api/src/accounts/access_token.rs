//! Access tokens: JWTs of 15 minutes that name a login.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::jwt::Signer;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// How long an access token is good.
pub(super) const LIFETIME: Duration = Duration::from_mins(15);

const AUDIENCE: &str = "haru-api";

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    /// User id.
    sub: String,
    /// Session id.
    sid: String,
    /// Account id.
    acc: String,
}

/// Signs and checks access tokens.
#[derive(Debug)]
pub(super) struct AccessTokens(Signer);

impl AccessTokens {
    pub(super) fn new(secret: &Secret) -> Self {
        Self(Signer::new(secret))
    }

    /// A token for a login, good from `now_ms` on.
    pub(super) fn issue(&self, user_id: &str, session_id: &str, account_id: &str, now_ms: i64) -> Result<String> {
        let body = Body { sub: user_id.to_owned(), sid: session_id.to_owned(), acc: account_id.to_owned() };
        self.0.sign(AUDIENCE, body, LIFETIME, now_ms)
    }

    /// The ids of the login and the account that a good token names.
    pub(super) fn read(&self, token: &str) -> Result<(String, String)> {
        let body: Option<Body> = self.0.open(token, AUDIENCE);
        body.map(|body| (body.sid, body.acc)).ok_or(Error::Unauthenticated("the access token is not valid"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_token_names_its_session_and_an_old_one_does_not() {
        let tokens = AccessTokens::new(&Secret::for_tests());
        let now = crate::ids::now_ms();
        let token = tokens.issue("u", "s", "a", now).expect("signed");
        assert_eq!(tokens.read(&token).expect("good"), ("s".to_owned(), "a".to_owned()));
        let old = tokens.issue("u", "s", "a", now - 16 * 60 * 1000).expect("signed");
        assert!(tokens.read(&old).is_err());
    }

    #[test]
    fn a_token_for_something_else_opens_nothing() {
        let secret = Secret::for_tests();
        let body = Body { sub: "u".to_owned(), sid: "s".to_owned(), acc: "a".to_owned() };
        let token = Signer::new(&secret).sign("haru-share", body, LIFETIME, crate::ids::now_ms()).expect("signed");
        assert!(AccessTokens::new(&secret).read(&token).is_err());
    }
}
