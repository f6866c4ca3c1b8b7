//! Which queries have a meaning (`query-semantics.md`, "Refused").

use super::{OrderKey, Query, conjuncts, filter, limits};
use crate::dimension::{Dimension, Interval, VisitDimension};
use crate::error::QueryError;
use crate::metric::Metric;
use crate::time::{HOUR, Range};

/// Checks everything but the conditions of filters, which check themselves.
pub(super) fn check(query: &Query) -> Result<(), QueryError> {
    dimensions(query)?;
    filter::check(&query.filters)?;
    metrics(query)?;
    order(query)?;
    paging(query)?;
    time(query)
}

fn dimensions(query: &Query) -> Result<(), QueryError> {
    let dimensions = &query.dimensions;
    if dimensions.len() > limits::DIMENSIONS {
        return Err(QueryError::too_large("dimensions", &dimensions.len(), limits::DIMENSIONS, "dimensions"));
    }
    for (index, dimension) in dimensions.iter().enumerate() {
        if *dimension == Dimension::Goal {
            return Err(QueryError::not_built("dimensions", dimension));
        }
        if dimensions[..index].contains(dimension) {
            return Err(QueryError::combination("dimensions", dimension, "is there twice"));
        }
        if dimension.is_time() && dimensions[..index].iter().any(Dimension::is_time) {
            return Err(QueryError::combination("dimensions", dimension, "there can be one time dimension"));
        }
    }
    Ok(())
}

fn metrics(query: &Query) -> Result<(), QueryError> {
    if query.metrics.is_empty() {
        return Err(QueryError::Missing { key: "metrics" });
    }
    for (index, metric) in query.metrics.iter().enumerate() {
        if query.metrics[..index].contains(metric) {
            return Err(QueryError::combination("metrics", metric, "is there twice"));
        }
        if !metric.is_built() {
            return Err(QueryError::not_built("metrics", metric));
        }
        meaning(query, *metric).map_err(|reason| QueryError::combination("metrics", metric, reason))?;
    }
    Ok(())
}

/// Why a metric has no meaning with these dimensions and filters.
fn meaning(query: &Query, metric: Metric) -> Result<(), String> {
    let by = |dimension: &Dimension| query.dimensions.contains(dimension);
    if metric.is_of_visits() {
        let alien = query.dimensions.iter().find(|dimension| match dimension {
            Dimension::Page => false,
            Dimension::Hostname => !by(&Dimension::Page),
            other => other.is_of_event(),
        });
        if let Some(dimension) = alien {
            return Err(format!("a visit metric does not go with the event dimension {dimension}"));
        }
    }
    match metric {
        Metric::ViewsPerVisit => {
            if let Some(dimension) = query.dimensions.iter().find(|dimension| !dimension.is_time()) {
                return Err(format!("does not go with the dimension {dimension}"));
            }
            let pageless =
                |filter: &super::Filter| filter.all_conditions(&|condition| *condition.dimension() != Dimension::Page);
            if !query.filters.iter().all(pageless) {
                return Err("does not go with a filter on event:page".to_owned());
            }
        }
        Metric::Events => {
            let page = query
                .dimensions
                .iter()
                .find(|dimension| matches!(dimension, Dimension::Visit(visit) if visit.is_entry_or_exit_page()));
            if let Some(dimension) = page {
                return Err(format!("does not go with the dimension {dimension}"));
            }
        }
        Metric::ExitRate if query.dimensions != [Dimension::Visit(VisitDimension::ExitPage)] => {
            return Err("goes with the dimension visit:exit_page alone".to_owned());
        }
        Metric::Percentage if query.dimensions.is_empty() => {
            return Err("needs a dimension".to_owned());
        }
        Metric::ScrollDepth | Metric::TimeOnPage => {
            let filtered = conjuncts(&query.filters).into_iter().any(super::Filter::is_of_page);
            if !by(&Dimension::Page) && !filtered {
                return Err("needs event:page as a dimension or as a top-level filter".to_owned());
            }
            let alien = query
                .dimensions
                .iter()
                .find(|dimension| matches!(dimension, Dimension::EventName | Dimension::Property(_)));
            if let Some(dimension) = alien {
                return Err(format!("is measured from engagement, which has no {dimension}"));
            }
        }
        _ => {}
    }
    Ok(())
}

fn order(query: &Query) -> Result<(), QueryError> {
    for order in &query.order_by {
        let (word, queried) = match &order.key {
            OrderKey::Metric(metric) => (metric.to_string(), query.metrics.contains(metric)),
            OrderKey::Dimension(dimension) => (dimension.to_string(), query.dimensions.contains(dimension)),
        };
        if !queried {
            return Err(QueryError::combination("order_by", &word, "is not among the queried metrics and dimensions"));
        }
    }
    if query.order_by.len() > query.metrics.len() + query.dimensions.len() {
        let allowed = query.metrics.len() + query.dimensions.len();
        return Err(QueryError::too_large("order_by", &query.order_by.len(), allowed, "entries"));
    }
    Ok(())
}

fn paging(query: &Query) -> Result<(), QueryError> {
    if query.pagination.limit < 1 || query.pagination.limit > limits::ROWS {
        let reason = format!("limit must be 1 to {}", limits::ROWS);
        return Err(QueryError::combination("pagination", &query.pagination.limit, reason));
    }
    Ok(())
}

fn time(query: &Query) -> Result<(), QueryError> {
    let Some(interval) = query.interval() else {
        if query.include.time_labels {
            return Err(QueryError::combination("include", &"time_labels", "needs a time dimension"));
        }
        return Ok(());
    };
    let fits = |range: &Range| {
        let shortest = match interval {
            Interval::Hour => HOUR,
            Interval::Day => 22 * HOUR,
            Interval::Week => 7 * 22 * HOUR,
            Interval::Month => 28 * 22 * HOUR,
        };
        (range.span.to - range.span.from) / shortest <= i64::try_from(limits::BUCKETS).unwrap_or(i64::MAX)
    };
    if !fits(&query.range) || !query.comparison.as_ref().is_none_or(fits) {
        let [from, to] = query.range.ends();
        let value = format!("{from}, {to}");
        let reason = format!("time:{} gives more than {} buckets", interval.name(), limits::BUCKETS);
        return Err(QueryError::combination("date_range", &value, reason));
    }
    Ok(())
}
