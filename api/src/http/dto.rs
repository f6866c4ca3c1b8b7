//! The dashboard's numbers as REST and GraphQL answer them: one set of types for both, `snake_case` in both.

use async_graphql::SimpleObject;
use poem_openapi::Object;

/// Everything that a dashboard shows.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Dashboard {
    /// Which site.
    pub(crate) site: DashboardSite,
    /// Which time.
    pub(crate) range: DashboardRange,
    /// The time it is compared with, if any.
    pub(crate) comparison_range: Option<DashboardRange>,
    /// When this was computed, RFC 3339.
    pub(crate) as_of: String,
    /// Distinct visitors with an event, engagement included, in the last 5 minutes; 0 when a share link does not show today.
    pub(crate) online: i64,
    /// The numbers of the whole range.
    pub(crate) totals: Totals,
    /// The numbers over time.
    pub(crate) time_series: TimeSeries,
    /// Rankings.
    pub(crate) panels: Panels,
    /// Hits that were not counted on the range's days, by reason; none are told to share sessions.
    pub(crate) drops: Vec<DropReasonCount>,
    /// Words for what the operator should mend, such as `untrusted_forwarded_header`; none are told to share sessions.
    pub(crate) notices: Vec<String>,
}

/// The site of a dashboard.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct DashboardSite {
    /// Opaque id.
    pub(crate) id: String,
    /// Domain.
    pub(crate) domain: String,
    /// Shown name.
    pub(crate) name: String,
    /// IANA timezone of its days.
    pub(crate) timezone: String,
}

/// The time that a dashboard is about.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct DashboardRange {
    /// First second, RFC 3339 with offset.
    pub(crate) from: String,
    /// Last second, RFC 3339 with offset.
    pub(crate) to: String,
    /// IANA timezone in which days and hours are cut.
    pub(crate) timezone: String,
}

/// A whole number, before and now.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Total {
    /// Now.
    pub(crate) value: i64,
    /// In the time compared with.
    pub(crate) previous: Option<i64>,
    /// Whole percent, of `bounce_rate` points.
    pub(crate) change: Option<i64>,
}

/// A number with decimals, before and now.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct RatioTotal {
    /// Now, two decimals; left out with a filter on pages, where it has no meaning.
    pub(crate) value: Option<f64>,
    /// In the time compared with.
    pub(crate) previous: Option<f64>,
    /// Whole percent.
    pub(crate) change: Option<i64>,
}

/// The numbers of a range; `docs/metrics.md` says what each means.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct Totals {
    /// Distinct visitors, each day's added up.
    pub(crate) visitors: Total,
    /// Visits that began in the range.
    pub(crate) visits: Total,
    /// Pages viewed.
    pub(crate) pageviews: Total,
    /// Pageviews by visit.
    pub(crate) views_per_visit: RatioTotal,
    /// Percent of visits with one pageview and nothing else.
    pub(crate) bounce_rate: Total,
    /// Mean seconds.
    pub(crate) visit_duration: Total,
    /// Pageviews and custom events.
    pub(crate) events: Total,
}

/// Numbers by bucket of time.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct TimeSeries {
    /// `hour`, `day`, `week` or `month`.
    pub(crate) interval: String,
    /// One a bucket: a date, or a date and an hour, in the range's timezone.
    pub(crate) labels: Vec<String>,
    /// True when the last bucket is not over yet.
    pub(crate) partial_last: bool,
    /// Index of the bucket that holds now; later ones are in the future.
    pub(crate) now_index: Option<i64>,
    /// One number a label.
    pub(crate) current: Series,
    /// The time compared with, if any.
    pub(crate) previous: Option<PreviousSeries>,
}

/// The buckets of the time compared with.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct PreviousSeries {
    /// One a bucket.
    pub(crate) labels: Vec<String>,
    /// One number a label.
    pub(crate) values: Series,
}

/// Lists of numbers, one a bucket, 0 where nothing happened.
#[derive(Clone, Debug, Default, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct Series {
    /// Distinct visitors.
    pub(crate) visitors: Vec<i64>,
    /// Visits that began.
    pub(crate) visits: Vec<i64>,
    /// Pages viewed.
    pub(crate) pageviews: Vec<i64>,
    /// Pageviews by visit; empty with a filter on pages.
    pub(crate) views_per_visit: Vec<f64>,
    /// Percent.
    pub(crate) bounce_rate: Vec<i64>,
    /// Mean seconds.
    pub(crate) visit_duration: Vec<i64>,
    /// Pageviews and custom events.
    pub(crate) events: Vec<i64>,
}

/// One entry of a ranking.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct PanelRow {
    /// What is counted, as filters take it; of countries and regions the ISO code, of screens the class of their width.
    pub(crate) value: String,
    /// Of regions and cities what they are called, where the geo database knows and that is something else than the value.
    pub(crate) name: Option<String>,
    /// Distinct visitors, each day's added up.
    pub(crate) visitors: i64,
    /// Percent of the range's visitors, two decimals.
    pub(crate) share: f64,
}

/// A ranking, its first rows.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct Panel {
    /// The dimension, as the query language spells it.
    pub(crate) dimension: String,
    /// Most visitors first.
    pub(crate) rows: Vec<PanelRow>,
}

/// All rankings; those that a share link does not show are left out.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Panels {
    /// Pages seen.
    pub(crate) pages: Option<Panel>,
    /// First pages of visits.
    pub(crate) entry_pages: Option<Panel>,
    /// Last pages of visits.
    pub(crate) exit_pages: Option<Panel>,
    /// Groups of sources.
    pub(crate) channels: Option<Panel>,
    /// Where visits came from.
    pub(crate) sources: Option<Panel>,
    /// The URLs they came from.
    pub(crate) referrers: Option<Panel>,
    /// `utm_source` tags.
    pub(crate) utm_sources: Option<Panel>,
    /// `utm_medium` tags.
    pub(crate) utm_mediums: Option<Panel>,
    /// `utm_campaign` tags.
    pub(crate) utm_campaigns: Option<Panel>,
    /// `utm_content` tags.
    pub(crate) utm_contents: Option<Panel>,
    /// `utm_term` tags.
    pub(crate) utm_terms: Option<Panel>,
    /// Countries.
    pub(crate) countries: Option<Panel>,
    /// Regions of countries.
    pub(crate) regions: Option<Panel>,
    /// Cities.
    pub(crate) cities: Option<Panel>,
    /// Languages that browsers prefer.
    pub(crate) languages: Option<Panel>,
    /// Browsers.
    pub(crate) browsers: Option<Panel>,
    /// Operating systems.
    pub(crate) os: Option<Panel>,
    /// Kinds of device.
    pub(crate) devices: Option<Panel>,
    /// Classes of screens by their width.
    pub(crate) screens: Option<Panel>,
    /// Names of events.
    pub(crate) events: Option<Panel>,
}

/// Hits that were not counted, for one reason.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct DropReasonCount {
    /// Such as `bot`.
    pub(crate) reason: String,
    /// How many.
    pub(crate) count: i64,
}

/// What happens on a site now.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Realtime {
    /// Distinct visitors with an event, engagement included, in the last 5 minutes.
    pub(crate) online: i64,
    /// The last 30 minutes, oldest first, the current one included.
    pub(crate) minutes: Vec<Minute>,
    /// Pages of the last 30 minutes; left out when a share link does not show pages.
    pub(crate) pages: Option<Vec<PanelRow>>,
    /// Sources of the last 30 minutes; left out when a share link does not show sources.
    pub(crate) sources: Option<Vec<PanelRow>>,
}

/// One minute.
#[derive(Clone, Debug, PartialEq, Object, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct Minute {
    /// Its start, RFC 3339.
    pub(crate) minute: String,
    /// Distinct visitors.
    pub(crate) visitors: i64,
    /// Pages viewed.
    pub(crate) pageviews: i64,
}

/// One event as it was committed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct LiveEvent {
    /// When, RFC 3339.
    pub(crate) at: String,
    /// `pageview`, `custom` or `engagement`.
    pub(crate) kind: &'static str,
    /// Name of the event.
    pub(crate) name: String,
    /// Page.
    pub(crate) page: String,
    /// Source; blank is direct.
    pub(crate) source: String,
    /// ISO code; blank is unknown.
    pub(crate) country: String,
    /// Browser.
    pub(crate) browser: String,
    /// Operating system.
    pub(crate) os: String,
    /// Kind of device.
    pub(crate) device: String,
}
