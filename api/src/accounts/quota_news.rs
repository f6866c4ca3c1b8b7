//! Telling owners that their account's events are nearly, or wholly, used: once a month and state.

use chrono::{DateTime, Datelike};

use super::login::Accounts;
use super::usage::Quota;
use crate::config::BaseUrl;
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::User;

/// How far the zone that is furthest behind is behind UTC. A month is over when it is over for all sites.
const FURTHEST_BEHIND_MS: i64 = 12 * 60 * 60 * 1000;

/// What an owner is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotaNews {
    pub(crate) account_id: String,
    pub(crate) account_name: String,
    pub(crate) owner: User,
    /// More than there is, or nearly all.
    pub(crate) exceeded: bool,
    pub(crate) events: u64,
    pub(crate) max: i64,
}

impl QuotaNews {
    /// Subject and text of the mail to the owner.
    pub(crate) fn mail(&self, base_url: &BaseUrl) -> (&'static str, String) {
        let Self { account_name, events, max, .. } = self;
        let name = &self.owner.name;
        if self.exceeded {
            let text = format!(
                "Hello {name},\n\nthe account \"{account_name}\" has had {events} events this month, more than the {max} of its \
                 quota. They are all kept and counted.\n\n{base_url}\n"
            );
            ("Your events of this month are used up", text)
        } else {
            let text = format!(
                "Hello {name},\n\nthe account \"{account_name}\" has had {events} events this month, of the {max} of its \
                 quota. Those beyond it will be kept and counted, too.\n\n{base_url}\n"
            );
            ("Most of your events of this month are used", text)
        }
    }
}

impl Accounts {
    /// What owners have not been told yet. It counts as told then, on all nodes, also when no mail server takes the mail: the notice in
    /// the interface stands.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn quota_news(&self) -> Result<Vec<QuotaNews>> {
        let month = month_number(now_ms());
        let mut news = Vec::new();
        for account in self.store.accounts_with_quota().await? {
            let Some(max) = account.events_a_month_max else { continue };
            let sites = self.store.sites_of_account(&account.id).await?;
            let events = self.usage.events(&sites).await?;
            let exceeded = match Quota::of(events, Some(max)) {
                Quota::Exceeded => true,
                Quota::Near => false,
                Quota::None | Quota::Ok => continue,
            };
            let Some(owner) = self.store.owner_of(&account.id).await? else { continue };
            if self.store.note_told(&account.id, exceeded, month).await? {
                let (account_id, account_name) = (account.id, account.name);
                news.push(QuotaNews { account_id, account_name, owner, exceeded, events, max });
            }
        }
        Ok(news)
    }
}

/// Years times twelve and months.
fn month_number(now: i64) -> i64 {
    let date = DateTime::from_timestamp_millis(now - FURTHEST_BEHIND_MS).unwrap_or_default();
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_when_it_has_ended_everywhere() {
        let of =
            |text: &str| month_number(text.parse::<DateTime<chrono::Utc>>().expect("an instant").timestamp_millis());
        assert_eq!(of("2026-12-01T11:59:59Z"), of("2026-11-15T00:00:00Z"));
        assert_eq!(of("2026-12-01T12:00:00Z"), of("2026-11-15T00:00:00Z") + 1);
        assert_eq!(of("2027-01-15T12:00:00Z"), of("2026-12-15T00:00:00Z") + 1);
    }
}
