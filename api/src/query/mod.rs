//! Answers questions about a site: which days, from memory or the database, and then the stats engine.

mod asked;
mod days;
mod lookups;
mod overview;
mod partials;
mod patience;
mod slow;

use std::sync::Arc;
use std::time::Instant;

use haru_stats::dashboard::Dashboard;
use haru_stats::engine::Plan;
use haru_stats::query::PanelName;
use haru_stats::realtime::{self, Realtime};
use haru_stats::time::{SiteZones, Span};
use haru_stats::wire;
use haru_stats::{Day, Engine};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::accounts::View;
use crate::collect::PlaceNames;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::sites::kept_from;
use crate::store::{EventStore, Site, Store};
use asked::{Asked, Columns};
use days::{Days, Taker};
pub(crate) use lookups::CacheFigures;
pub(crate) use overview::Glance;
use partials::Partials;
use patience::Patience;
pub(crate) use slow::SlowLog;

/// Events may lie so far in the future: the batch route takes timestamps up to 10 minutes ahead.
const AHEAD_MS: i64 = 10 * 60 * 1000;
/// What `realtime` looks back over.
const REALTIME_MS: i64 = 30 * 60 * 1000;
/// Rows of a realtime ranking.
const REALTIME_ROWS: usize = 9;

/// What a dashboard is asked for, in the words of the query language; checked when it is answered.
#[derive(Clone, Debug)]
pub(crate) struct DashboardRequest {
    pub(crate) date_range: Value,
    pub(crate) filters: Option<Value>,
    pub(crate) comparison: Option<Value>,
    pub(crate) timezone: Option<String>,
    pub(crate) interval: Option<String>,
}

impl DashboardRequest {
    fn value(&self) -> Value {
        json!({
            "date_range": self.date_range,
            "filters": self.filters,
            "comparison": self.comparison,
            "timezone": self.timezone,
            "interval": self.interval,
        })
    }

    /// The same text for the same question.
    pub(crate) fn canonical(&self) -> String {
        self.value().to_string()
    }
}

/// A dashboard's numbers, and what belongs beside them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DashboardAnswer {
    pub(crate) numbers: Dashboard,
    pub(crate) online: u64,
    /// Hits that were not counted, by reason.
    pub(crate) drops: Vec<(String, i64)>,
}

/// Numbers of sites. Whoever asks brings the view that they have of them; nothing is told beyond it.
#[derive(Debug)]
pub(crate) struct Stats {
    store: Store,
    days: Days,
    partials: Partials,
    engine: Engine,
    /// Turns in which sites are computed for those who look at all of them.
    glances: Semaphore,
    places: Arc<PlaceNames>,
    slow: SlowLog,
}

/// What every question about a site needs.
struct About {
    now: i64,
    zones: SiteZones,
    context: wire::Context,
    /// The instants that are shown.
    shown: Span,
}

impl Stats {
    pub(crate) fn new(store: Store, places: Arc<PlaceNames>, slow: SlowLog) -> Self {
        Self {
            days: Days::new(Arc::new(store.clone())),
            store,
            partials: Partials::default(),
            engine: Engine::default(),
            glances: Semaphore::new(overview::AT_ONCE),
            places,
            slow,
        }
    }

    /// Answers a query of the Stats API v2; the whole body.
    ///
    /// # Errors
    /// `Query` with what is wrong with it or not shown, `Budget` when it takes more than its share.
    pub(crate) async fn query(&self, site: &Site, view: View, query: &Value) -> Result<Value> {
        self.slow.watch("query", &site.id, self.answer(site, view, query)).await
    }

    async fn answer(&self, site: &Site, view: View, query: &Value) -> Result<Value> {
        let about = self.about(site, view).await?;
        let request = wire::query(query, &about.context)?;
        let began = Instant::now();
        let plan = Plan::new(std::slice::from_ref(&request.query));
        let patience = Patience::of(view);
        let asked = Asked::new(self.engine, plan, patience.stop(), self.partials.clone(), None);
        let asked = self.load(site, &about, &request.query.spans(), asked).await?;
        computed(move || {
            let (mut answers, _) = asked.finish()?;
            let Some(mut answer) = answers.pop() else { return Ok(Value::Null) };
            if let Some(explanation) = &mut answer.explanation {
                explanation.took = Some(began.elapsed());
            }
            Ok(request.response(&answer))
        })
        .await?
    }

    /// Everything that a dashboard shows, in one pass.
    ///
    /// # Errors
    /// `Query` with what is wrong with the request or not shown.
    pub(crate) async fn dashboard(
        &self,
        site: &Site,
        view: View,
        request: &DashboardRequest,
    ) -> Result<DashboardAnswer> {
        self.slow.watch("dashboard", &site.id, self.shown(site, view, request)).await
    }

    async fn shown(&self, site: &Site, view: View, request: &DashboardRequest) -> Result<DashboardAnswer> {
        let about = self.about(site, view).await?;
        let query = wire::dashboard(&request.value(), &about.context)?;
        let mut spans = query.spans();
        spans.push(recent(about.now));
        let (now, shown) = (about.now, about.shown);
        let patience = Patience::of(view);
        let plan = Plan::new(query.queries());
        let asked = Asked::new(self.engine, plan, patience.stop(), self.partials.clone(), Some(recent(now)));
        let asked = self.load(site, &about, &spans, asked).await?;
        let (mut numbers, online) = computed(move || {
            let (answers, mut days) = asked.finish()?;
            days.retain(|day| shown.covers(day.span()));
            Ok::<_, Error>((query.assemble(answers), realtime::online(&days, now - realtime::ONLINE, now)))
        })
        .await??;
        self.name_places(&mut numbers);
        let drops = if view.tells_operation() {
            let (first, last) = (date(&numbers.range.from), date(&numbers.range.to));
            self.store.drops(site, first, last).await?
        } else {
            Vec::new()
        };
        Ok(DashboardAnswer { numbers, online, drops })
    }

    /// Whether a dashboard could be answered.
    ///
    /// # Errors
    /// `Query` with what is wrong with the request or not shown.
    pub(crate) async fn check(&self, site: &Site, view: View, request: &DashboardRequest) -> Result<()> {
        let about = self.about(site, view).await?;
        wire::dashboard(&request.value(), &about.context)?;
        Ok(())
    }

    /// What happens now; nothing where now is not shown.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn realtime(&self, site: &Site, view: View) -> Result<Realtime> {
        let about = self.about(site, view).await?;
        let days = self.recent(site, &about).await?;
        let mut realtime = computed(move || realtime::realtime(&days, about.now, REALTIME_ROWS)).await?;
        for (panel, rows) in [(PanelName::Pages, &mut realtime.pages), (PanelName::Sources, &mut realtime.sources)] {
            if !view.shows(panel) {
                *rows = Vec::new();
            }
        }
        Ok(realtime)
    }

    /// Distinct visitors with an event, engagement included, in the last 5 minutes.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn online(&self, site: &Site, view: View) -> Result<i64> {
        let about = self.about(site, view).await?;
        let days = self.recent(site, &about).await?;
        let online = computed(move || realtime::online(&days, about.now - realtime::ONLINE, about.now)).await?;
        i64::try_from(online).map_err(Error::internal)
    }

    /// Instants of the first and the last event that are kept; none without events.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn ends(&self, site: &Site, view: View) -> Result<Option<(i64, i64)>> {
        let about = self.about(site, view).await?;
        let Some(first) = about.context.first_event else { return Ok(None) };
        let (row, sealed) = self.store.last_events(site.key).await?;
        let mut last = row.unwrap_or(first).max(first);
        if let Some(day) = sealed.filter(|day| day.to > last) {
            // Its rows may be gone: the day itself knows.
            let days = self.load(site, &about, &[day], Columns::new(Some(day))).await?.finish();
            last = days.iter().filter_map(|day| day.last()).fold(last, i64::max);
        }
        Ok(Some((first, last)))
    }

    /// Use of the cache of finished days.
    pub(crate) fn days_cache(&self) -> CacheFigures {
        self.days.figures()
    }

    /// Use of the cache of what days contributed.
    pub(crate) fn partials_cache(&self) -> CacheFigures {
        self.partials.figures()
    }

    /// Names regions and cities, as soon as it is known what they are called.
    fn name_places(&self, numbers: &mut Dashboard) {
        let panels = [&numbers.panels.regions, &numbers.panels.cities];
        if panels.into_iter().flatten().any(|panel| !panel.rows.is_empty()) && self.places.are_to_be_read() {
            let places = self.places.clone();
            tokio::task::spawn_blocking(move || places.read());
        }
        numbers.name_places(|code| self.places.name(code));
    }

    async fn about(&self, site: &Site, view: View) -> Result<About> {
        let zones = self.store.zones(site).await?;
        let now = now_ms();
        // Nothing is asked for before it, so that days that are kept no longer are not seen, wherever they still are.
        let kept_from = kept_from(site, &zones, now);
        let first_event = self.store.first_event_at(site.key, kept_from).await?;
        let zone = zones.at(now);
        let context = wire::Context { now, zone, first_event, allowed: view.allowed() };
        Ok(About { now, zones, context, shown: view.span(zone, now) })
    }

    /// The columns of the last half hour's days that are shown.
    async fn recent(&self, site: &Site, about: &About) -> Result<Vec<Arc<Day>>> {
        let span = recent(about.now);
        let mut days = self.load(site, about, &[span], Columns::new(Some(span))).await?.finish();
        // Bounds are midnights of the site, as those of its days are.
        days.retain(|day| about.shown.covers(day.span()));
        Ok(days)
    }

    /// Hands the days of the spans that can hold events to a taker, and answers it when it has them all.
    async fn load<T: Taker>(&self, site: &Site, about: &About, spans: &[Span], taker: T) -> Result<T> {
        let Some(first) = about.context.first_event else { return Ok(taker) };
        let last = about.now + AHEAD_MS;
        let spans: Vec<Span> = spans
            .iter()
            .map(|span| Span { from: span.from.max(first), to: span.to.min(last) })
            .filter(|span| span.from < span.to)
            .collect();
        let taker = Arc::new(taker);
        self.days.load(site.key, &about.zones, &spans, about.now, taker.clone(), site.retention_changes).await?;
        Arc::into_inner(taker).ok_or_else(|| Error::internal("somebody still takes days"))
    }
}

fn recent(now: i64) -> Span {
    Span { from: now - REALTIME_MS, to: now + 1 }
}

/// The date of an RFC 3339 text.
fn date(instant: &str) -> &str {
    instant.get(..10).unwrap_or(instant)
}

/// Computes off the async threads.
async fn computed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
