//! Invitations: made by members who may, taken by whoever has the link, once.

use std::time::Duration;

use super::login::{Accounts, Grant, Registration};
use super::members::{given_role, reach};
use super::random_secret;
use super::rights::Right;
use super::validate::Problems;
use crate::config::BaseUrl;
use crate::error::{Error, Result};
use crate::ids::{millis, now_ms};
use crate::mail::Mailer;
use crate::store::{Invitation, Joining, NewInvitation, NewUser, Offer, Reach, Scope, SessionState};

/// Open invitations that an account may have.
pub(crate) const INVITATIONS_MAX: u64 = 100;
/// How long an invitation is good.
const LIFETIME: Duration = Duration::from_hours(24 * 7);

/// The same for a secret that never was, was taken, withdrawn or has ended.
const NONE: Error = Error::NotFound("invitation");

/// An invitation to be made, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct InvitationWish {
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    pub(crate) reach: Reach,
}

/// An invitation that was just made, with its link, which can't be told again.
pub(crate) struct MadeInvitation {
    pub(crate) invitation: Invitation,
    pub(crate) link: String,
    /// Whether a mail server has taken it.
    pub(crate) mailed: bool,
}

impl Accounts {
    /// Makes an invitation into the caller's account, and mails it if it is for an address.
    ///
    /// # Errors
    /// `Invalid` by field, `Forbidden` for those who may not and beyond [`INVITATIONS_MAX`], `Conflict` for a member's address.
    pub(crate) async fn invite(
        &self,
        state: &SessionState,
        wish: InvitationWish,
        mailer: &Mailer,
        base_url: &BaseUrl,
    ) -> Result<MadeInvitation> {
        Right::ManageMembers.check(state.scope.role)?;
        let mut problems = Problems::default();
        let email = wish.email.map(|email| problems.email(&email));
        let role = given_role(&mut problems, &wish.role);
        let reach = reach(&mut problems, wish.reach);
        problems.into_result()?;
        let secret = random_secret::new_secret();
        let at = now_ms();
        let expires_at = at + millis(LIFETIME);
        let new = NewInvitation { email, role, reach, hash: random_secret::hash_of(&secret), at, expires_at };
        let invitation = self.store.insert_invitation(state, new, INVITATIONS_MAX).await?;
        // The fragment of an address is in no server's log.
        let link = base_url.join(&format!("invite#{secret}"));
        let sent = match &invitation.email {
            Some(email) => mailer.send_link(email, "An invitation to Haru", text(state, base_url, &link), &link).await,
            None => false,
        };
        Ok(MadeInvitation { invitation, link, mailed: sent })
    }

    /// Open invitations, oldest first.
    ///
    /// # Errors
    /// `Forbidden` for those who may not see them.
    pub(crate) async fn invitations(&self, scope: &Scope) -> Result<Vec<Invitation>> {
        Right::SeeMembers.check(scope.role)?;
        self.store.invitations(scope, now_ms()).await
    }

    /// Withdraws an open invitation.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for those who may not.
    pub(crate) async fn withdraw_invitation(&self, scope: &Scope, id: &str) -> Result<()> {
        Right::ManageMembers.check(scope.role)?;
        self.store.delete_invitation(scope, id, now_ms()).await
    }

    /// What the link with that secret offers.
    ///
    /// # Errors
    /// `NotFound` when it is not, or no longer, good.
    pub(crate) async fn offer(&self, secret: &str) -> Result<Offer> {
        self.store.offer(&random_secret::hash(secret).ok_or(NONE)?, now_ms()).await
    }

    /// Takes an invitation, and moves the login into its account.
    ///
    /// # Errors
    /// `NotFound` when it is not, or no longer, good, `Forbidden` for another address, `Conflict` for a member.
    pub(crate) async fn accept_invitation(&self, state: &SessionState, secret: &str) -> Result<Grant> {
        let hash = random_secret::hash(secret).ok_or(NONE)?;
        let who = Joining::User(state.user.id.clone());
        let (_, account_id) = self.store.join(&hash, who, &state.scope.client, now_ms()).await?;
        self.switch(state, &account_id).await
    }

    /// Makes a user by an invitation, whoever may register otherwise, and logs them in.
    ///
    /// # Errors
    /// `NotFound` when it is not, or no longer, good, `Invalid` by field, `Forbidden` for another address, `Conflict` for a taken
    /// one.
    pub(crate) async fn register_invited(&self, secret: &str, wish: Registration, client: &str) -> Result<Grant> {
        let hash = random_secret::hash(secret).ok_or(NONE)?;
        // Before a password is hashed for nothing.
        self.store.offer(&hash, now_ms()).await?;
        let mut problems = Problems::default();
        let email = problems.email(&wish.email);
        problems.password(&wish.password);
        let name = problems.name(&wish.name);
        problems.into_result()?;
        let password_hash = self.passwords.hash(wish.password, &[&email, &name]).await?;
        let at = now_ms();
        let new = NewUser { email, name, password_hash: password_hash.clone(), others_allowed: true, at };
        let (user_id, _) = self.store.join(&hash, Joining::New(new), client, at).await?;
        self.begin_session(&user_id, &password_hash, client).await
    }
}

/// What is mailed to somebody who was invited.
fn text(state: &SessionState, base_url: &BaseUrl, link: &str) -> String {
    format!(
        "Hello,\n\n{} invites you to the account \"{}\" on Haru, web analytics at {base_url}\n\nAccept within 7 \
         days:\n\n{link}\n\nIf you don't know them, do nothing.\n",
        state.user.name, state.account_name
    )
}
