//! What a share session is proved with: JWTs of at most 12 hours that name a link. Their audience is their own, so that neither
//! is one taken for a login's access token, nor the other way round.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::jwt::Signer;
use crate::error::Result;
use crate::ids::new_id;
use crate::secret::Secret;

/// How long a share session is good, at most.
pub(super) const LIFETIME: Duration = Duration::from_hours(12);

const AUDIENCE: &str = "haru-share";

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    /// Id of the link; of a public site the site's.
    sub: String,
    /// Id of the site.
    site: String,
    /// True: not a link, but a site that is public.
    public: bool,
    /// Version of the link.
    ver: i64,
    /// Id of the session, told apart for limits only.
    sid: String,
    /// When it ends, in milliseconds: without the leeway that clocks are given.
    end: i64,
}

/// What a share session was opened with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shares {
    /// The link of that id.
    Link(String),
    /// The public site of that id.
    PublicSite(String),
}

/// What a good token says.
#[derive(Clone, Debug)]
pub(crate) struct ShareProof {
    /// What it was opened with.
    pub(super) shares: Shares,
    /// Id of the site.
    pub(super) site_id: String,
    /// Version of the link then.
    pub(super) version: i64,
    /// Id of the session.
    pub(super) session_id: String,
    /// When the session ends, in milliseconds.
    pub(super) ends_at: i64,
}

/// Signs and checks the tokens of share sessions.
#[derive(Debug)]
pub(super) struct ShareTokens(Signer);

impl ShareTokens {
    pub(super) fn new(secret: &Secret) -> Self {
        Self(Signer::new(secret))
    }

    /// A token of a session that begins at `now_ms` and ends at `ends_ms`.
    pub(super) fn issue(
        &self,
        shares: &Shares,
        site_id: &str,
        version: i64,
        now_ms: i64,
        ends_ms: i64,
    ) -> Result<String> {
        let (id, public) = match shares {
            Shares::Link(id) => (id, false),
            Shares::PublicSite(id) => (id, true),
        };
        let body =
            Body { sub: id.clone(), site: site_id.to_owned(), public, ver: version, sid: new_id(), end: ends_ms };
        let lifetime = Duration::from_millis(u64::try_from(ends_ms - now_ms).unwrap_or_default());
        self.0.sign(AUDIENCE, body, lifetime, now_ms)
    }

    /// What a good token says; none for any other.
    pub(super) fn read(&self, token: &str) -> Option<ShareProof> {
        let body: Body = self.0.open(token, AUDIENCE)?;
        Some(ShareProof {
            shares: if body.public { Shares::PublicSite(body.sub) } else { Shares::Link(body.sub) },
            site_id: body.site,
            version: body.ver,
            session_id: body.sid,
            ends_at: body.end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::access_token::AccessTokens;

    fn tokens() -> ShareTokens {
        ShareTokens::new(&Secret::for_tests())
    }

    fn issue(tokens: &ShareTokens, ends_in_ms: i64) -> String {
        let now = crate::ids::now_ms();
        tokens.issue(&Shares::Link("l".to_owned()), "s", 3, now, now + ends_in_ms).expect("signed")
    }

    #[test]
    fn a_token_says_what_was_opened_until_it_ends() {
        let tokens = tokens();
        let proof = tokens.read(&issue(&tokens, 60_000)).expect("good");
        assert_eq!((proof.shares, proof.site_id.as_str(), proof.version), (Shares::Link("l".to_owned()), "s", 3));
        assert!(proof.ends_at <= crate::ids::now_ms() + 60_000);
        let past = crate::ids::now_ms() - 120_000;
        let ended = tokens.issue(&Shares::PublicSite("s".to_owned()), "s", 0, past, past + 60_000).expect("signed");
        assert!(tokens.read(&ended).is_none(), "ended");
    }

    #[test]
    fn tampered_and_foreign_tokens_and_logins_are_none() {
        let tokens = tokens();
        let token = issue(&tokens, 60_000);
        assert!(ShareTokens::new(&Secret::for_tests_other()).read(&token).is_none(), "another instance's");
        assert!(tokens.read(&token[..token.len() - 1]).is_none(), "cut");
        let logins = AccessTokens::new(&Secret::for_tests());
        let login = logins.issue("u", "s", "a", crate::ids::now_ms()).expect("signed");
        assert!(tokens.read(&login).is_none(), "a login");
        assert!(logins.read(&token).is_err(), "not a login");
    }
}
