//! The numbers of a dashboard in the form in which both sides tell them, and where two of them differ.

use haru_stats::Dashboard;
use serde_json::{Value, json};

/// Totals, labels, series, and of each panel its rows as value, visitors and share.
pub(super) fn numbers(dashboard: &Dashboard) -> Result<Value, String> {
    let object = |part: serde_json::Result<Value>| match part {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err("a dashboard has another form than expected".to_owned()),
    };
    let mut totals = object(serde_json::to_value(&dashboard.totals))?;
    for total in totals.values_mut() {
        *total = total["value"].take();
    }
    let mut panels = object(serde_json::to_value(&dashboard.panels))?;
    for panel in panels.values_mut() {
        let rows = panel["rows"].as_array().into_iter().flatten();
        *panel = rows.map(|row| json!([row["value"], row["visitors"], row["share"]])).collect();
    }
    let series = object(serde_json::to_value(&dashboard.time_series.current))?;
    Ok(json!({"totals": totals, "labels": dashboard.time_series.labels, "series": series, "panels": panels}))
}

/// How many numbers and labels there are.
pub(super) fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 1,
    }
}

/// The first difference, with its place.
pub(super) fn difference(haru: &Value, other: &Value) -> Option<String> {
    let within =
        |place: &str, haru: &Value, other: &Value| difference(haru, other).map(|found| format!("{place} › {found}"));
    match (haru, other) {
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let mut pairs = ours.iter().zip(theirs).enumerate();
            pairs.find_map(|(index, (haru, other))| within(&index.to_string(), haru, other))
        }
        (Value::Object(ours), Value::Object(theirs)) if ours.keys().eq(theirs.keys()) => {
            ours.iter().find_map(|(key, haru)| within(key, haru, &theirs[key]))
        }
        _ => (haru != other).then(|| format!("Haru {haru}, DuckDB {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_wherever_they_are() {
        let one = json!({"panels": {"pages": [["/", 7, 1.5], ["/a", 6, 1.0]]}, "totals": {"visitors": 7}});
        assert_eq!(difference(&one, &one), None);
        assert_eq!(count(&one), 7);
        for (place, other) in [("/panels/pages/1/0", json!("/b")), ("/totals/visitors", json!(8))] {
            let mut changed = one.clone();
            *changed.pointer_mut(place).expect("a place") = other;
            assert!(difference(&one, &changed).is_some(), "{place}");
        }
        let fewer = json!({"panels": {"pages": [["/", 7, 1.5]]}, "totals": {"visitors": 7}});
        assert!(difference(&one, &fewer).is_some_and(|found| found.starts_with("panels › pages")));
    }
}
