//! Numbers that are watched: each distinct one is computed once for all who watch it.

use std::sync::Arc;

use super::Hub;
use super::shared::{Latest, Shared};
use crate::accounts::View;
use crate::query::{DashboardAnswer, DashboardRequest, Stats};
use crate::store::Site;

/// Online counts and dashboards that somebody watches.
#[derive(Debug)]
pub(crate) struct Dashboards {
    stats: Arc<Stats>,
    hub: Arc<Hub>,
    // What may be seen is part of the question: nobody is handed what was computed for another.
    // So are the days that the site keeps.
    online: Shared<(i64, i64, View), i64>,
    dashboards: Shared<(i64, i64, View, String), Arc<DashboardAnswer>>,
}

/// Live values of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WatchedFigures {
    /// Different dashboards that somebody watches.
    pub(crate) dashboards: usize,
    /// Times one of them was computed.
    pub(crate) dashboards_computed: u64,
    /// Times a count of visitors online was.
    pub(crate) online_computed: u64,
}

impl Dashboards {
    pub(crate) fn new(stats: Arc<Stats>, hub: Arc<Hub>) -> Self {
        Self { stats, hub, online: Shared::default(), dashboards: Shared::default() }
    }

    /// What is watched now, and what it took so far.
    pub(crate) fn figures(&self) -> WatchedFigures {
        WatchedFigures {
            dashboards: self.dashboards.distinct(),
            dashboards_computed: self.dashboards.computed(),
            online_computed: self.online.computed(),
        }
    }

    /// The number of visitors online.
    pub(crate) fn watch_online(&self, site: &Site, view: View) -> Latest<i64> {
        let (stats, watched) = (self.stats.clone(), site.clone());
        self.online.watch((site.key, site.retention_changes, view), self.hub.watch(site.key), move || {
            let (stats, site) = (stats.clone(), watched.clone());
            Box::pin(async move { logged(stats.online(&site, view).await) })
        })
    }

    /// Whether somebody watches that dashboard: then it can be answered.
    pub(crate) fn is_watched(&self, site: &Site, view: View, request: &DashboardRequest) -> bool {
        self.dashboards.is_watched(&(site.key, site.retention_changes, view, request.canonical()))
    }

    /// A dashboard.
    pub(crate) fn watch_dashboard(
        &self,
        site: &Site,
        view: View,
        request: DashboardRequest,
    ) -> Latest<Arc<DashboardAnswer>> {
        let key = (site.key, site.retention_changes, view, request.canonical());
        let (stats, watched) = (self.stats.clone(), site.clone());
        self.dashboards.watch(key, self.hub.watch(site.key), move || {
            let (stats, site, request) = (stats.clone(), watched.clone(), request.clone());
            Box::pin(async move { logged(stats.dashboard(&site, view, &request).await).map(Arc::new) })
        })
    }
}

/// A value that could not be computed leaves the last one standing.
fn logged<T>(result: crate::error::Result<T>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "a live value could not be computed")).ok()
}
