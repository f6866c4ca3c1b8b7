//! Forgotten passwords: a link by mail, or through the administrator, by which a new one is set. It is good for an hour and
//! once; its token is in the fragment, which no server's log sees, and is kept as a hash.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::login::{Accounts, millis};
use super::rights::administers;
use super::validate::Problems;
use crate::config::BaseUrl;
use crate::error::{Error, Result};
use crate::ids::{new_id, now_ms, random_bytes};
use crate::mail::Mailer;
use crate::store::{NewPasswordReset, PasswordReset, SessionState};

/// How long a link is good.
const LIFETIME: Duration = Duration::from_hours(1);
/// Links of one user that are good at the same time.
const OPEN_MAX: u64 = 3;

impl Accounts {
    /// Makes a link for the user of that address, if there is one, and mails it. What no mail server takes is in the log and
    /// on the administrator's list.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn forgot_password(&self, email: &str, mailer: &Mailer, base_url: &BaseUrl) -> Result<()> {
        let mut problems = Problems::default();
        let email = problems.email(email);
        problems.into_result()?;
        let (token, hash) = new_token();
        let now = now_ms();
        let id = new_id();
        let new = NewPasswordReset { id: id.clone(), hash, requested_at: now, expires_at: now + millis(LIFETIME) };
        let Some(user) = self.store.insert_password_reset(&email, new, OPEN_MAX).await? else { return Ok(()) };
        let link = link(base_url, &token);
        let text = format!(
            "Hello {},\n\nsomebody, probably you, asked for a new password at {base_url}\n\nSet one here, within an \
             hour:\n\n{link}\n\nIf it was not you, do nothing: your password stays as it is.\n",
            user.name
        );
        if mailer.send_link(&user.email, "A new password for Haru", text, &link).await {
            self.store.note_password_reset_mailed(&id).await?;
        }
        Ok(())
    }

    /// Sets a new password by a link, which is used up, and ends all logins of the user. A second factor stays on.
    ///
    /// # Errors
    /// `NotFound` when the link is not, or no longer, good; `Invalid` with field `password`.
    pub(crate) async fn reset_password(&self, token: &str, password: String, client: &str) -> Result<()> {
        let hash = Sha256::digest(token.as_bytes()).into();
        let user = self.store.user_of_password_reset(&hash, now_ms()).await?.ok_or(Error::NotFound("link"))?;
        let mut problems = Problems::default();
        problems.password(&password);
        problems.into_result()?;
        let password_hash = self.passwords.hash(password, &[&user.email, &user.name]).await?;
        let ended = self.store.use_password_reset(&hash, &user.id, password_hash, client, now_ms()).await?;
        self.forget_sessions(&ended).await;
        Ok(())
    }

    /// Links that no mail server took, for the administrator to hand on.
    ///
    /// # Errors
    /// `Forbidden` for others.
    pub(crate) async fn unsent_password_resets(&self, state: &SessionState) -> Result<Vec<PasswordReset>> {
        administers(&state.user)?;
        self.store.unsent_password_resets(now_ms()).await
    }

    /// A fresh link in place of one that no mail server took: the administrator hands it on.
    ///
    /// # Errors
    /// `Forbidden` for others, `NotFound` when there is no such link that is still good.
    pub(crate) async fn renew_password_reset(
        &self,
        state: &SessionState,
        id: &str,
        base_url: &BaseUrl,
    ) -> Result<String> {
        administers(&state.user)?;
        let (token, hash) = new_token();
        let now = now_ms();
        self.store.renew_password_reset(&state.scope, id, &hash, now, now + millis(LIFETIME)).await?;
        Ok(link(base_url, &token))
    }
}

/// A new token and the hash that it is kept under.
fn new_token() -> (String, [u8; 32]) {
    let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let hash = Sha256::digest(token.as_bytes()).into();
    (token, hash)
}

fn link(base_url: &BaseUrl, token: &str) -> String {
    base_url.join(&format!("reset#{token}"))
}
