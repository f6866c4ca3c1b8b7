//! `haru seal`.

use chrono::{DateTime, NaiveDate};
use clap::Args;
use haru_stats::time::SiteZones;

use super::site_of;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::ids::now_ms;
use crate::sealing::{self, Due, Outcome, Rule};
use crate::store::{SealedDay, Site, Span, Store};

/// Seal days that are over into columns now; `haru serve` does so by itself, two hours after their end, and while they last
/// every 100,000 events
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  haru seal\n  haru seal --site example.com --day 2026-11-23\n  haru seal --today\n  haru seal --list"
)]
pub(super) struct Seal {
    #[command(flatten)]
    database: DatabaseConfig,

    /// Only this site: its domain or id.
    #[arg(long)]
    site: Option<String>,

    /// Only this local day of the site.
    #[arg(long, value_name = "DATE", requires = "site")]
    day: Option<NaiveDate>,

    /// Also what there is of days that are not over; they are sealed again when they are.
    #[arg(long)]
    today: bool,

    /// Show what is sealed and what is not, and change nothing.
    #[arg(long)]
    list: bool,
}

impl Seal {
    pub(super) async fn run(self) -> Result<(), String> {
        let store = Store::open_existing(&self.database).await?;
        let done = self.of_sites(&store).await;
        store.close().await;
        done
    }

    async fn of_sites(&self, store: &Store) -> Result<(), String> {
        let sites = match &self.site {
            Some(name) => vec![site_of(store, name).await?],
            None => store.sites_of_instance().await.map_err(|error| error.to_string())?,
        };
        for site in &sites {
            let zones = store.zones(site).await.map_err(|error| error.to_string())?;
            let done =
                if self.list { self.show(store, site, &zones).await } else { self.seal(store, site, &zones).await };
            done.map_err(|error| format!("{}: {error}", site.domain))?;
        }
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn seal(&self, store: &Store, site: &Site, zones: &SiteZones) -> Result<(), Error> {
        for day in store.uncleared_days().await?.iter().filter(|day| day.site == site.key) {
            sealing::clear(store, day).await?;
        }
        let mut due = Due::new(store, site, self.rule());
        while let Some(span) = due.next(now_ms()).await? {
            if !self.is_asked_for(zones, span) {
                continue;
            }
            // Also after a process that ended half way, whose turn it would still be for two minutes.
            match sealing::seal(store, site.key, span, true).await? {
                Outcome::Sealed(events) => println!("{} {}: {events} events sealed", site.domain, name(zones, span)),
                Outcome::LeftToOthers => println!("{} {}: left to another process", site.domain, name(zones, span)),
            }
        }
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn show(&self, store: &Store, site: &Site, zones: &SiteZones) -> Result<(), Error> {
        for day in store.sealed_days(site.key).await?.iter().filter(|day| day.sealed > 0) {
            if self.is_asked_for(zones, day.span) {
                println!("{} {}: {}", site.domain, name(zones, day.span), described(store, day).await?);
            }
        }
        let mut due = Due::new(store, site, self.rule());
        while let Some(span) = due.next(now_ms()).await? {
            if self.is_asked_for(zones, span) {
                println!("{} {}: has rows to be sealed", site.domain, name(zones, span));
            }
        }
        Ok(())
    }

    fn rule(&self) -> Rule {
        if self.today { Rule::FORCED_TODAY } else { Rule::FORCED }
    }

    fn is_asked_for(&self, zones: &SiteZones, span: Span) -> bool {
        self.day.is_none_or(|day| zones.day_at(span.start).date == day)
    }
}

async fn described(store: &Store, day: &SealedDay) -> Result<String, Error> {
    let bytes = store.sealed_bytes(day).await?;
    let at = DateTime::from_timestamp_millis(day.sealed_at).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ");
    let left = if day.uncleared { ", rows still to be removed" } else { "" };
    Ok(format!("{} events, {} parts, {bytes} bytes, sealed {at}{left}", day.events, day.parts))
}

/// The local date.
fn name(zones: &SiteZones, span: Span) -> NaiveDate {
    zones.day_at(span.start).date
}
