//! The caller's own account: its name, its log and its end.

use super::login::Accounts;
use super::rights::Right;
use super::usage::AccountState;
use super::validate::Problems;
use crate::error::Result;
use crate::ids::now_ms;
use crate::page;
use crate::store::{AuditEntry, Scope, SessionState};

/// Entries of the log that a page holds, at most.
pub(crate) const AUDIT_PAGE_MAX: u64 = 200;
/// How long the log goes back.
pub(crate) const AUDIT_KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1000;

impl Accounts {
    /// Renames the caller's account.
    ///
    /// # Errors
    /// `Invalid`, `Forbidden` for those who may not.
    pub(crate) async fn rename_account(&self, scope: &Scope, name: &str) -> Result<AccountState> {
        Right::RenameAccount.check(scope.role)?;
        let mut problems = Problems::default();
        let name = problems.name(name);
        problems.into_result()?;
        self.store.rename_account(scope, &name).await?;
        self.forget_who_is_who();
        self.account(scope).await
    }

    /// Deletes the caller's account and, in the background, what its sites hold.
    ///
    /// # Errors
    /// `Forbidden` for everybody but the owner, `Invalid` for a wrong password, `Conflict` when the instance would lose its last
    /// administrator.
    pub(crate) async fn delete_account(&self, state: &SessionState, password: String) -> Result<()> {
        Right::DeleteAccount.check(state.scope.role)?;
        self.check_password(&state.user.id, password, "password").await?;
        self.store.delete_account(&state.scope, now_ms()).await?;
        self.forget_who_is_who();
        Ok(())
    }

    /// What was done in the account, newest first, and whether there is more before it.
    ///
    /// # Errors
    /// `Forbidden` for everybody but the owner, `Invalid` for a limit out of bounds.
    pub(crate) async fn audit(
        &self,
        scope: &Scope,
        limit: u64,
        before: Option<&str>,
    ) -> Result<(Vec<AuditEntry>, bool)> {
        Right::ReadAudit.check(scope.role)?;
        page::check(limit, AUDIT_PAGE_MAX)?;
        let mut entries = self.store.audit(scope, limit + 1, before).await?;
        let more = page::cut(&mut entries, limit);
        Ok((entries, more))
    }
}
