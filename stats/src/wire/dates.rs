//! `date_range`, `timezone` and comparisons.

use chrono_tz::Tz;
use serde_json::Value;

use super::{Context, read};
use crate::error::QueryError;
use crate::time::{Comparison, ComparisonMode, Period, Range, parse_zone};

const KEY: &str = "date_range";

pub(super) fn period(value: &Value) -> Result<Period, QueryError> {
    match value {
        Value::String(name) => Period::from_name(name),
        Value::Array(ends) => match ends.as_slice() {
            [from, to] => Period::from_ends(read::text(KEY, from)?, read::text(KEY, to)?),
            _ => Err(QueryError::shape(KEY, value, "two dates or two datetimes")),
        },
        _ => Err(QueryError::shape(KEY, value, "a period or a list of two dates or datetimes")),
    }
}

pub(super) fn range(value: Option<&Value>, zone: Tz, context: &Context) -> Result<Range, QueryError> {
    let value = value.ok_or(QueryError::Missing { key: KEY })?;
    // Where `all` starts must not tell of what is not shown.
    let shown = context.shown();
    let first_event = context.first_event.filter(|first| *first < shown.to).map(|first| first.max(shown.from));
    Ok(Range::of(period(value)?, zone, context.now, first_event))
}

pub(super) fn zone(value: Option<&Value>, context: &Context) -> Result<Tz, QueryError> {
    value.map_or(Ok(context.zone), |value| parse_zone(read::text("timezone", value)?))
}

/// `key` is what it is called in the request.
pub(super) fn comparison_mode(key: &'static str, value: &Value) -> Result<ComparisonMode, QueryError> {
    match read::text(key, value)? {
        "previous_period" => Ok(ComparisonMode::PreviousPeriod),
        "year_over_year" => Ok(ComparisonMode::YearOverYear),
        other => Err(QueryError::unknown(key, &other)),
    }
}

/// `{mode, date_range?, match_day_of_week?}`
pub(super) fn comparison(value: &Value) -> Result<Comparison, QueryError> {
    let key = "comparisons";
    let object = read::object(key, value, &["mode", "date_range", "match_day_of_week"])?;
    let mode = object.get("mode").ok_or(QueryError::Missing { key: "comparisons.mode" })?;
    let dates = object.get("date_range");
    let mode = match (mode.as_str(), dates) {
        (Some("custom"), Some(dates)) => ComparisonMode::Custom(period(dates)?),
        (Some("custom"), None) => {
            return Err(QueryError::Missing { key: "comparisons.date_range" });
        }
        (_, Some(_)) => {
            return Err(QueryError::combination(key, &KEY, "goes with the mode \"custom\" only"));
        }
        (_, None) => comparison_mode(key, mode)?,
    };
    let match_day_of_week = object.get("match_day_of_week").map_or(Ok(false), |value| read::flag(key, value))?;
    Ok(Comparison { mode, match_day_of_week })
}
