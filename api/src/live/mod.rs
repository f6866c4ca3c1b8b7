//! Tells those who watch a site that something was committed. Knows nothing of HTTP or of how numbers are computed.

mod dashboards;
mod shared;
mod watchers;

pub(crate) use dashboards::Dashboards;
pub(crate) use shared::Latest;
pub(crate) use watchers::{LINK_WATCHED_MAX, PUBLIC_WATCHED_MAX, Subscribed, WATCHED_MAX, Watchers, Watching};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, watch};

use crate::collect::{Hit, Kind};

/// Events that a slow watcher may lag behind before it loses the oldest.
const EVENTS_KEPT: usize = 64;

/// One event as a feed shows it: nothing in it leads to a person.
#[derive(Clone, Debug)]
pub(crate) struct LiveEvent {
    pub(crate) at: i64,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) page: String,
    pub(crate) source: String,
    pub(crate) country: String,
    pub(crate) browser: String,
    pub(crate) os: String,
    pub(crate) device: String,
}

impl LiveEvent {
    fn of(hit: &Hit) -> Self {
        Self {
            at: hit.ts_ms,
            kind: hit.kind,
            name: hit.name.clone(),
            page: hit.page.clone(),
            source: hit.source.clone(),
            country: hit.country.clone(),
            browser: hit.browser.clone(),
            os: hit.os.clone(),
            device: hit.device.clone(),
        }
    }
}

#[derive(Debug)]
struct Channel {
    version: watch::Sender<u64>,
    events: broadcast::Sender<Arc<LiveEvent>>,
}

impl Channel {
    fn new() -> Self {
        Self { version: watch::Sender::new(0), events: broadcast::Sender::new(EVENTS_KEPT) }
    }

    fn is_watched(&self) -> bool {
        self.version.receiver_count() > 0 || self.events.receiver_count() > 0
    }
}

/// Where watchers meet commits. A site without watchers costs one lookup a commit.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    sites: Mutex<HashMap<i64, Channel>>,
}

impl Hub {
    /// Changes when something of the site was committed.
    pub(crate) fn watch(&self, site: i64) -> watch::Receiver<u64> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.retain(|_, channel| channel.is_watched());
        sites.entry(site).or_insert_with(Channel::new).version.subscribe()
    }

    /// The site's events as they are committed; a watcher that is too slow loses the oldest.
    pub(crate) fn events(&self, site: i64) -> broadcast::Receiver<Arc<LiveEvent>> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.retain(|_, channel| channel.is_watched());
        sites.entry(site).or_insert_with(Channel::new).events.subscribe()
    }

    /// Tells watchers what was committed.
    pub(crate) fn committed<'a>(&self, hits: impl Iterator<Item = &'a Hit>) {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.is_empty() {
            return;
        }
        let mut touched = Vec::new();
        for hit in hits {
            let Some(channel) = sites.get(&hit.site_id) else { continue };
            if channel.events.receiver_count() > 0 {
                let _nobody = channel.events.send(Arc::new(LiveEvent::of(hit)));
            }
            if !touched.contains(&hit.site_id) {
                touched.push(hit.site_id);
                channel.version.send_modify(|version| *version += 1);
            }
        }
    }
}
