//! All sites at a glance.

use std::sync::Arc;

use haru_stats::Number;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::dashboard::{instant, whole, whole_or_null};
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::query::Glance;

/// Sites that a page holds unless asked otherwise.
const PAGE_DEFAULT: u64 = 100;

/// A page of sites at a glance.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Overview {
    /// When this was computed, RFC 3339.
    as_of: String,
    /// By visitors of today, most first, then by domain.
    sites: Vec<SiteOverview>,
    /// Pass this as `after` for the next page; left out on the last.
    next: Option<String>,
}

/// One site at a glance.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct SiteOverview {
    /// Opaque id.
    id: String,
    /// Domain.
    domain: String,
    /// Shown name.
    name: String,
    /// IANA timezone of its days.
    timezone: String,
    /// Whether everybody may see its numbers.
    public: bool,
    /// When its first event happened, RFC 3339; left out before it.
    first_event_at: Option<String>,
    /// Distinct visitors with an event, engagement included, in the last 5 minutes.
    online: i64,
    /// Visitors of today so far.
    visitors: i64,
    /// Visitors of yesterday up to the same point of the day.
    previous_visitors: i64,
    /// Whole percent from these to those.
    change: Option<i64>,
    /// Pageviews of today so far.
    pageviews: i64,
    /// The last 14 days, oldest first, today included.
    days: Vec<OverviewDay>,
}

/// One day of a site.
#[derive(Clone, Debug, Object)]
struct OverviewDay {
    /// Day in the site's timezone, `YYYY-MM-DD`.
    date: String,
    /// Its visitors.
    visitors: i64,
}

impl From<Glance> for SiteOverview {
    fn from(glance: Glance) -> Self {
        let Glance { site, first_event_at, online, numbers } = glance;
        let day = |(date, visitors): (String, Number)| OverviewDay { date, visitors: whole(visitors) };
        Self {
            id: site.id,
            domain: site.domain,
            name: site.name,
            timezone: site.timezone,
            public: site.public,
            first_event_at: first_event_at.map(instant),
            online: i64::try_from(online).unwrap_or(i64::MAX),
            visitors: whole(numbers.visitors),
            previous_visitors: whole(numbers.previous_visitors),
            change: whole_or_null(numbers.change),
            pageviews: whole(numbers.pageviews),
            days: numbers.days.into_iter().map(day).collect(),
        }
    }
}

/// Routes of this module.
pub(crate) struct OverviewApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Stats")]
impl OverviewApi {
    /// All sites at a glance: who is there now, today against yesterday, and two weeks of visitors.
    #[oai(path = "/overview", method = "get", operation_id = "getOverview")]
    async fn read(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Sites of a page, 1 to 500.
        Query(limit): Query<Option<u64>>,
        /// `next` of the page before.
        Query(after): Query<Option<String>>,
    ) -> Result<Json<Overview>, Problem> {
        let (scope, view) = (caller.oversees_sites()?, caller.view());
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        let found = app.stats.overview(scope, view, limit, after.as_deref()).await?;
        Ok(Json(Overview {
            as_of: instant(found.now),
            sites: found.sites.into_iter().map(SiteOverview::from).collect(),
            next: found.next,
        }))
    }
}
