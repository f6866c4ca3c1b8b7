//! Registration, login, refresh, logout, and the check of a request's access token.

use std::sync::Arc;
use std::time::Duration;

use super::access_token::{self, AccessTokens};
use super::api_token;
use super::caller::{Caller, Proof};
use super::logins::LOGINS_MAX;
use super::password::Passwords;
use super::refresh_token::{self, GRACE, REFRESH_LIFETIME};
use super::second_factor::FactorKeys;
use super::share_sessions::ShareSessions;
use super::tokens::Tokens;
use super::usage::Usage;
use super::validate::Problems;
use crate::config;
use crate::error::{Error, Result};
use crate::ids::{millis, new_id, now_ms, random_bytes};
use crate::known::Known;
use crate::secret::Secret;
use crate::store::{Login, NewUser, SessionState, Store};

/// The same for an unknown address and for a wrong password.
const WRONG_PASSWORD: Error = Error::Unauthenticated("email or password is wrong");

/// What somebody registers with.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) name: String,
}

/// What somebody logs in with.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
    /// Of the second factor, where it is on: of the authenticator, or a recovery code.
    pub(crate) code: Option<String>,
}

/// What a login or refresh gives.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// JWT for the `Authorization` header.
    pub(crate) access_token: String,
    /// How long it is good.
    pub(crate) expires_in: Duration,
    /// For the cookie; replaces the one that was presented.
    pub(crate) refresh_token: String,
    /// Who and where.
    pub(crate) state: Arc<SessionState>,
}

/// Logins of this instance.
#[derive(Debug)]
pub(crate) struct Accounts {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
    pub(super) factors: FactorKeys,
    access: AccessTokens,
    /// The current one first.
    refresh_keys: Vec<[u8; 32]>,
    registration: config::Registration,
    pub(super) sessions: Known<String, Arc<SessionState>>,
    pub(super) usage: Usage,
    /// API tokens.
    pub(crate) tokens: Tokens,
    /// Share links and what was opened with them.
    pub(crate) shares: ShareSessions,
}

impl Accounts {
    pub(crate) fn new(store: Store, secret: &Secret, registration: config::Registration) -> Result<Self> {
        let passwords = Passwords::new()?;
        Ok(Self {
            tokens: Tokens::new(store.clone()),
            shares: ShareSessions::new(store.clone(), passwords.clone(), secret),
            usage: Usage::new(store.clone()),
            store,
            passwords,
            factors: FactorKeys::new(secret),
            access: AccessTokens::new(secret),
            refresh_keys: secret.keys("refresh-token").map(|(_, key)| key).collect(),
            registration,
            sessions: Known::new(),
        })
    }

    /// Makes a user and logs them in.
    ///
    /// # Errors
    /// `Invalid` by field, `Conflict` for a taken address, `Forbidden` when registration is not open.
    pub(crate) async fn register(&self, wish: Registration, client: &str) -> Result<Grant> {
        let (user_id, hash) = self.new_user(wish).await?;
        self.begin_session(&user_id, &hash, client).await
    }

    /// Makes a user; the public id is answered.
    ///
    /// # Errors
    /// As [`Accounts::register`].
    pub(crate) async fn create_user(&self, wish: Registration) -> Result<String> {
        Ok(self.new_user(wish).await?.0)
    }

    /// Id and password hash of a new user.
    async fn new_user(&self, wish: Registration) -> Result<(String, String)> {
        let mut problems = Problems::default();
        let email = problems.email(&wish.email);
        problems.password(&wish.password);
        let name = problems.name(&wish.name);
        problems.into_result()?;
        let others_allowed = self.registration == config::Registration::Open;
        if !others_allowed && !self.store.has_no_user().await? {
            return Err(Error::Forbidden("registration is not open on this instance"));
        }
        let password_hash = self.passwords.hash(wish.password, &[&email, &name]).await?;
        let new = NewUser { email, name, password_hash: password_hash.clone(), others_allowed, at: now_ms() };
        Ok((self.store.register(new).await?.id, password_hash))
    }

    /// Logs somebody in.
    ///
    /// # Errors
    /// `Unauthenticated`, the same and after the same time for an unknown address and for a wrong password, also for one that
    /// was right a moment ago; `SecondFactor` when the password is right and the code that is needed is not.
    pub(crate) async fn login(&self, credentials: Credentials, client: &str) -> Result<Grant> {
        let email = Problems::default().email(&credentials.email);
        let found = self.store.credentials(&email).await?;
        let hash = found.as_ref().map(|(_, hash)| hash.clone());
        let fits = self.passwords.verify(credentials.password, hash).await?;
        let (user, hash) = found.filter(|_| fits).ok_or(WRONG_PASSWORD)?;
        self.ask_second_factor(&user.id, credentials.code.as_deref()).await?;
        self.begin_session(&user.id, &hash, client).await
    }

    /// Trades a refresh token for a new pair. The predecessor of the current one is good for [`GRACE`] more; an older
    /// one has been stolen or copied, so it ends the login.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is not, or no longer, good.
    pub(crate) async fn refresh(&self, token: &str) -> Result<Grant> {
        const BAD: Error = Error::Unauthenticated("the login has ended");
        let presented = refresh_token::parse(token).ok_or(BAD)?;
        let login = self.store.login(&presented.session_id).await?.ok_or(BAD)?;
        let now = now_ms();
        if !refresh_token::proves(&self.refresh_keys, &login, &presented) || login.expires_at < now {
            return Err(BAD);
        }
        let mut login = login;
        if presented.generation == login.generation {
            let expires_at = now + millis(REFRESH_LIFETIME);
            if self.store.rotate_session(&login.id, login.generation, now, expires_at).await? {
                login.generation += 1;
                return self.grant(&login).await;
            }
            // Another request of the same client was faster: what it made is the successor for both.
            login = self.store.login(&presented.session_id).await?.ok_or(BAD)?;
        }
        let crossed = presented.generation == login.generation - 1 && now - login.rotated_at <= millis(GRACE);
        if crossed {
            return self.grant(&login).await;
        }
        tracing::warn!(session = %login.id, "a used refresh token was presented again: the login is ended");
        self.end(&login.id).await?;
        Err(BAD)
    }

    /// Ends the login that a refresh token belongs to; a token that proves nothing ends nothing.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn logout(&self, token: &str) -> Result<()> {
        let Some(presented) = refresh_token::parse(token) else { return Ok(()) };
        let Some(login) = self.store.login(&presented.session_id).await? else { return Ok(()) };
        if refresh_token::proves(&self.refresh_keys, &login, &presented) {
            self.end(&login.id).await?;
        }
        Ok(())
    }

    /// Who speaks, by a login's access token, an API token or the token of a share session.
    ///
    /// # Errors
    /// `Unauthenticated` when it is not, or no longer, good, `Forbidden` when the account is disabled, `Conflict` when the login has
    /// moved to another account since the token was given out.
    pub(crate) async fn authenticate(&self, bearer: &str) -> Result<Caller> {
        if api_token::is_meant(bearer) {
            return Ok(Caller::Token(self.tokens.authenticate(bearer).await?));
        }
        match self.access.read(bearer) {
            Ok((session_id, account_id)) => {
                let caller = self.again(&Proof::Session(session_id)).await?;
                // What was meant for one account must not be done in another, to which another tab has moved the login.
                if matches!(&caller, Caller::Member(state) if state.scope.account_id != account_id) {
                    return Err(Error::taken("account", "is another one by now: refresh the access token"));
                }
                Ok(caller)
            }
            Err(bad) => match self.shares.authenticate(bearer).await? {
                Some(state) => Ok(Caller::Share(Arc::new(state))),
                None => Err(bad),
            },
        }
    }

    /// The person behind a login's access token, also where the account is disabled: for what is theirs, not the account's.
    ///
    /// # Errors
    /// `Unauthenticated` when it is not, or no longer, good, `Forbidden` for API tokens and share sessions.
    pub(crate) async fn person(&self, bearer: &str) -> Result<Arc<SessionState>> {
        match self.access.read(bearer) {
            Ok((session_id, _)) => self.session(&session_id).await,
            Err(_) => self.authenticate(bearer).await?.into_member(),
        }
    }

    /// Who has proved themselves before, as they are now.
    ///
    /// # Errors
    /// `Unauthenticated` when it is no longer good, `Forbidden` when the account is disabled.
    pub(crate) async fn again(&self, proof: &Proof) -> Result<Caller> {
        match proof {
            Proof::Session(id) => {
                let state = self.session(id).await?;
                if state.disabled {
                    return Err(Error::Forbidden("this account is disabled"));
                }
                Ok(Caller::Member(state))
            }
            Proof::Token(hash) => Ok(Caller::Token(self.tokens.with_hash(hash).await?)),
            Proof::Share(proof) => Ok(Caller::Share(Arc::new(self.shares.again(proof).await?))),
        }
    }

    /// The login of that id, at most [`crate::known::TTL`] old.
    ///
    /// # Errors
    /// `Unauthenticated` when it has ended.
    async fn session(&self, id: &String) -> Result<Arc<SessionState>> {
        let ask = async { Ok(self.store.session_state(id, now_ms()).await?.map(Arc::new)) };
        self.sessions.get_or(id, ask).await?.ok_or(Error::Unauthenticated("the login has ended"))
    }

    /// Logs a user in whose password was found to fit that hash, or was just stored as it. Checking took its time: a password that
    /// was changed meanwhile ended all logins, and begins none.
    ///
    /// # Errors
    /// `Unauthenticated` when the password is another one by now.
    pub(super) async fn begin_session(&self, user_id: &str, proven_hash: &str, client: &str) -> Result<Grant> {
        let now = now_ms();
        let account_id = self.store.first_account_of(user_id).await?;
        let account_id = account_id.ok_or(Error::Forbidden("this user is in no account"))?;
        let login = Login {
            id: new_id(),
            nonce: random_bytes::<16>().to_vec(),
            generation: 1,
            rotated_at: now,
            expires_at: now + millis(REFRESH_LIFETIME),
        };
        let place = (user_id, account_id.as_str(), client);
        let ended = self.store.insert_session(&login, place, proven_hash, LOGINS_MAX).await?.ok_or(WRONG_PASSWORD)?;
        self.forget_sessions(&ended).await;
        self.grant(&login).await
    }

    pub(super) async fn grant(&self, login: &Login) -> Result<Grant> {
        let now = now_ms();
        let state = self.store.session_state(&login.id, now).await?;
        let state = Arc::new(state.ok_or(Error::Unauthenticated("the login has ended"))?);
        let access_token = self.access.issue(&state.user.id, &login.id, &state.scope.account_id, now)?;
        let refresh_token = refresh_token::token(&self.refresh_keys, login, login.generation);
        Ok(Grant { access_token, expires_in: access_token::LIFETIME, refresh_token, state })
    }

    async fn end(&self, session_id: &str) -> Result<()> {
        self.store.delete_session(session_id).await?;
        self.sessions.invalidate(&session_id.to_owned()).await;
        Ok(())
    }

    /// Looks those logins up again before they are believed: they have ended, or what is known of their user has changed.
    pub(super) async fn forget_sessions(&self, ids: &[String]) {
        for id in ids {
            self.sessions.invalidate(id).await;
        }
    }
}
