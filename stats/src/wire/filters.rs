//! `filters`: `[op, dimension, [clauses], {case_sensitive}?]`, `["and"|"or", [filters]]`, `["not"|"has_done"|"has_not_done", filter]`.

use serde_json::Value;

use super::read;
use crate::dimension::{Dimension, VisitDimension};
use crate::error::QueryError;
use crate::query::{Condition, Filter, Operator, limits};

const KEY: &str = "filters";

/// Reads a list of filters, all of which must hold.
///
/// # Errors
/// With the key `filters`: what is not a filter, what is not known, what is too deep; see [`Condition::new`] for the rest.
pub fn filters(value: &Value) -> Result<Vec<Filter>, QueryError> {
    list(value, 1)
}

fn list(value: &Value, depth: usize) -> Result<Vec<Filter>, QueryError> {
    read::list(KEY, value)?.iter().map(|value| filter(value, depth)).collect()
}

fn filter(value: &Value, depth: usize) -> Result<Filter, QueryError> {
    if depth > limits::FILTER_DEPTH {
        return Err(QueryError::too_large(KEY, &depth, limits::FILTER_DEPTH, "levels of filters"));
    }
    let expected = "[operator, dimension, [clauses]], [\"and\"|\"or\", [filters]] or [\"not\", filter]";
    let parts = read::list(KEY, value)?;
    let Some(Value::String(word)) = parts.first() else {
        return Err(QueryError::shape(KEY, value, expected));
    };
    match (word.as_str(), parts) {
        ("and", [_, inner]) => Ok(Filter::And(list(inner, depth + 1)?)),
        ("or", [_, inner]) => Ok(Filter::Or(list(inner, depth + 1)?)),
        ("not", [_, inner]) => Ok(Filter::Not(Box::new(filter(inner, depth + 1)?))),
        ("has_done", [_, inner]) => Ok(Filter::HasDone(Box::new(filter(inner, depth + 1)?))),
        ("has_not_done", [_, inner]) => Ok(Filter::HasNotDone(Box::new(filter(inner, depth + 1)?))),
        ("and" | "or" | "not" | "has_done" | "has_not_done", _) => Err(QueryError::shape(KEY, value, expected)),
        (word, parts) => {
            let operator = Operator::from_name(word).ok_or_else(|| QueryError::unknown(KEY, &word))?;
            match parts {
                [_, dimension, clauses] => condition(operator, dimension, clauses, true),
                [_, dimension, clauses, modifiers] => {
                    let modifiers = read::object(KEY, modifiers, &["case_sensitive"])?;
                    let flag = modifiers.get("case_sensitive").map(|flag| read::flag(KEY, flag)).transpose()?;
                    if flag.is_some() && matches!(operator, Operator::Matches | Operator::MatchesNot) {
                        let reason = "does not go with matches: write (?i) in the regular expression";
                        return Err(QueryError::combination(KEY, &"case_sensitive", reason));
                    }
                    condition(operator, dimension, clauses, flag.unwrap_or(true))
                }
                _ => Err(QueryError::shape(KEY, value, expected)),
            }
        }
    }
}

fn condition(
    operator: Operator,
    dimension: &Value,
    clauses: &Value,
    case_sensitive: bool,
) -> Result<Filter, QueryError> {
    let name = read::text(KEY, dimension)?;
    let dimension = Dimension::from_name(name).ok_or_else(|| QueryError::unknown(KEY, &name))?;
    let clauses = read::list(KEY, clauses)?;
    if clauses.len() > limits::CLAUSES {
        return Err(QueryError::too_large(KEY, &clauses.len(), limits::CLAUSES, "clauses"));
    }
    let clauses: Vec<String> = clauses.iter().map(|value| clause(&dimension, value)).collect::<Result<_, _>>()?;
    Condition::with_case(dimension, operator, clauses, case_sensitive).map(Filter::Condition)
}

/// Text; for cities also a number, their geoname id.
fn clause(dimension: &Dimension, value: &Value) -> Result<String, QueryError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(id) if *dimension == Dimension::Visit(VisitDimension::City) && (id.is_u64() || id.is_i64()) => {
            Ok(id.to_string())
        }
        _ => Err(QueryError::shape(KEY, value, "a string as a clause")),
    }
}
