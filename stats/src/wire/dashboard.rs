//! The request of `POST /api/v1/sites/{site}/dashboard` and of the `DashboardQuery` of GraphQL.

use serde_json::Value;

use super::{Context, dates, filters, read};
use crate::dashboard::{DashboardOptions, DashboardQuery, PANEL_ROWS};
use crate::dimension::Interval;
use crate::error::QueryError;
use crate::query;
use crate::time::Comparison;

/// Reads `{date_range, filters?, comparison?, timezone?, interval?}`; what is optional may be null.
///
/// # Errors
/// Every error names the key and the value. A range is cut to what is shown, a comparison that reaches beyond is left out;
/// [`QueryError::NotAllowed`] when nothing is left, and for filters on what is not shown.
pub fn dashboard(body: &Value, context: &Context) -> Result<DashboardQuery, QueryError> {
    let keys = ["date_range", "filters", "comparison", "timezone", "interval"];
    let object = read::object("key", body, &keys)?;
    let given = |key: &str| object.get(key).filter(|value| !value.is_null());
    let zone = dates::zone(given("timezone"), context)?;
    let shown = context.shown();
    let range = query::cut(dates::range(given("date_range"), zone, context)?, shown)?;
    let comparison = given("comparison").map(|mode| dates::comparison_mode("comparison", mode)).transpose()?;
    let interval = given("interval").map(|value| {
        let name = read::text("interval", value)?;
        Interval::from_name(name).ok_or_else(|| QueryError::unknown("interval", &name))
    });
    let filters = given("filters").map_or(Ok(Vec::new()), filters)?;
    context.allowed.check_filters(&filters)?;
    let comparison = comparison.map(|mode| Comparison::from(mode).range(&range, context.now));
    DashboardQuery::new(DashboardOptions {
        range,
        comparison: comparison.filter(|earlier| shown.covers(earlier.span)),
        filters,
        panels: context.allowed.panels(),
        interval: interval.transpose()?,
        rows: PANEL_ROWS,
        now: context.now,
    })
}
