//! Why nothing arrives.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::pipeline::Tally;

/// What arrives of a site, and what did not in the last hour.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct SiteArrivals {
    /// When the first event happened that is kept, RFC 3339; left out before it.
    first_event_at: Option<String>,
    /// When the last event happened, RFC 3339; left out before it.
    last_event_at: Option<String>,
    /// Hits of the site that were not counted in the last hour, most first.
    drops: Vec<RecentDrops>,
    /// Hits that were refused in the last hour and came with the site's token, or from a page on a host of the site; last first,
    /// at most 100. What comes from the domain of another site, or below it, is that one's.
    refused: Vec<RecentRefusals>,
}

/// Hits that were not counted, for one reason.
#[derive(Clone, Debug, Object)]
struct RecentDrops {
    /// `bot`, `prefetch`, `dnt`, `hostname`, `excluded_path` or `excluded_address`.
    reason: String,
    /// How many in the last hour.
    count: u64,
    /// When last, RFC 3339.
    last_at: String,
}

/// Hits from one host that were refused for one reason.
#[derive(Clone, Debug, Object)]
struct RecentRefusals {
    /// `no_token`, `unknown_token`, `unknown_site` (a Plausible client's domain), `bad_request` or `rate_limited`.
    reason: String,
    /// Host of the page, without `www.`; blank when it is not known.
    hostname: String,
    /// How many in the last hour.
    count: u64,
    /// When last, RFC 3339.
    last_at: String,
}

/// Routes of this module.
pub(crate) struct ArrivalsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Sites")]
impl ArrivalsApi {
    /// Why nothing arrives: what of a site was not counted in the last hour. Each process tells what it has seen itself since its start.
    #[oai(path = "/sites/:site/arrivals", method = "get", operation_id = "getArrivals")]
    async fn read(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<SiteArrivals>, Problem> {
        let site = app.sites.find(caller.changes_sites()?, &name).await?;
        let (first, last) = app.stats.ends(&site, caller.view()).await?.unzip();
        let arrivals = app.sites.arrivals(&site).await?;
        let drops = arrivals.drops.into_iter().map(|(reason, Tally { count, last_at })| RecentDrops {
            reason: reason.as_str().to_owned(),
            count,
            last_at: instant(last_at),
        });
        let refused = arrivals.refused.into_iter().map(|(reason, hostname, Tally { count, last_at })| RecentRefusals {
            reason: reason.as_str().to_owned(),
            hostname,
            count,
            last_at: instant(last_at),
        });
        Ok(Json(SiteArrivals {
            first_event_at: first.map(instant),
            last_event_at: last.map(instant),
            drops: drops.collect(),
            refused: refused.collect(),
        }))
    }
}
