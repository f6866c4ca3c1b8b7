//! The request of `POST /api/v2/query`.

use serde_json::{Map, Value};

use super::{Context, dates, filters, read};
use crate::dimension::Dimension;
use crate::error::QueryError;
use crate::metric::Metric;
use crate::query::{Include, Order, OrderKey, Query, QueryBuilder};
use crate::time::{Range, Unit};

const KEYS: [&str; 9] =
    ["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination", "timezone"];

/// A request that was read: the query, and what its answer repeats.
#[derive(Clone, Debug)]
pub struct Request {
    /// The checked query.
    pub query: Query,
    /// The request's own words.
    pub(super) body: Map<String, Value>,
    /// Whether a visitor of two of the site's days counts as two where a reader may not expect it: the query's timezone is
    /// not the site's, or the range is `24h`.
    pub(super) splits_visitors: bool,
}

/// The `site_id` of a request: a domain or Haru's id, to find the site before its [`Context`] is known.
///
/// # Errors
/// [`QueryError::Missing`] or [`QueryError::Shape`] with the key `site_id`.
pub fn site_id(body: &Value) -> Result<&str, QueryError> {
    let value = body.get("site_id").ok_or(QueryError::Missing { key: "site_id" })?;
    read::text("site_id", value)
}

/// Reads and checks a request. `site_id` may be absent here (routes that carry the site elsewhere).
///
/// # Errors
/// Every error names the key and the value; see `query-semantics.md`, "Refused". [`QueryError::NotAllowed`] for what is not in
/// [`Context::allowed`].
pub fn query(body: &Value, context: &Context) -> Result<Request, QueryError> {
    let object = read::object("key", body, &KEYS)?;
    let zone = dates::zone(object.get("timezone"), context)?;
    let metrics = object.get("metrics").ok_or(QueryError::Missing { key: "metrics" })?;
    let range = dates::range(object.get("date_range"), zone, context)?;

    let mut builder = Query::builder(range).metrics(read::words("metrics", metrics, Metric::from_name)?);
    if let Some(dimensions) = object.get("dimensions") {
        builder = builder.dimensions(read::words("dimensions", dimensions, Dimension::from_name)?);
    }
    if let Some(value) = object.get("filters") {
        builder = builder.filters(filters(value)?);
    }
    if let Some(value) = object.get("order_by") {
        builder = builder.order_by(order_by(value)?);
    }
    if let Some(value) = object.get("pagination") {
        builder = pagination(builder, value)?;
    }
    if let Some(value) = object.get("include") {
        builder = include(builder, value, &range, context)?;
    }
    let query = builder.build()?;
    context.allowed.check(&query, context.shown())?;
    Ok(Request {
        query,
        body: object.clone(),
        splits_visitors: zone != context.zone || range.unit == Unit::Last24Hours,
    })
}

/// `[[key, "asc" | "desc"], …]`
fn order_by(value: &Value) -> Result<Vec<Order>, QueryError> {
    let key = "order_by";
    let order = |value: &Value| {
        let [word, direction] = read::list(key, value)? else {
            return Err(QueryError::shape(key, value, "[metric or dimension, \"asc\" or \"desc\"]"));
        };
        let word = read::text(key, word)?;
        let descending = match read::text(key, direction)? {
            "asc" => false,
            "desc" => true,
            other => return Err(QueryError::unknown(key, &other)),
        };
        let metric = Metric::from_name(word).map(OrderKey::Metric);
        let known = metric.or_else(|| Dimension::from_name(word).map(OrderKey::Dimension));
        let key = known.ok_or_else(|| QueryError::unknown(key, &word))?;
        Ok(Order { key, descending })
    };
    read::list(key, value)?.iter().map(order).collect()
}

fn pagination(mut builder: QueryBuilder, value: &Value) -> Result<QueryBuilder, QueryError> {
    let key = "pagination";
    let object = read::object(key, value, &["limit", "offset"])?;
    if let Some(limit) = object.get("limit") {
        builder = builder.limit(read::count(key, limit)?);
    }
    if let Some(offset) = object.get("offset") {
        builder = builder.offset(read::count(key, offset)?);
    }
    Ok(builder)
}

fn include(builder: QueryBuilder, value: &Value, range: &Range, context: &Context) -> Result<QueryBuilder, QueryError> {
    let key = "include";
    let object = read::object(key, value, &["imports", "time_labels", "total_rows", "comparisons", "explain"])?;
    let flag = |name: &str| object.get(name).map_or(Ok(false), |value| read::flag(key, value));
    flag("imports")?; // nothing is imported yet: the answer is the same
    let include = Include {
        time_labels: flag("time_labels")?,
        total_rows: flag("total_rows")?,
        explain: flag("explain")?,
        empty_buckets: false,
    };
    let builder = builder.include(include);
    match object.get("comparisons") {
        Some(value) => Ok(builder.compare_with(dates::comparison(value)?.range(range, context.now))),
        None => Ok(builder),
    }
}
