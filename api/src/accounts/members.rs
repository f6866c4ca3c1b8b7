//! Members: who is in an account, what they are, and how one leaves, hands over or moves on to another account.

use super::login::{Accounts, Grant};
use super::rights::Right;
use super::validate::Problems;
use crate::error::{Error, Result};
use crate::store::{Member, MemberChange, Membership, Reach, Role, Scope, SessionState};

/// A change of a member, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberWish {
    pub(crate) role: Option<String>,
    pub(crate) reach: Option<Reach>,
}

impl Accounts {
    /// All members, by when they came.
    ///
    /// # Errors
    /// `Forbidden` for those who may not see them.
    pub(crate) async fn members(&self, scope: &Scope) -> Result<Vec<Member>> {
        Right::SeeMembers.check(scope.role)?;
        self.store.members(scope).await
    }

    /// Changes what a member may do and see: here at once, on other nodes within 2 seconds.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Forbidden` for those who may not, for the owner and for oneself.
    pub(crate) async fn change_member(&self, scope: &Scope, user_id: &str, wish: MemberWish) -> Result<Member> {
        Right::ManageMembers.check(scope.role)?;
        let mut problems = Problems::default();
        let role = wish.role.map(|word| given_role(&mut problems, &word));
        let reach = wish.reach.map(|wished| reach(&mut problems, wished));
        problems.into_result()?;
        let member = self.store.change_member(scope, user_id, MemberChange { role, reach }).await?;
        self.forget_who_is_who();
        Ok(member)
    }

    /// Ends a membership, one's own or another, with its logins and tokens: here at once, on other nodes within 2 seconds.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for those who may not and for the owner, `Conflict` for the instance's last administrator.
    pub(crate) async fn remove_member(&self, scope: &Scope, user_id: &str) -> Result<()> {
        let right = if scope.user_id == user_id { Right::Leave } else { Right::ManageMembers };
        right.check(scope.role)?;
        self.store.remove_member(scope, user_id).await?;
        self.forget_who_is_who();
        Ok(())
    }

    /// Makes another member the owner.
    ///
    /// # Errors
    /// `Forbidden` for everybody but the owner, `Invalid` for a wrong password, `NotFound`.
    pub(crate) async fn hand_over(&self, state: &SessionState, user_id: &str, password: String) -> Result<()> {
        Right::HandOver.check(state.scope.role)?;
        self.check_password(&state.user.id, password, "password").await?;
        self.store.hand_over(&state.scope, user_id).await?;
        self.forget_who_is_who();
        Ok(())
    }

    /// The accounts that somebody is in.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn accounts_of(&self, state: &SessionState) -> Result<Vec<Membership>> {
        self.store.accounts_of(&state.user.id).await
    }

    /// Moves a login to another account of its user. Its refresh token stays good.
    ///
    /// # Errors
    /// `NotFound` when they are not in it, `Forbidden` when it is disabled.
    pub(crate) async fn switch(&self, state: &SessionState, account_id: &str) -> Result<Grant> {
        self.store.move_session(&state.session_id, &state.user.id, account_id).await?;
        self.sessions.invalidate(&state.session_id).await;
        let login = self.store.login(&state.session_id).await?;
        self.grant(&login.ok_or(Error::Unauthenticated("the login has ended"))?).await
    }

    /// Looks everybody up again: a membership or account has changed.
    pub(crate) fn forget_who_is_who(&self) {
        self.sessions.invalidate_all();
        self.tokens.forget_all();
        self.shares.forget_all();
    }
}

/// A role that can be given: an account has one owner, who hands over.
pub(super) fn given_role(problems: &mut Problems, word: &str) -> Role {
    if let Ok(role @ (Role::Admin | Role::Viewer)) = word.parse() {
        return role;
    }
    problems.add("role", "must be admin or viewer");
    Role::Viewer
}

/// Each site once.
pub(super) fn reach(problems: &mut Problems, wished: Reach) -> Reach {
    match wished {
        Reach::All => Reach::All,
        Reach::Only(ids) => Reach::Only(problems.site_ids(ids)),
    }
}
