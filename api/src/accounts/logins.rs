//! One's own logins: who one is called, where one is logged in, and the password.

use std::sync::Arc;

use super::login::Accounts;
use super::validate::Problems;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::store::{ListedLogin, SessionState};

/// Logins of a user, at most: when one more begins, the longest unused ends.
pub(super) const LOGINS_MAX: u64 = 100;

impl Accounts {
    /// The caller's logins, the latest used first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn logins(&self, state: &SessionState) -> Result<Vec<ListedLogin>> {
        self.store.logins(&state.scope, now_ms(), LOGINS_MAX).await
    }

    /// Ends one of the caller's logins: here at once, on other nodes as soon as they ask the database again.
    ///
    /// # Errors
    /// `NotFound` when they have none of that id.
    pub(crate) async fn end_login(&self, state: &SessionState, id: &str) -> Result<()> {
        self.store.end_login(&state.scope, id).await?;
        self.forget_sessions(&[id.to_owned()]).await;
        Ok(())
    }

    /// Ends all of the caller's logins but the one that asks.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn end_other_logins(&self, state: &SessionState) -> Result<()> {
        let ended = self.store.end_other_logins(&state.scope, &state.session_id).await?;
        self.forget_sessions(&ended).await;
        Ok(())
    }

    /// Gives the caller another name; answers the login with it.
    ///
    /// # Errors
    /// `Invalid` with field `name`.
    pub(crate) async fn rename(&self, state: &SessionState, name: &str) -> Result<Arc<SessionState>> {
        let mut problems = Problems::default();
        let name = problems.name(name);
        problems.into_result()?;
        self.store.rename_user(&state.scope, name).await?;
        self.forget_sessions(&self.store.login_ids_of(&state.user.id).await?).await;
        let state = self.store.session_state(&state.session_id, now_ms()).await?;
        state.map(Arc::new).ok_or(Error::Unauthenticated("the login has ended"))
    }

    /// Gives the caller a new password, and ends all their other logins.
    ///
    /// # Errors
    /// `Invalid` with field `current` when that is wrong, with field `password` when the new one can't be used;
    /// `Unauthenticated` when another new password was faster, or the login has ended meanwhile.
    pub(crate) async fn change_password(&self, state: &SessionState, current: String, new: String) -> Result<()> {
        let mut problems = Problems::default();
        problems.password(&new);
        problems.into_result()?;
        let proven = self.check_password(&state.user.id, current, "current").await?;
        let hash = self.passwords.hash(new, &[&state.user.email, &state.user.name]).await?;
        let ended = self.store.change_password(&state.scope, &state.session_id, &proven, hash).await?;
        self.forget_sessions(&ended).await;
        Ok(())
    }

    /// Asks somebody who is logged in for their password once more, before what can't be undone; answers the hash that it fits.
    ///
    /// # Errors
    /// `Invalid` with that field when it is wrong.
    pub(crate) async fn check_password(&self, user_id: &str, password: String, field: &str) -> Result<String> {
        let hash = self.store.user_with_hash(user_id).await?.map(|(_, hash)| hash);
        let fits = self.passwords.verify(password, hash.clone()).await?;
        hash.filter(|_| fits).ok_or_else(|| Error::field(field, "is wrong"))
    }
}
