//! The dashboard and what happens now: domain answers in the types of the API.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use haru_stats::dashboard as stats;
use haru_stats::query::PanelName;
use haru_stats::realtime as now;
use haru_stats::{Number, dashboard::RangeEnds};
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::Tag;
use super::dto::{
    Dashboard, DashboardRange, DashboardSite, DropReasonCount, Minute, Panel, PanelRow, Panels, PreviousSeries,
    RatioTotal, Realtime, Series, TimeSeries, Total, Totals,
};
use super::problem::Problem;
use super::security::Called;
use crate::accounts::View;
use crate::app::App;
use crate::query::{DashboardAnswer, DashboardRequest};
use crate::store::Site;

/// What a dashboard is asked for, in the words of the query language.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct DashboardQuery {
    /// `day`, `yesterday`, `24h`, `7d`, `28d`, `30d`, `91d`, `week`, `month`, `6mo`, `12mo`, `year`, `all`, or two dates.
    date_range: Value,
    /// Such as `[["is", "visit:country", ["BR"]]]`.
    filters: Option<Value>,
    /// `previous_period` or `year_over_year`.
    comparison: Option<Value>,
    /// IANA timezone, the site's if not given.
    timezone: Option<String>,
    /// `hour`, `day`, `week` or `month`; chosen by the range if not given.
    interval: Option<String>,
}

impl From<DashboardQuery> for DashboardRequest {
    fn from(query: DashboardQuery) -> Self {
        Self {
            date_range: query.date_range,
            filters: query.filters,
            comparison: query.comparison,
            timezone: query.timezone,
            interval: query.interval,
        }
    }
}

/// Routes of this module.
pub(crate) struct DashboardApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Stats")]
impl DashboardApi {
    /// Everything that a dashboard shows, in one pass.
    #[oai(path = "/sites/:site/dashboard", method = "post", operation_id = "getDashboard")]
    async fn dashboard(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(query): Json<DashboardQuery>,
    ) -> Result<Json<Dashboard>, Problem> {
        let site = app.sites.find(caller.reads_stats()?, &name).await?;
        let view = caller.view();
        let found = app.stats.dashboard(&site, view, &query.into()).await?;
        Ok(Json(answer(app, &site, view, found)))
    }

    /// What happens on a site now.
    #[oai(path = "/sites/:site/realtime", method = "get", operation_id = "getRealtime")]
    async fn realtime(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<Realtime>, Problem> {
        let site = app.sites.find(caller.reads_stats()?, &name).await?;
        let view = caller.view();
        Ok(Json(realtime(view, app.stats.realtime(&site, view).await?)))
    }
}

/// A dashboard in the API's types.
pub(crate) fn answer(app: &App, site: &Site, view: View, answer: DashboardAnswer) -> Dashboard {
    let numbers = answer.numbers;
    Dashboard {
        site: DashboardSite {
            id: site.id.clone(),
            domain: site.domain.clone(),
            name: site.name.clone(),
            timezone: site.timezone.clone(),
        },
        range: range(numbers.range),
        comparison_range: numbers.comparison_range.map(range),
        as_of: instant(crate::ids::now_ms()),
        online: i64::try_from(answer.online).unwrap_or(i64::MAX),
        totals: totals(&numbers.totals),
        time_series: time_series(numbers.time_series),
        panels: panels(numbers.panels),
        drops: answer.drops.into_iter().map(|(reason, count)| DropReasonCount { reason, count }).collect(),
        notices: if view.tells_operation() { app.notices() } else { Vec::new() },
    }
}

/// What happens now, in the API's types.
pub(crate) fn realtime(view: View, answer: now::Realtime) -> Realtime {
    let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let minutes = answer.minutes.into_iter();
    Realtime {
        online: count(answer.online),
        minutes: minutes
            .map(|minute| Minute {
                minute: instant(minute.minute),
                visitors: count(minute.visitors),
                pageviews: count(minute.pageviews),
            })
            .collect(),
        pages: view.shows(PanelName::Pages).then(|| answer.pages.into_iter().map(row).collect()),
        sources: view.shows(PanelName::Sources).then(|| answer.sources.into_iter().map(row).collect()),
    }
}

/// Milliseconds since the epoch as RFC 3339.
pub(crate) fn instant(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn range(ends: RangeEnds) -> DashboardRange {
    DashboardRange { from: ends.from, to: ends.to, timezone: ends.timezone.to_owned() }
}

/// A whole number; metrics of this kind are never null.
#[expect(clippy::cast_possible_truncation, reason = "whole numbers below 2^53")]
pub(super) fn whole(number: Number) -> i64 {
    number.as_f64().unwrap_or_default() as i64
}

pub(super) fn whole_or_null(number: Number) -> Option<i64> {
    number.as_f64().map(|_| whole(number))
}

fn total(total: stats::Total) -> Total {
    Total {
        value: whole(total.value),
        previous: total.previous.map(whole),
        change: total.change.and_then(whole_or_null),
    }
}

fn totals(totals: &stats::Totals) -> Totals {
    let ratio = totals.views_per_visit;
    Totals {
        visitors: total(totals.visitors),
        visits: total(totals.visits),
        pageviews: total(totals.pageviews),
        views_per_visit: RatioTotal {
            value: ratio.value.as_f64(),
            previous: ratio.previous.and_then(Number::as_f64),
            change: ratio.change.and_then(whole_or_null),
        },
        bounce_rate: total(totals.bounce_rate),
        visit_duration: total(totals.visit_duration),
        events: total(totals.events),
    }
}

fn time_series(series: stats::TimeSeries) -> TimeSeries {
    TimeSeries {
        interval: series.interval.name().to_owned(),
        labels: series.labels,
        partial_last: series.partial_last,
        now_index: series.now_index.and_then(|index| i64::try_from(index).ok()),
        current: values(series.current),
        previous: series
            .previous
            .map(|previous| PreviousSeries { labels: previous.labels, values: values(previous.values) }),
    }
}

fn values(series: stats::Series) -> Series {
    let wholes = |numbers: Vec<Number>| numbers.into_iter().map(whole).collect();
    Series {
        visitors: wholes(series.visitors),
        visits: wholes(series.visits),
        pageviews: wholes(series.pageviews),
        views_per_visit: series.views_per_visit.into_iter().map(|n| n.as_f64().unwrap_or_default()).collect(),
        bounce_rate: wholes(series.bounce_rate),
        visit_duration: wholes(series.visit_duration),
        events: wholes(series.events),
    }
}

fn panels(panels: stats::Panels) -> Panels {
    Panels {
        pages: panel(panels.pages),
        entry_pages: panel(panels.entry_pages),
        exit_pages: panel(panels.exit_pages),
        channels: panel(panels.channels),
        sources: panel(panels.sources),
        referrers: panel(panels.referrers),
        utm_sources: panel(panels.utm_sources),
        utm_mediums: panel(panels.utm_mediums),
        utm_campaigns: panel(panels.utm_campaigns),
        utm_contents: panel(panels.utm_contents),
        utm_terms: panel(panels.utm_terms),
        countries: panel(panels.countries),
        regions: panel(panels.regions),
        cities: panel(panels.cities),
        languages: panel(panels.languages),
        browsers: panel(panels.browsers),
        os: panel(panels.os),
        devices: panel(panels.devices),
        screens: panel(panels.screens),
        events: panel(panels.events),
    }
}

fn panel(panel: Option<stats::Panel>) -> Option<Panel> {
    let panel = panel?;
    Some(Panel { dimension: panel.dimension.to_string(), rows: panel.rows.into_iter().map(row).collect() })
}

fn row(row: stats::PanelRow) -> PanelRow {
    PanelRow {
        visitors: whole(row.visitors),
        share: row.share.as_f64().unwrap_or_default(),
        value: row.value,
        name: row.name,
    }
}
