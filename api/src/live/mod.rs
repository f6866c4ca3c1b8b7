//! Tells those who watch a site that something was committed. Knows nothing of HTTP or of how numbers are computed.

mod dashboards;
mod shared;
mod watchers;

pub(crate) use dashboards::Dashboards;
pub(crate) use shared::Latest;
pub(crate) use watchers::{LINK_WATCHED_MAX, PUBLIC_WATCHED_MAX, Subscribed, WATCHED_MAX, Watchers, Watching};

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use haru_stats::{Event, EventKind};
use tokio::sync::{Notify, broadcast, watch};

use crate::collect::Hit;

/// Events that a slow watcher may lag behind before it loses the oldest.
pub(crate) const EVENTS_KEPT: usize = 64;

/// One event as a feed shows it: nothing in it leads to a person.
#[derive(Clone, Debug)]
pub(crate) struct LiveEvent {
    pub(crate) at: i64,
    pub(crate) kind: EventKind,
    pub(crate) name: String,
    pub(crate) page: String,
    pub(crate) source: String,
    pub(crate) country: String,
    pub(crate) browser: String,
    pub(crate) os: String,
    pub(crate) device: String,
}

impl LiveEvent {
    pub(crate) fn of(event: &Event<'_>) -> Self {
        Self {
            at: event.ts,
            kind: event.kind,
            name: event.name.to_owned(),
            page: event.page.to_owned(),
            source: event.source.to_owned(),
            country: event.country.to_owned(),
            browser: event.browser.to_owned(),
            os: event.os.to_owned(),
            device: event.device.to_owned(),
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
    /// Sites that had hits here, for other nodes; none where there are no others.
    touched: Option<Mutex<BTreeSet<i64>>>,
    some_touched: Notify,
    /// There may be events of other nodes to be shown.
    pub(crate) look_for_events: Notify,
    listening: AtomicBool,
}

impl Hub {
    /// With other nodes beside this one, or none.
    pub(crate) fn new(others: bool) -> Self {
        Self { touched: others.then(Mutex::default), ..Self::default() }
    }

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

    /// Waits until sites have had hits here, and hands them out once.
    pub(crate) async fn touched(&self) -> Vec<i64> {
        let Some(touched) = &self.touched else { return std::future::pending().await };
        self.some_touched.notified().await;
        let sites = std::mem::take(&mut *touched.lock().unwrap_or_else(PoisonError::into_inner));
        sites.into_iter().collect()
    }

    /// Another node has committed hits of these sites.
    pub(crate) fn touch(&self, touched: &[i64]) {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        for channel in touched.iter().filter_map(|site| sites.get(site)) {
            channel.version.send_modify(|version| *version += 1);
        }
    }

    /// Other nodes may have committed hits of any site.
    pub(crate) fn touch_all(&self) {
        for channel in self.sites.lock().unwrap_or_else(PoisonError::into_inner).values() {
            channel.version.send_modify(|version| *version += 1);
        }
    }

    /// Sites whose single events somebody watches.
    pub(crate) fn sites_with_feeds(&self) -> Vec<i64> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.iter().filter(|(_, channel)| channel.events.receiver_count() > 0).map(|(site, _)| *site).collect()
    }

    /// Shows events that another node has committed to those who watch single ones.
    pub(crate) fn show(&self, site: i64, events: Vec<LiveEvent>) {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(channel) = sites.get(&site) else { return };
        for event in events {
            let _nobody = channel.events.send(Arc::new(event));
        }
    }

    /// Takes note whether notices of other nodes arrive.
    pub(crate) fn is_listening(&self, listening: bool) {
        self.listening.store(listening, Ordering::Relaxed);
    }

    /// Whether they do.
    pub(crate) fn listens(&self) -> bool {
        self.listening.load(Ordering::Relaxed)
    }

    /// Tells watchers what was committed, and has other nodes told.
    pub(crate) fn committed<'a>(&self, hits: impl Iterator<Item = &'a Hit>) {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.is_empty() && self.touched.is_none() {
            return;
        }
        let mut others = self.touched.as_ref().map(|sites| sites.lock().unwrap_or_else(PoisonError::into_inner));
        let mut touched = Vec::new();
        for hit in hits {
            if let Some(others) = &mut others
                && others.insert(hit.site_id)
            {
                self.some_touched.notify_one();
            }
            let Some(channel) = sites.get(&hit.site_id) else { continue };
            if channel.events.receiver_count() > 0 {
                let _nobody = channel.events.send(Arc::new(LiveEvent::of(&hit.event())));
            }
            if !touched.contains(&hit.site_id) {
                touched.push(hit.site_id);
                channel.version.send_modify(|version| *version += 1);
            }
        }
    }
}
