//! What the instance's administrators do with accounts. Whether the caller is one is decided before: `rights::administers`.

use super::login::Accounts;
use super::usage::Quota;
use super::validate::Problems;
use crate::error::Result;
use crate::ids::now_ms;
use crate::page;
use crate::store::{AccountChange, AccountRow, Edit, Scope, User};

/// Accounts that a page of the listing holds, at most.
pub(crate) const ACCOUNTS_PAGE_MAX: u64 = 200;

/// An account as administrators see it.
#[derive(Clone, Debug)]
pub(crate) struct ListedAccount {
    pub(crate) row: AccountRow,
    pub(crate) owner: Option<User>,
    pub(crate) members: u64,
    pub(crate) sites: u64,
    pub(crate) events_this_month: u64,
    pub(crate) last_activity_at: Option<i64>,
    pub(crate) quota: Quota,
    pub(crate) sites_quota: Quota,
}

impl Accounts {
    /// A page of accounts, oldest first, and whether there are more.
    ///
    /// # Errors
    /// `Invalid` for a limit out of bounds.
    pub(crate) async fn accounts_of_instance(
        &self,
        limit: u64,
        after: Option<&str>,
    ) -> Result<(Vec<ListedAccount>, bool)> {
        page::check(limit, ACCOUNTS_PAGE_MAX)?;
        let mut rows = self.store.accounts_of_instance(limit + 1, after).await?;
        let more = page::cut(&mut rows, limit);
        let mut accounts = Vec::with_capacity(rows.len());
        for row in rows {
            accounts.push(self.listed(row).await?);
        }
        Ok((accounts, more))
    }

    /// Disables or enables an account and sets its quotas: here at once, on other nodes within 2 seconds for people and programs, a
    /// minute for hits.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field.
    pub(crate) async fn change_account(&self, admin: &Scope, id: &str, change: AccountChange) -> Result<ListedAccount> {
        let mut problems = Problems::default();
        if matches!(change.sites_max, Edit::To(Some(max)) if max < 0) {
            problems.add("sites_max", "must be 0 or more, or null for no limit");
        }
        if matches!(change.events_a_month_max, Edit::To(Some(max)) if max < 1) {
            problems.add("events_a_month_max", "must be 1 or more, or null for no limit");
        }
        problems.into_result()?;
        self.store.change_account(admin, id, change, now_ms()).await?;
        self.forget_who_is_who();
        self.listed(self.store.account_of_instance(id).await?).await
    }

    /// Takes a domain from the site that holds it; the site keeps its data.
    ///
    /// # Errors
    /// `NotFound` when no site holds it, `Invalid` for what is no domain.
    pub(crate) async fn release_domain(&self, admin: &Scope, domain: &str) -> Result<()> {
        let mut problems = Problems::default();
        let domain = problems.domain(domain);
        problems.into_result()?;
        self.store.release_domain(admin, &domain).await
    }

    async fn listed(&self, row: AccountRow) -> Result<ListedAccount> {
        let sites = self.store.sites_of_account(&row.id).await?;
        let events_this_month = self.usage.events(&sites).await?;
        let mut last_activity_at = self.store.last_visit_at(&row.id).await?;
        for site in &sites {
            last_activity_at = last_activity_at.max(self.store.last_event_at(site).await?);
        }
        Ok(ListedAccount {
            owner: self.store.owner_of(&row.id).await?,
            members: self.store.member_count(&row.id).await?,
            sites: sites.len() as u64,
            quota: Quota::of(events_this_month, row.events_a_month_max),
            sites_quota: Quota::of(sites.len() as u64, row.sites_max),
            events_this_month,
            last_activity_at,
            row,
        })
    }
}
