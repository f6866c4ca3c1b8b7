//! What an account uses of its quotas, a minute old at most, and what it may be told of them.

use std::time::Duration;

use moka::future::Cache;

use super::login::Accounts;
use super::rights::Right;
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::{AccountRow, Role, Scope, SessionState, Site, Store};

/// How long a count is believed.
const TTL: Duration = Duration::from_mins(1);
/// Sites whose counts are remembered at the same time.
const SIZE: u64 = 100_000;

/// How much of a quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quota {
    /// There is none.
    None,
    /// Less than four fifths.
    Ok,
    /// Four fifths or more.
    Near,
    /// More than there is. Events that come are kept all the same; sites are as many where the quota was set after them.
    Exceeded,
}

impl Quota {
    /// That of so many out of so many.
    pub(super) fn of(used: u64, max: Option<i64>) -> Self {
        let Some(max) = max else { return Self::None };
        let max = u64::try_from(max).unwrap_or_default();
        if used > max {
            Self::Exceeded
        } else if used.saturating_mul(5) >= max.saturating_mul(4) {
            Self::Near
        } else {
            Self::Ok
        }
    }

    /// The word used in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ok => "ok",
            Self::Near => "near",
            Self::Exceeded => "exceeded",
        }
    }
}

/// Counts of events.
#[derive(Debug)]
pub(super) struct Usage {
    store: Store,
    known: Cache<i64, u64>,
}

impl Usage {
    pub(super) fn new(store: Store) -> Self {
        Self { store, known: Cache::builder().max_capacity(SIZE).time_to_live(TTL).build() }
    }

    /// Events of these sites in their months, engagement left out.
    pub(super) async fn events(&self, sites: &[Site]) -> Result<u64> {
        let mut sum = 0;
        for site in sites {
            sum += self.events_of(site).await?;
        }
        Ok(sum)
    }

    async fn events_of(&self, site: &Site) -> Result<u64> {
        if let Some(known) = self.known.get(&site.key).await {
            return Ok(known);
        }
        let count = self.store.events_of_month(site, now_ms()).await?;
        self.known.insert(site.key, count).await;
        Ok(count)
    }
}

/// An account as a member sees it.
#[derive(Clone, Debug)]
pub(crate) struct AccountState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) created_at: i64,
    pub(crate) members: u64,
    /// Sites that the member sees.
    pub(crate) sites: u64,
    /// Events of these this month.
    pub(crate) events_this_month: u64,
    pub(crate) sites_max: Option<i64>,
    pub(crate) events_a_month_max: Option<i64>,
    /// Of the account's events, also on sites that the member does not see.
    pub(crate) quota: Quota,
    /// Of the account's sites, also those that the member does not see.
    pub(crate) sites_quota: Quota,
}

/// How much of each of its quotas an account uses.
struct Quotas {
    events: Quota,
    sites: Quota,
}

impl Accounts {
    /// The caller's account and what it uses.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn account(&self, scope: &Scope) -> Result<AccountState> {
        let row = self.store.own_account(scope).await?;
        let sites = self.store.all_sites(scope).await?;
        let events_this_month = self.usage.events(&sites).await?;
        let quotas = self.quotas(&row).await?;
        Ok(AccountState {
            members: self.store.count_members(scope).await?,
            quota: quotas.events,
            sites_quota: quotas.sites,
            role: scope.role,
            sites: sites.len() as u64,
            events_this_month,
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            sites_max: row.sites_max,
            events_a_month_max: row.events_a_month_max,
        })
    }

    /// What a member is told about the account beside what the operator should know: words for the interface.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn notices(&self, state: &SessionState) -> Result<Vec<String>> {
        let mut notices = Vec::new();
        if state.disabled {
            notices.push("account_disabled".to_owned());
        }
        if Right::ToldOfQuotas.is_of(state.scope.role) {
            let quotas = self.quotas(&self.store.own_account(&state.scope).await?).await?;
            for (quota, near, exceeded) in [
                (quotas.events, "quota_near", "quota_exceeded"),
                (quotas.sites, "sites_quota_near", "sites_quota_exceeded"),
            ] {
                match quota {
                    Quota::Near => notices.push(near.to_owned()),
                    Quota::Exceeded => notices.push(exceeded.to_owned()),
                    Quota::None | Quota::Ok => {}
                }
            }
        }
        Ok(notices)
    }

    /// How much of its quotas an account uses; what has none is not counted.
    async fn quotas(&self, account: &AccountRow) -> Result<Quotas> {
        if account.events_a_month_max.is_none() && account.sites_max.is_none() {
            return Ok(Quotas { events: Quota::None, sites: Quota::None });
        }
        let sites = self.store.sites_of_account(&account.id).await?;
        let events = match account.events_a_month_max {
            Some(_) => self.usage.events(&sites).await?,
            None => 0,
        };
        Ok(Quotas {
            events: Quota::of(events, account.events_a_month_max),
            sites: Quota::of(sites.len() as u64, account.sites_max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_are_near_and_more_than_all_is_exceeded() {
        let of = |used| Quota::of(used, Some(10)).as_str();
        assert_eq!([0, 7, 8, 10, 11].map(of), ["ok", "ok", "near", "near", "exceeded"]);
        assert_eq!(Quota::of(u64::MAX, None).as_str(), "none");
    }
}
