//! Reading JSON with errors that name the key and the value.

use serde_json::{Map, Value};

use crate::error::QueryError;

pub(super) fn object<'v>(
    key: &'static str,
    value: &'v Value,
    allowed: &[&str],
) -> Result<&'v Map<String, Value>, QueryError> {
    let object = value.as_object().ok_or_else(|| QueryError::shape(key, value, "an object"))?;
    match object.keys().find(|name| !allowed.contains(&name.as_str())) {
        Some(name) => Err(QueryError::unknown(key, name)),
        None => Ok(object),
    }
}

pub(super) fn list<'v>(key: &'static str, value: &'v Value) -> Result<&'v [Value], QueryError> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| QueryError::shape(key, value, "a list"))
}

pub(super) fn text<'v>(key: &'static str, value: &'v Value) -> Result<&'v str, QueryError> {
    value.as_str().ok_or_else(|| QueryError::shape(key, value, "a string"))
}

pub(super) fn flag(key: &'static str, value: &Value) -> Result<bool, QueryError> {
    value.as_bool().ok_or_else(|| QueryError::shape(key, value, "true or false"))
}

pub(super) fn count(key: &'static str, value: &Value) -> Result<u64, QueryError> {
    value.as_u64().ok_or_else(|| QueryError::shape(key, value, "a whole number that is not negative"))
}

/// A list of words, each known.
pub(super) fn words<T>(
    key: &'static str,
    value: &Value,
    known: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, QueryError> {
    let word = |value| {
        let word = text(key, value)?;
        known(word).ok_or_else(|| QueryError::unknown(key, &word))
    };
    list(key, value)?.iter().map(word).collect()
}
