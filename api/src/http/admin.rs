//! What administrators of the instance do: accounts, their quotas, domains.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::edit::given;
use super::problem::Problem;
use super::security::Administrator;
use crate::accounts::ListedAccount;
use crate::app::App;
use crate::store::AccountChange;

/// Accounts that a page of the listing holds unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;

/// An account of the instance, without what it measures.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct AdminAccount {
    /// Opaque id.
    id: String,
    /// Shown name.
    name: String,
    /// Who owns it.
    owner: Option<AccountOwner>,
    /// How many members it has.
    members: u64,
    /// How many sites it has.
    sites: u64,
    /// Pageviews and custom events this month, up to a minute old.
    events_this_month: u64,
    /// When it was made, RFC 3339.
    created_at: String,
    /// The newest event, login or change, RFC 3339; an event of a day that is over counts as its end.
    last_activity_at: Option<String>,
    /// Whether it is disabled.
    disabled: bool,
    /// Sites that it may have; left out without a quota.
    sites_max: Option<i64>,
    /// Events that it may have in a month; left out without a quota.
    events_a_month_max: Option<i64>,
    /// How much of its events it uses: `none` without a quota, else `ok`, `near` from 80 % on, `exceeded`.
    quota: String,
    /// How much of its sites it uses: the same words. Beyond the quota it is where that was set, or lowered, after the sites were made.
    sites_quota: String,
}

/// Who owns an account.
#[derive(Clone, Debug, Object)]
struct AccountOwner {
    /// Shown name.
    name: String,
    /// Email address.
    email: String,
}

/// Accounts of the instance, a page of them.
#[derive(Clone, Debug, Object)]
struct AdminAccountList {
    /// Oldest first.
    accounts: Vec<AdminAccount>,
    /// Whether there are more after the last of these.
    more: bool,
}

/// What to change of an account; what is not given stays.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct AdminAccountChange {
    /// Disable or enable it.
    disabled: Option<bool>,
    /// Sites that it may have; `null`: as many as it likes.
    sites_max: MaybeUndefined<i64>,
    /// Events that it may have in a month; `null`: as many as come.
    events_a_month_max: MaybeUndefined<i64>,
}

/// A domain to be released.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct ReleasedDomain {
    /// The domain of a site.
    domain: String,
}

#[derive(ApiResponse)]
enum Released {
    /// Another site can have it now. The one that had it keeps its data, under a name that ends in `.invalid`.
    #[oai(status = 204)]
    Done,
}

impl From<ListedAccount> for AdminAccount {
    fn from(account: ListedAccount) -> Self {
        let row = account.row;
        Self {
            id: row.id,
            name: row.name,
            owner: account.owner.map(|owner| AccountOwner { name: owner.name, email: owner.email }),
            members: account.members,
            sites: account.sites,
            events_this_month: account.events_this_month,
            created_at: instant(row.created_at),
            last_activity_at: account.last_activity_at.map(instant),
            disabled: row.disabled,
            sites_max: row.sites_max,
            events_a_month_max: row.events_a_month_max,
            quota: account.quota.as_str().to_owned(),
            sites_quota: account.sites_quota.as_str().to_owned(),
        }
    }
}

/// Routes of this module.
pub(crate) struct AdminApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Instance")]
impl AdminApi {
    /// Accounts of the instance.
    #[oai(path = "/admin/accounts", method = "get", operation_id = "listAllAccounts")]
    async fn accounts(
        &self,
        Administrator(_state): Administrator,
        Data(app): Data<&Arc<App>>,
        /// Accounts of a page, 1 to 200.
        Query(limit): Query<Option<u64>>,
        /// Id of the last account of the page before.
        Query(after): Query<Option<String>>,
    ) -> Result<Json<AdminAccountList>, Problem> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        let (accounts, more) = app.accounts.accounts_of_instance(limit, after.as_deref()).await?;
        Ok(Json(AdminAccountList { accounts: accounts.into_iter().map(AdminAccount::from).collect(), more }))
    }

    /// Disable or enable an account, or set its quotas.
    #[oai(path = "/admin/accounts/:account", method = "patch", operation_id = "updateAnyAccount")]
    async fn change(
        &self,
        Administrator(state): Administrator,
        Data(app): Data<&Arc<App>>,
        /// Id of the account.
        #[oai(name = "account")]
        Path(id): Path<String>,
        Json(body): Json<AdminAccountChange>,
    ) -> Result<Json<AdminAccount>, Problem> {
        let change = AccountChange {
            disabled: body.disabled,
            sites_max: given(body.sites_max),
            events_a_month_max: given(body.events_a_month_max),
        };
        let account = app.accounts.change_account(&state.scope, &id, change).await?;
        app.sites.account_changed();
        Ok(Json(account.into()))
    }

    /// Release a domain that one account holds, so that another can claim it.
    #[oai(path = "/admin/domains/release", method = "post", operation_id = "releaseDomain")]
    async fn release(
        &self,
        Administrator(state): Administrator,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<ReleasedDomain>,
    ) -> Result<Released, Problem> {
        app.accounts.release_domain(&state.scope, &body.domain).await?;
        app.sites.account_changed();
        Ok(Released::Done)
    }
}
