//! Everything that a request may need, made once at start.

use std::borrow::Cow;
use std::sync::Arc;

use ipnet::IpNet;
use poem::http::HeaderValue;
use tokio::task::JoinHandle;

use crate::accounts::Accounts;
use crate::assets;
use crate::collect::{AddressKeys, Agents, Enrichment, Geo, PlaceNames};
use crate::config::{BaseUrl, MetricsToken, Registration, ServeConfig};
use crate::http::Served;
use crate::http::limits::RateLimit;
use crate::ingest::{Ingest, JournalConfig, Node};
use crate::listen::Lines;
use crate::live::{Dashboards, Hub, Watchers};
use crate::mail::Mailer;
use crate::pipeline::{CollectLimit, Pipeline, Salts, TrackedSites};
use crate::query::{SlowLog, Stats};
use crate::sealing::Progress;
use crate::secret::Secret;
use crate::sites::Sites;
use crate::store::Store;

const MIB: u64 = 1024 * 1024;
/// How many times as often as one address a share link may be opened with a password.
const LINK_OPENINGS: u32 = 10;

/// The running service without its listener.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    /// Number of this node.
    pub(crate) node: i64,
    pub(crate) accounts: Accounts,
    pub(crate) mailer: Mailer,
    pub(crate) sites: Sites,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) dashboards: Dashboards,
    pub(crate) watchers: Watchers,
    pub(crate) served: Served,
    pub(crate) lines: Arc<Lines>,
    pub(crate) sealing: Progress,
    pub(crate) registration: Registration,
    pub(crate) base_url: BaseUrl,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) cors_origins: Vec<HeaderValue>,
    pub(crate) auth_limit: RateLimit,
    /// Passwords of one share link, whoever tries them: many may have the right one at the same time.
    pub(crate) link_limit: RateLimit,
    pub(crate) api_limit: RateLimit,
    pub(crate) metrics_token: Option<MetricsToken>,
}

impl App {
    /// Opens the database, loads the tables and starts the writer; the handle ends when the writer has committed its last.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) async fn start(config: &ServeConfig, lines: Arc<Lines>) -> Result<(Arc<Self>, JoinHandle<()>), String> {
        crate::config::prepare_data_dir(&config.database.data_dir)?;
        config.database.check()?;
        let secret = Secret::load(config)?;
        let mailer = Mailer::new(config)?;
        let geo = Arc::new(load_geo(config)?);
        let enrichment = load_enrichment(geo.clone())?;
        // The list that the build brings knows countries only.
        let places = if config.geo_db.is_some() { PlaceNames::of(geo) } else { PlaceNames::default() };
        let store = Store::open(&config.database).await?;
        let journal =
            JournalConfig { limit: u64::from(config.journal_limit) * MIB, durability: config.database.durability };
        let node = Node::claim(&config.database.data_dir, &store, journal).await?;
        let (number, hub) = (node.id, Arc::new(Hub::new(!store.is_sqlite())));
        let (ingest, writer) = Ingest::start(Arc::new(store.clone()), node, hub.clone())
            .map_err(|error| format!("cannot start the writer: {error}"))?;
        let pipeline = Arc::new(Pipeline::new(
            TrackedSites::new(store.clone(), AddressKeys::new(secret.keys("excluded-address").map(|(_, key)| key))),
            Salts::new(store.clone()),
            enrichment,
            ingest,
            CollectLimit::new(config.collect_rate_limit),
            &secret,
        ));
        let stats = Arc::new(Stats::new(store.clone(), Arc::new(places), SlowLog::of(config.slow_query_ms)));
        let accounts = Accounts::new(store.clone(), &secret, config.registration).map_err(|error| error.to_string())?;
        accounts.reseal_second_factors().await.map_err(|error| error.to_string())?;
        let app = Self {
            accounts,
            mailer,
            sites: Sites::new(store.clone(), pipeline.clone()),
            dashboards: Dashboards::new(stats.clone(), hub.clone()),
            watchers: Watchers::default(),
            served: Served::default(),
            lines,
            sealing: Progress::default(),
            stats,
            pipeline,
            hub,
            node: number,
            store,
            registration: config.registration,
            base_url: config.public_url(),
            trusted_proxies: config.trusted_proxies.iter().map(|network| network.0).collect(),
            cors_origins: config.cors_origins.iter().map(|origin| origin.0.clone()).collect(),
            auth_limit: RateLimit::a_minute(config.auth_rate_limit),
            link_limit: RateLimit::a_minute(config.auth_rate_limit.saturating_mul(LINK_OPENINGS)),
            api_limit: RateLimit::a_minute(config.api_rate_limit),
            metrics_token: config.metrics_token.clone(),
        };
        Ok((Arc::new(app), writer))
    }

    /// What the operator should know and the interface shows.
    pub(crate) fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if self.pipeline.saw_untrusted_forwarded() {
            notices.push("untrusted_forwarded_header".to_owned());
        }
        notices
    }
}

fn part(name: &str) -> Result<Cow<'static, [u8]>, String> {
    assets::list(name).ok_or_else(|| format!("this build lacks {name}: run `make assets`"))
}

fn load_geo(config: &ServeConfig) -> Result<Geo, String> {
    match &config.geo_db {
        Some(path) => Geo::open(path).map_err(|error| format!("HARU_GEO_DB: {}: {error}", path.display())),
        None => Geo::from_bytes(part("country.mmdb")?).map_err(|error| error.to_string()),
    }
}

fn load_enrichment(geo: Arc<Geo>) -> Result<Enrichment, String> {
    let agents = Agents::load(&part("regexes.json")?, &part("bots.json")?).map_err(|error| error.to_string())?;
    Enrichment::new(agents, Some(geo)).map_err(|error| error.to_string())
}
