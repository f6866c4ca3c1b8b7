//! API tokens: members make, list and revoke them; programs prove themselves with them.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use super::api_token::{self, TokenHash};
use super::caller::TokenState;
use super::rights::Right;
use super::token_scope::{TokenScope, TokenScopes};
use super::validate::Problems;
use crate::error::{Error, Result};
use crate::ids::{millis, now_ms};
use crate::known::Known;
use crate::store::{NewToken, Scope, SessionState, Store, Token};

/// Tokens that an account may have, of all its members together.
pub(crate) const TOKENS_MAX: u64 = 100;
/// Tokens whose last use is remembered at the same time.
const CACHE_SIZE: u64 = 10_000;
/// How often the last use of a token is written.
const NOTED_EVERY: Duration = Duration::from_mins(1);
/// How long a token that was good is no stranger.
const GOOD_FOR: Duration = Duration::from_hours(1);
/// How long a token that has ended is still listed.
const LISTED_AFTER_END: Duration = Duration::from_hours(24 * 30);

/// The same for a secret that never was, was revoked or has ended.
const BAD: Error = Error::Unauthenticated("the API token is not valid");

/// A token to be made, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct TokenWish {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) site_ids: Option<Vec<String>>,
    pub(crate) expires_at: Option<String>,
}

/// A token that was just made, with its secret, which can't be told again.
pub(crate) struct MadeToken {
    pub(crate) token: Token,
    pub(crate) secret: String,
}

/// API tokens of this instance.
#[derive(Debug)]
pub(crate) struct Tokens {
    store: Store,
    known: Known<TokenHash, Arc<TokenState>>,
    /// Hashes of those that were good when they were looked up last, [`GOOD_FOR`] ago at most.
    good: Cache<TokenHash, ()>,
    /// Tokens whose last use was written less than [`NOTED_EVERY`] ago.
    noted: Cache<String, ()>,
}

impl Tokens {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            known: Known::new(),
            good: Cache::builder().max_capacity(CACHE_SIZE).time_to_live(GOOD_FOR).build(),
            noted: Cache::builder().max_capacity(CACHE_SIZE).time_to_live(NOTED_EVERY).build(),
        }
    }

    /// Makes a token that acts for the caller.
    ///
    /// # Errors
    /// `Invalid` by field, `Forbidden` for a scope beyond the caller's role, and when the account has [`TOKENS_MAX`].
    pub(crate) async fn create(&self, state: &SessionState, wish: TokenWish) -> Result<MadeToken> {
        let now = now_ms();
        let mut problems = Problems::default();
        let name = problems.name(&wish.name);
        let scopes = scopes(&mut problems, &wish.scopes);
        let site_ids = wish.site_ids.map(|ids| problems.site_ids(ids));
        let expires_at = wish.expires_at.and_then(|text| problems.expires_at(&text, now));
        problems.into_result()?;
        let right = if scopes.writes() { Right::MakeWritingTokens } else { Right::MakeReadingTokens };
        right.check(state.scope.role)?;
        let secret = api_token::new_secret();
        let hash = api_token::hash_of(&secret);
        let new = NewToken { name, hash, scopes: scopes.to_stored(), site_ids, at: now, expires_at };
        let token = self.store.insert_token(state, right, new, TOKENS_MAX).await?;
        Ok(MadeToken { token, secret })
    }

    /// Tokens that the caller may manage, oldest first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn list(&self, scope: &Scope) -> Result<Vec<Token>> {
        self.store.tokens(scope).await
    }

    /// The token of that id.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may manage.
    pub(crate) async fn read(&self, scope: &Scope, id: &str) -> Result<Token> {
        self.store.token(scope, id).await
    }

    /// Ends a token: here at once, on other nodes within [`crate::known::TTL`].
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may manage.
    pub(crate) async fn revoke(&self, scope: &Scope, id: &str) -> Result<()> {
        let hash = self.store.delete_token(scope, id).await?;
        if let Ok(hash) = TokenHash::try_from(hash) {
            self.known.invalidate(&hash).await;
        }
        Ok(())
    }

    /// Looks all of them up again: a membership or account has changed.
    pub(super) fn forget_all(&self) {
        self.known.invalidate_all();
    }

    /// Removes tokens that ended long ago.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn forget_ended(&self, now: i64) -> Result<u64> {
        self.store.delete_expired_tokens(now - millis(LISTED_AFTER_END)).await
    }

    /// Whether a secret may be one that somebody made up: one that could be an API token's, and was none of late.
    pub(crate) fn is_strange(&self, secret: &str) -> bool {
        api_token::hash(secret).is_some_and(|hash| !self.good.contains_key(&hash))
    }

    /// The token that a secret proves.
    ///
    /// # Errors
    /// `Unauthenticated` when it is not, or no longer, good.
    pub(super) async fn authenticate(&self, secret: &str) -> Result<Arc<TokenState>> {
        let state = self.with_hash(&api_token::hash(secret).ok_or(BAD)?).await?;
        self.note_use(&state).await;
        Ok(state)
    }

    /// The token that is kept under that hash, at most [`crate::known::TTL`] old.
    ///
    /// # Errors
    /// `Unauthenticated` when it is not, or no longer, good.
    pub(super) async fn with_hash(&self, hash: &TokenHash) -> Result<Arc<TokenState>> {
        let state = self.known.get_or(hash, self.look_up(hash)).await?;
        let lives = |state: &Arc<TokenState>| state.expires_at.is_none_or(|end| now_ms() < end);
        state.filter(lives).ok_or(BAD)
    }

    async fn look_up(&self, hash: &TokenHash) -> Result<Option<Arc<TokenState>>> {
        let Some(grant) = self.store.token_grant(hash).await? else {
            self.good.invalidate(hash).await;
            return Ok(None);
        };
        self.good.insert(*hash, ()).await;
        Ok(Some(Arc::new(TokenState {
            id: grant.id,
            hash: *hash,
            scopes: TokenScopes::stored(&grant.scopes),
            scope: grant.scope,
            expires_at: grant.expires_at,
        })))
    }

    /// Writes the use once a minute, without the request waiting for it.
    async fn note_use(&self, state: &TokenState) {
        if !self.noted.entry_by_ref(&state.id).or_insert(()).await.is_fresh() {
            return;
        }
        let (store, id, now) = (self.store.clone(), state.id.clone(), now_ms());
        tokio::spawn(async move {
            if let Err(error) = store.note_token_use(&id, now, now - millis(NOTED_EVERY)).await {
                tracing::warn!(%error, token = %id, "the last use of an API token could not be written");
            }
        });
    }
}

fn scopes(problems: &mut Problems, words: &[String]) -> TokenScopes {
    let known: Vec<TokenScope> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if known.is_empty() || known.len() < words.len() {
        problems
            .add("scopes", format!("must be one or more of {}", TokenScope::ALL.map(TokenScope::as_str).join(", ")));
    }
    TokenScopes::new(known)
}
