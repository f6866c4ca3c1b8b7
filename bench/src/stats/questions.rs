//! The dashboards that are asked: what the webapp asks for a period without comparison.
//!
//! Twenty-two queries in one: totals and time series of visitors, visits, pageviews, views per visit, bounce rate, visit duration and
//! events, and twenty panels of the nine largest groups, each with visitors and their share.

use haru_site::{DAY, START};
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, DashboardQuery};
use serde_json::{Value, json};

/// A dashboard, by its filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// What the report calls it.
    pub(super) name: &'static str,
    /// Dimension in the query language, the word for DuckDB's side, and the only value.
    filter: Option<(&'static str, &'static str, &'static str)>,
}

/// No filter.
pub(super) const EVERYTHING: Question = Question { name: "everything", filter: None };
/// A seventh of the visits, and all their events.
pub(super) const COUNTRY: Question = Question { name: "a country", filter: Some(("visit:country", "country", "DE")) };
/// The fourth most viewed page: some percent of the views, and the visits that hold one.
pub(super) const PAGE: Question = Question { name: "a page", filter: Some(("event:page", "page", "/news/article-3")) };

impl Question {
    /// Whether it asks about a part of the events.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// As Haru is asked, about all days.
    pub(super) fn for_haru(&self, days: usize) -> Result<DashboardQuery, String> {
        let context = Context {
            now: end(days) - 1,
            zone: chrono_tz::UTC,
            first_event: Some(START),
            allowed: Allowed::Everything,
        };
        let filters: Vec<Value> =
            self.filter.iter().map(|(dimension, _, value)| json!(["is", dimension, [value]])).collect();
        let body = json!({"date_range": format!("{days}d"), "filters": filters});
        wire::dashboard(&body, &context).map_err(|error| error.to_string())
    }

    /// As DuckDB's side is asked.
    pub(super) fn for_duckdb(&self, query: &DashboardQuery, form: &str) -> Value {
        let date = |end: &str| end.get(..10).unwrap_or_default().to_owned();
        let [from, to] = query.options().range.ends();
        let (filter, value) = self.filter.map(|(_, word, value)| (word, value)).unzip();
        json!({
            "form": form, "from": date(&from), "to": date(&to), "interval": query.interval(),
            "filter": filter, "value": value,
        })
    }
}

/// The end of the last day.
fn end(days: usize) -> i64 {
    START + i64::try_from(days).unwrap_or(i64::MAX / DAY) * DAY
}
