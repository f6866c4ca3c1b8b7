//! What is done with sites: make, read, change, reset, delete them and rotate their tokens, each within the caller's scope.
//! Whether the caller may is decided before: `accounts::Caller` gives out scopes right by right.

mod addresses;
mod annotations;
mod arrivals;
mod retention;
mod segments;
mod settings;

pub(crate) use addresses::AddressWish;
pub(crate) use annotations::AnnotationWish;
pub(crate) use retention::kept_from;
pub(crate) use segments::SegmentWish;
pub(crate) use settings::ChangeWish;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::accounts::validate::Problems;
use crate::error::{Error, Result};
use crate::ids::{new_tracking_token, now_ms};
use crate::known::Known;
use crate::page;
use crate::pipeline::Pipeline;
use crate::store::{EventStore, NewSite, Scope, Site, SiteChange, Store};

/// Sites that one page of a listing holds, at most.
pub(crate) const PAGE_MAX: u64 = 1_000;

/// A site to be made, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct SiteWish {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) timezone: Option<String>,
}

/// A site and what is known of it beside its settings.
#[derive(Clone, Debug)]
pub(crate) struct SiteState {
    pub(crate) site: Site,
    /// Instant of the first event that is kept.
    pub(crate) first_event_at: Option<i64>,
    /// Addresses that are not counted.
    pub(crate) excluded_addresses: i64,
}

/// Sites of this instance.
#[derive(Debug)]
pub(crate) struct Sites {
    store: Store,
    pipeline: Arc<Pipeline>,
    deleted: Arc<Notify>,
    /// For those who ask every second whether what they watch may still be watched.
    watched: Known<(Scope, String), Site>,
}

impl Sites {
    pub(crate) fn new(store: Store, pipeline: Arc<Pipeline>) -> Self {
        Self { store, pipeline, deleted: Arc::default(), watched: Known::new() }
    }

    /// Ready each time a site was deleted or reset: there is something to remove.
    pub(crate) async fn one_was_deleted(&self) {
        self.deleted.notified().await;
    }

    /// Takes note that a site was made, changed or deleted here: what is remembered is looked up again.
    pub(crate) fn changed(&self) {
        self.pipeline.sites.invalidate();
        self.watched.invalidate_all();
    }

    /// The same of another node. Hits of sites that are known are taken while the database can't be asked.
    pub(crate) fn changed_elsewhere(&self) {
        self.pipeline.sites.doubt();
        self.watched.invalidate_all();
    }

    /// Takes note that sites were changed or deleted together with their account.
    pub(crate) fn account_changed(&self) {
        self.changed();
        self.deleted.notify_one();
    }

    /// The site of that id or domain.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn find(&self, scope: &Scope, name: &str) -> Result<Site> {
        self.store.site(scope, name).await
    }

    /// The same, at most [`crate::known::TTL`] old: a thousand who watch one site cost one look a second.
    ///
    /// # Errors
    /// As [`Sites::find`].
    pub(crate) async fn find_again(&self, scope: &Scope, name: &str) -> Result<Site> {
        let ask = async {
            match self.store.site(scope, name).await {
                Ok(site) => Ok(Some(site)),
                Err(Error::NotFound(_)) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let found = self.watched.get_or(&(scope.clone(), name.to_owned()), ask).await?;
        found.ok_or(Error::NotFound("site"))
    }

    /// The same with its first event.
    ///
    /// # Errors
    /// As [`Sites::find`].
    pub(crate) async fn state(&self, scope: &Scope, name: &str) -> Result<SiteState> {
        let site = self.find(scope, name).await?;
        self.state_of(site).await
    }

    /// A page of sites, oldest first, and whether there are more.
    ///
    /// # Errors
    /// `Invalid` for a limit out of bounds.
    pub(crate) async fn list(&self, scope: &Scope, limit: u64, after: Option<&str>) -> Result<(Vec<SiteState>, bool)> {
        page::check(limit, PAGE_MAX)?;
        let mut sites = self.store.sites(scope, limit + 1, after).await?;
        let more = page::cut(&mut sites, limit);
        let excluded = self.store.excluded_counts(sites.iter().map(|site| site.key)).await?;
        let mut states = Vec::with_capacity(sites.len());
        for site in sites {
            let excluded = excluded.get(&site.key).copied().unwrap_or(0);
            states.push(self.with_first_event(site, excluded).await?);
        }
        Ok((states, more))
    }

    /// Makes a site.
    ///
    /// # Errors
    /// `Invalid` by field, `Conflict` when the domain is taken.
    pub(crate) async fn create(&self, scope: &Scope, wish: SiteWish) -> Result<SiteState> {
        let mut problems = Problems::default();
        let name = problems.name(&wish.name);
        let domain = problems.domain(&wish.domain);
        let timezone = problems.timezone(wish.timezone.as_deref().unwrap_or("UTC"));
        problems.into_result()?;
        let new = NewSite { name, domain, timezone, token: new_tracking_token(), at: now_ms() };
        let site = self.store.insert_site(scope, new).await?;
        self.changed();
        Ok(SiteState { site, first_event_at: None, excluded_addresses: 0 })
    }

    /// Gives a site a new tracking token; the old one is unknown at once.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn rotate_token(&self, scope: &Scope, name: &str) -> Result<SiteState> {
        self.find(scope, name).await?;
        let change = SiteChange { token: Some(new_tracking_token()), ..SiteChange::default() };
        self.apply(scope, name, change).await
    }

    /// Removes all that was counted of a site, in the background; nobody sees it from here on. `domain` must be the site's: it
    /// shows that this one is meant.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for another domain.
    pub(crate) async fn reset(&self, scope: &Scope, name: &str, domain: &str) -> Result<()> {
        let site = self.meant(scope, name, domain).await?;
        self.store.reset_site(scope, &site.id, now_ms()).await?;
        self.changed();
        self.deleted.notify_one();
        Ok(())
    }

    /// Deletes a site and, in the background, everything of it. `domain` must be the site's.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for another domain.
    pub(crate) async fn delete(&self, scope: &Scope, name: &str, domain: &str) -> Result<()> {
        self.meant(scope, name, domain).await?;
        self.store.delete_site(scope, name, now_ms()).await?;
        self.changed();
        self.deleted.notify_one();
        Ok(())
    }

    /// The site of that id or domain, named a second time by who means to end something.
    async fn meant(&self, scope: &Scope, name: &str, domain: &str) -> Result<Site> {
        let site = self.find(scope, name).await?;
        if Problems::default().domain(domain) != site.domain {
            return Err(Error::field("domain", "must be the domain of the site"));
        }
        Ok(site)
    }

    async fn apply(&self, scope: &Scope, name: &str, change: SiteChange) -> Result<SiteState> {
        let site = self.store.update_site(scope, name, change).await?;
        self.changed();
        self.state_of(site).await
    }

    async fn state_of(&self, site: Site) -> Result<SiteState> {
        let excluded = self.store.excluded_counts(std::iter::once(site.key)).await?;
        let excluded = excluded.get(&site.key).copied().unwrap_or(0);
        self.with_first_event(site, excluded).await
    }

    async fn with_first_event(&self, site: Site, excluded_addresses: i64) -> Result<SiteState> {
        let kept_from = match site.retention_days {
            Some(_) => kept_from(&site, &self.store.zones(&site).await?, now_ms()),
            None => i64::MIN,
        };
        let first_event_at = self.store.first_event_at(site.key, kept_from).await?;
        Ok(SiteState { site, first_event_at, excluded_addresses })
    }
}
