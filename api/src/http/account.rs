//! The account that one works in, and moving to another.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::auth::{Session, limit_password, session};
use super::dashboard::instant;
use super::problem::Problem;
use super::security::{LoggedIn, Person};
use crate::accounts::AccountState;
use crate::app::App;
use crate::store;

/// Entries of the log that a page holds unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;

/// The account that is being worked in, and what it uses.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AccountDetails", skip_serializing_if_is_none)]
struct Details {
    /// Opaque id.
    id: String,
    /// Shown name.
    name: String,
    /// What the caller is in it: `owner`, `admin` or `viewer`.
    role: String,
    /// When it was made, RFC 3339.
    created_at: String,
    /// How many members it has.
    members: u64,
    /// How many sites the caller sees in it.
    sites: u64,
    /// Pageviews and custom events of these sites this month, up to a minute old.
    events_this_month: u64,
    /// Sites that it may have; left out without a quota.
    sites_max: Option<i64>,
    /// Events that it may have in a month; left out without a quota.
    events_a_month_max: Option<i64>,
    /// How much of its events it uses, all sites together: `none` without a quota, else `ok`, `near` from 80 % on, `exceeded`.
    quota: String,
    /// How much of its sites it uses, also those that the caller does not see: the same words.
    sites_quota: String,
}

/// What to change of the account.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AccountChange", deny_unknown_fields)]
struct Change {
    /// Shown name, at most 100 characters.
    name: String,
}

/// Proof that it is oneself who deletes the account.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AccountDeletion", deny_unknown_fields)]
struct Deletion {
    /// One's password.
    password: Password,
}

/// The next owner.
#[derive(Clone, Debug, Object)]
#[oai(rename = "NewOwner", deny_unknown_fields)]
struct NewOwner {
    /// Id of a member.
    member_id: String,
    /// One's password.
    password: Password,
}

/// Where to move.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AccountSwitch", deny_unknown_fields)]
struct Switch {
    /// Id of an account that one is in.
    account_id: String,
}

/// Something that was done in the account.
#[derive(Clone, Debug, Object)]
struct AuditEntry {
    /// Opaque id.
    id: String,
    /// When, RFC 3339.
    at: String,
    /// Name and address of who did it, as they were then.
    who: String,
    /// A word such as `site.deleted`.
    action: String,
    /// What it was done to, as it was called then.
    subject: String,
    /// From which kind of client.
    client: String,
}

/// What was done in the account, a page of it.
#[derive(Clone, Debug, Object)]
struct AuditLog {
    /// Newest first.
    entries: Vec<AuditEntry>,
    /// Whether there is more before the last of these.
    more: bool,
}

#[derive(ApiResponse)]
enum Deleted {
    /// It is gone; what its sites held is being removed.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum HandedOver {
    /// The other is the owner now.
    #[oai(status = 204)]
    Done,
}

impl From<AccountState> for Details {
    fn from(state: AccountState) -> Self {
        Self {
            id: state.id,
            name: state.name,
            role: state.role.as_str().to_owned(),
            created_at: instant(state.created_at),
            members: state.members,
            sites: state.sites,
            events_this_month: state.events_this_month,
            sites_max: state.sites_max,
            events_a_month_max: state.events_a_month_max,
            quota: state.quota.as_str().to_owned(),
            sites_quota: state.sites_quota.as_str().to_owned(),
        }
    }
}

impl From<store::AuditEntry> for AuditEntry {
    fn from(entry: store::AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: instant(entry.at),
            who: entry.who,
            action: entry.action,
            subject: entry.subject,
            client: entry.client,
        }
    }
}

/// Routes of this module.
pub(crate) struct AccountApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Members")]
impl AccountApi {
    /// The account that one works in.
    #[oai(path = "/account", method = "get", operation_id = "getAccount")]
    async fn read(&self, LoggedIn(state): LoggedIn, Data(app): Data<&Arc<App>>) -> Result<Json<Details>, Problem> {
        Ok(Json(app.accounts.account(&state.scope).await?.into()))
    }

    /// Rename the account.
    #[oai(path = "/account", method = "patch", operation_id = "updateAccount")]
    async fn update(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<Change>,
    ) -> Result<Json<Details>, Problem> {
        Ok(Json(app.accounts.rename_account(&state.scope, &body.name).await?.into()))
    }

    /// Delete the account and everything of it. Users who are in no other account are deleted too.
    #[oai(path = "/account/delete", method = "post", operation_id = "deleteAccount")]
    async fn delete(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<Deletion>,
    ) -> Result<Deleted, Problem> {
        limit_password(app, &state)?;
        app.accounts.delete_account(&state, body.password.0).await?;
        app.sites.account_changed();
        Ok(Deleted::Done)
    }

    /// Hand over ownership to another member; one becomes an admin.
    #[oai(path = "/account/owner", method = "post", operation_id = "handOverAccount")]
    async fn hand_over(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<NewOwner>,
    ) -> Result<HandedOver, Problem> {
        limit_password(app, &state)?;
        app.accounts.hand_over(&state, &body.member_id, body.password.0).await?;
        Ok(HandedOver::Done)
    }

    /// What was done in the account, newest first.
    #[oai(path = "/account/audit", method = "get", operation_id = "listAudit")]
    async fn audit(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Entries of a page, 1 to 200.
        Query(limit): Query<Option<u64>>,
        /// Id of the last entry of the page before.
        Query(before): Query<Option<String>>,
    ) -> Result<Json<AuditLog>, Problem> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        let (entries, more) = app.accounts.audit(&state.scope, limit, before.as_deref()).await?;
        Ok(Json(AuditLog { entries: entries.into_iter().map(AuditEntry::from).collect(), more }))
    }

    /// Move this login to another account that one is in. The refresh cookie stays.
    #[oai(path = "/auth/switch", method = "post", operation_id = "switchAccount")]
    async fn switch(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<Switch>,
    ) -> Result<Json<Session>, Problem> {
        Ok(Json(session(app.accounts.switch(&state, &body.account_id).await?)))
    }
}
