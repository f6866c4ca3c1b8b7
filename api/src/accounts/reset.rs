//! Forgotten passwords: a link by mail, or through the administrator, by which a new one is set. It is good for an hour and
//! once; its token is in the fragment, which no server's log sees, and is kept as a hash.

use std::time::Duration;

use super::login::Accounts;
use super::random_secret;
use super::validate::Problems;
use crate::config::BaseUrl;
use crate::error::{Error, Result};
use crate::ids::{millis, new_id, now_ms};
use crate::mail::Mailer;
use crate::store::{NewPasswordReset, PasswordReset, Scope};

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
        let token = random_secret::new_secret();
        let now = now_ms();
        let id = new_id();
        let new = NewPasswordReset {
            id: id.clone(),
            hash: random_secret::hash_of(&token),
            requested_at: now,
            expires_at: now + millis(LIFETIME),
        };
        let Some(user) = self.store.insert_password_reset(&email, new, OPEN_MAX).await? else { return Ok(()) };
        let link = link(base_url, &token);
        let text = format!(
            "Hello {},\n\nsomebody, probably you, asked for a new password at {base_url}\n\nSet one here, within an \
             hour:\n\n{link}\n\nThat ends all your logins, and the API tokens and invitations that you made.\n\nIf it was \
             not you, do nothing: your password stays as it is.\n",
            user.name
        );
        if mailer.send_link(&user.email, "A new password for Haru", text, &link).await {
            self.store.note_password_reset_mailed(&id).await?;
        }
        Ok(())
    }

    /// Sets a new password by a link, which is used up, and ends all logins of the user, the API tokens and the invitations that they
    /// made: whoever had the password until now, or registered with somebody else's address, keeps no way in. A second factor stays
    /// on: a mailbox alone must not open what it protects.
    ///
    /// # Errors
    /// `NotFound` when the link is not, or no longer, good; `Invalid` with field `password`.
    pub(crate) async fn reset_password(&self, token: &str, password: String, client: &str) -> Result<()> {
        const NONE: Error = Error::NotFound("link");
        let hash = random_secret::hash(token).ok_or(NONE)?;
        let user = self.store.user_of_password_reset(&hash, now_ms()).await?.ok_or(NONE)?;
        let mut problems = Problems::default();
        problems.password(&password);
        problems.into_result()?;
        let password_hash = self.passwords.hash(password, &[&user.email, &user.name]).await?;
        let ended = self.store.use_password_reset(&hash, &user.id, password_hash, client, now_ms()).await?;
        self.forget_sessions(&ended).await;
        self.tokens.forget_all();
        Ok(())
    }

    /// Links that no mail server took, for the administrator to hand on. Whether the caller is one is decided before:
    /// `rights::administers`.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn unsent_password_resets(&self) -> Result<Vec<PasswordReset>> {
        self.store.unsent_password_resets(now_ms()).await
    }

    /// A fresh link in place of one that no mail server took: the administrator hands it on.
    ///
    /// # Errors
    /// `NotFound` when there is no such link that is still good.
    pub(crate) async fn renew_password_reset(
        &self,
        administrator: &Scope,
        id: &str,
        base_url: &BaseUrl,
    ) -> Result<String> {
        let token = random_secret::new_secret();
        let now = now_ms();
        let hash = random_secret::hash_of(&token);
        self.store.renew_password_reset(administrator, id, &hash, now, now + millis(LIFETIME)).await?;
        Ok(link(base_url, &token))
    }
}

fn link(base_url: &BaseUrl, token: &str) -> String {
    base_url.join(&format!("reset#{token}"))
}
