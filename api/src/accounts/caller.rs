//! Who calls, and the one place that decides what they may do: a member by their role (`rights` has the table), an API token
//! by its scopes and never beyond the role of the member who made it, the public by what a share link shows.

use std::sync::Arc;

use super::api_token::TokenHash;
use super::rights::Right;
use super::share_sessions::ShareState;
use super::share_token::{ShareProof, Shares};
use super::token_scope::{TokenScope, TokenScopes};
use super::view::View;
use crate::error::{Error, Result};
use crate::store::{Scope, SessionState};

/// What share sessions are told of all but numbers.
const SHARE_LINK: Error = Error::Forbidden("a share link shows the numbers of one site and nothing else");

/// An API token that was proved, as it and its maker are now.
#[derive(Clone, Debug)]
pub(crate) struct TokenState {
    /// Public id.
    pub(super) id: String,
    /// What it is kept under.
    pub(super) hash: TokenHash,
    /// What it may be used for.
    pub(super) scopes: TokenScopes,
    /// Whom it acts for, and what it may see.
    pub(super) scope: Scope,
    /// When it ends, if it does.
    pub(super) expires_at: Option<i64>,
}

/// Somebody who has proved who they are. What they may see is given out right by right.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// A member who is logged in.
    Member(Arc<SessionState>),
    /// A program with an API token.
    Token(Arc<TokenState>),
    /// Somebody of the public who opened a share link.
    Share(Arc<ShareState>),
}

/// What a caller has shown, to be looked up again while something lasts.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// Id of a login.
    Session(String),
    /// Hash of a token's secret.
    Token(TokenHash),
    /// What a share session's token says.
    Share(ShareProof),
}

impl Caller {
    /// May ask for the numbers of the sites in this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn reads_stats(&self) -> Result<&Scope> {
        let scope = self.with(TokenScope::StatsRead)?;
        Right::ReadNumbers.check(scope.role)?;
        Ok(scope)
    }

    /// What of the numbers of these sites may be asked for.
    pub(crate) fn view(&self) -> View {
        match self {
            Self::Member(_) | Self::Token(_) => View::WHOLE,
            Self::Share(state) => state.view(),
        }
    }

    /// May look at the numbers of all sites in this scope at once, and at what else is told of them there.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn oversees_sites(&self) -> Result<&Scope> {
        match self {
            Self::Member(_) | Self::Token(_) => self.reads_stats(),
            Self::Share(_) => Err(SHARE_LINK),
        }
    }

    /// May watch the single events of the sites in this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn watches_events(&self) -> Result<&Scope> {
        match self {
            Self::Member(_) | Self::Token(_) => self.reads_stats(),
            Self::Share(_) => Err(SHARE_LINK),
        }
    }

    /// May list and read the sites in this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn reads_sites(&self) -> Result<&Scope> {
        let scope = self.with(TokenScope::SitesRead)?;
        Right::ReadNumbers.check(scope.role)?;
        Ok(scope)
    }

    /// May change and delete the sites in this scope, and rotate their tracking tokens.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn changes_sites(&self) -> Result<&Scope> {
        let scope = self.with(TokenScope::SitesWrite)?;
        Right::ChangeSites.check(scope.role)?;
        Ok(scope)
    }

    /// May make sites in the account of this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn makes_sites(&self) -> Result<&Scope> {
        let scope = self.changes_sites()?;
        // They could not see what they made.
        if scope.limited_token.is_some() {
            return Err(Error::Forbidden("an API token for some sites cannot make others"));
        }
        if scope.limited {
            return Err(Error::Forbidden("who sees some sites only cannot make others"));
        }
        Ok(scope)
    }

    /// May make, change and revoke share links of the sites in this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn shares_sites(&self) -> Result<&Scope> {
        let scope = self.with(TokenScope::SitesWrite)?;
        Right::ShareSites.check(scope.role)?;
        Ok(scope)
    }

    /// May send events of the sites in this scope.
    ///
    /// # Errors
    /// `Forbidden`, naming what is missing.
    pub(crate) fn sends_events(&self) -> Result<&Scope> {
        let scope = self.with(TokenScope::EventsWrite)?;
        Right::SendEvents.check(scope.role)?;
        Ok(scope)
    }

    /// The login, for what only people do: managing tokens, logins, the account.
    ///
    /// # Errors
    /// `Forbidden` for API tokens, whatever their scopes.
    pub(crate) fn into_member(self) -> Result<Arc<SessionState>> {
        match self {
            Self::Member(state) => Ok(state),
            Self::Token(_) => Err(Error::Forbidden("an API token cannot do this, only a member who is logged in")),
            Self::Share(_) => Err(SHARE_LINK),
        }
    }

    /// What its calls are counted under: members by user, tokens each by itself.
    pub(crate) fn counted_as(&self) -> (&'static str, &str) {
        match self {
            Self::Member(state) => ("user", &state.user.id),
            Self::Token(state) => ("token", &state.id),
            Self::Share(state) => ("share", state.session_id()),
        }
    }

    /// True of somebody whom nobody has invited: sessions are free, so calls are counted by address too.
    pub(crate) fn is_of_the_public(&self) -> bool {
        matches!(self, Self::Share(_))
    }

    /// Of the public the link that was opened.
    pub(crate) fn opened(&self) -> Option<&Shares> {
        match self {
            Self::Share(state) => Some(&state.proof().shares),
            Self::Member(_) | Self::Token(_) => None,
        }
    }

    /// What to look up again later.
    pub(crate) fn proof(&self) -> Proof {
        match self {
            Self::Member(state) => Proof::Session(state.session_id.clone()),
            Self::Token(state) => Proof::Token(state.hash),
            Self::Share(state) => Proof::Share(state.proof().clone()),
        }
    }

    /// What it may see, if its kind has that right at all.
    fn with(&self, needed: TokenScope) -> Result<&Scope> {
        match self {
            Self::Member(state) => Ok(&state.scope),
            Self::Token(state) if state.scopes.has(needed) => Ok(&state.scope),
            Self::Token(_) => Err(Error::Forbidden(needed.lacking())),
            Self::Share(state) if needed == TokenScope::StatsRead => Ok(state.scope()),
            Self::Share(_) => Err(SHARE_LINK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Role;

    fn token(scopes: &[TokenScope], role: Role, limited: bool) -> Caller {
        let limited_token = limited.then(|| "t".to_owned());
        let scope = Scope {
            account_id: "a".to_owned(),
            user_id: "u".to_owned(),
            role,
            limited: false,
            limited_token,
            only_site: None,
            client: String::new(),
        };
        let scopes = TokenScopes::new(scopes.iter().copied());
        Caller::Token(Arc::new(TokenState { id: "t".to_owned(), hash: [0; 32], scopes, scope, expires_at: None }))
    }

    /// Which of the rights, in the order of the methods.
    fn rights(caller: &Caller) -> [bool; 5] {
        [
            caller.reads_stats(),
            caller.reads_sites(),
            caller.changes_sites(),
            caller.makes_sites(),
            caller.sends_events(),
        ]
        .map(|right| right.is_ok())
    }

    #[test]
    fn a_token_has_the_rights_of_its_scopes_and_no_others() {
        use TokenScope::{EventsWrite, SitesRead, SitesWrite, StatsRead};
        let cases: [(&[TokenScope], [bool; 5]); 6] = [
            (&[], [false; 5]),
            (&[StatsRead], [true, false, false, false, false]),
            (&[SitesRead], [false, true, false, false, false]),
            (&[SitesWrite], [false, false, true, true, false]),
            (&[EventsWrite], [false, false, false, false, true]),
            (&TokenScope::ALL, [true; 5]),
        ];
        for (scopes, expected) in cases {
            assert_eq!(rights(&token(scopes, Role::Owner, false)), expected, "{scopes:?}");
        }
    }

    #[test]
    fn a_token_is_bounded_by_its_maker_and_by_its_sites() {
        assert_eq!(rights(&token(&TokenScope::ALL, Role::Viewer, false)), [true, true, false, false, false]);
        assert_eq!(rights(&token(&TokenScope::ALL, Role::Admin, true)), [true, true, true, false, true]);
        assert!(token(&TokenScope::ALL, Role::Owner, false).into_member().is_err());
    }
}
