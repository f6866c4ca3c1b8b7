//! The audit log: what was done in an account, by whom, from which kind of client. An entry is written in the same
//! transaction as what it tells of, so that there is none without the other.

use haru_entity::{audit_entry, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{Scope, Store};
use crate::error::Result;
use crate::ids::{first_id_at, new_id, now_ms};

/// Whoever uses the command line, as the log names them, and where they do.
const OPERATOR: &str = "Operator of this instance";
const COMMAND_LINE: &str = "command line";

/// What can be done in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    SiteMade,
    SiteChanged,
    SiteReset,
    SiteDeleted,
    TrackingTokenRotated,
    TokenMade,
    TokenRevoked,
    ShareLinkMade,
    ShareLinkChanged,
    ShareLinkRevoked,
    MemberInvited,
    InvitationWithdrawn,
    MemberJoined,
    MemberChanged,
    MemberRemoved,
    MemberLeft,
    OwnerChanged,
    AccountRenamed,
    AccountDisabled,
    AccountEnabled,
    QuotaChanged,
    LoggedIn,
    LoginsEnded,
    PasswordChanged,
    ResetLinkMade,
    SecondFactorOn,
    SecondFactorOff,
    SecondFactorReset,
    RecoveryCodesMade,
}

impl Action {
    /// The word used in database and API.
    fn as_str(self) -> &'static str {
        match self {
            Self::SiteMade => "site.made",
            Self::SiteChanged => "site.changed",
            Self::SiteReset => "site.reset",
            Self::SiteDeleted => "site.deleted",
            Self::TrackingTokenRotated => "site.token_rotated",
            Self::TokenMade => "token.made",
            Self::TokenRevoked => "token.revoked",
            Self::ShareLinkMade => "share_link.made",
            Self::ShareLinkChanged => "share_link.changed",
            Self::ShareLinkRevoked => "share_link.revoked",
            Self::MemberInvited => "member.invited",
            Self::InvitationWithdrawn => "member.invitation_withdrawn",
            Self::MemberJoined => "member.joined",
            Self::MemberChanged => "member.changed",
            Self::MemberRemoved => "member.removed",
            Self::MemberLeft => "member.left",
            Self::OwnerChanged => "account.owner_changed",
            Self::AccountRenamed => "account.renamed",
            Self::AccountDisabled => "account.disabled",
            Self::AccountEnabled => "account.enabled",
            Self::QuotaChanged => "account.quota_changed",
            Self::LoggedIn => "login.begun",
            Self::LoginsEnded => "login.ended",
            Self::PasswordChanged => "login.password_changed",
            Self::ResetLinkMade => "login.reset_link_made",
            Self::SecondFactorOn => "login.second_factor_on",
            Self::SecondFactorOff => "login.second_factor_off",
            Self::SecondFactorReset => "login.second_factor_reset",
            Self::RecoveryCodesMade => "login.recovery_codes_made",
        }
    }
}

/// Something that was done, as it and who did it were called then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    /// Public id.
    pub(crate) id: String,
    /// When.
    pub(crate) at: i64,
    /// Who.
    pub(crate) who: String,
    /// A word such as `site.deleted`.
    pub(crate) action: String,
    /// What it was done to.
    pub(crate) subject: String,
    /// From which kind of client.
    pub(crate) client: String,
}

impl Store {
    /// What was done in the caller's account, newest first, at most `limit` before the entry with id `before`.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn audit(&self, scope: &Scope, limit: u64, before: Option<&str>) -> Result<Vec<AuditEntry>> {
        let mut query = audit_entry::Entity::find()
            .filter(audit_entry::Column::AccountId.eq(&scope.account_id))
            .order_by_desc(audit_entry::Column::Id)
            .limit(limit);
        if let Some(before) = before.filter(|before| !before.contains('\0')) {
            query = query.filter(audit_entry::Column::Id.lt(before));
        }
        let entries = query.all(&self.reader).await?.into_iter().map(|row| AuditEntry {
            id: row.id,
            at: row.at,
            who: row.who,
            action: row.action,
            subject: row.subject,
            client: row.client,
        });
        Ok(entries.collect())
    }

    /// Forgets what was done before that instant.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn forget_audit(&self, before: i64) -> Result<u64> {
        // Ids begin with the time, and they have an index.
        let old = audit_entry::Entity::delete_many().filter(audit_entry::Column::Id.lt(first_id_at(before)));
        Ok(old.exec(&self.writer).await?.rows_affected)
    }
}

/// Writes that the caller did something to `subject`, where what was done is written.
///
/// # Errors
/// When the database can't store it.
pub(super) async fn note(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    action: Action,
    subject: impl Into<String>,
) -> Result<()> {
    note_of(connection, (&scope.account_id, &scope.user_id, &scope.client), action, subject).await
}

/// The same of an account, a user and a client, where there is no scope yet: at login.
///
/// # Errors
/// When the database can't store it.
pub(super) async fn note_of(
    connection: &impl ConnectionTrait,
    (account_id, user_id, client): (&str, &str, &str),
    action: Action,
    subject: impl Into<String>,
) -> Result<()> {
    let who = called(connection, user_id).await?;
    insert(connection, account_id, (who, client), action, subject.into()).await
}

/// The same of whoever has the machine, and with it the database: nobody who is known here.
///
/// # Errors
/// When the database can't store it.
pub(super) async fn note_of_operator(
    connection: &impl ConnectionTrait,
    account_id: &str,
    action: Action,
    subject: impl Into<String>,
) -> Result<()> {
    insert(connection, account_id, (OPERATOR.to_owned(), COMMAND_LINE), action, subject.into()).await
}

async fn insert(
    connection: &impl ConnectionTrait,
    account_id: &str,
    (who, client): (String, &str),
    action: Action,
    subject: String,
) -> Result<()> {
    let entry = audit_entry::ActiveModel {
        id: Set(new_id()),
        account_id: Set(account_id.to_owned()),
        at: Set(now_ms()),
        who: Set(who),
        action: Set(action.as_str().to_owned()),
        subject: Set(subject),
        client: Set(client.to_owned()),
    };
    entry.insert(connection).await?;
    Ok(())
}

/// A user as the log names them.
///
/// # Errors
/// When the database can't answer.
pub(super) async fn called(connection: &impl ConnectionTrait, user_id: &str) -> Result<String> {
    let user = user::Entity::find_by_id(user_id).one(connection).await?;
    Ok(user.map(|user| format!("{} <{}>", user.name, user.email)).unwrap_or_default())
}
