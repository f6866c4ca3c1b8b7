//! `filters`: `[op, dimension, [clauses], {case_sensitive}?]`, `["and"|"or", [filters]]`, `["not"|"has_done"|"has_not_done", filter]`.

use serde_json::Value;

use super::read;
use crate::dimension::{Dimension, VisitDimension};
use crate::error::QueryError;
use crate::query::{Condition, Counts, Filter, Operator};

const KEY: &str = "filters";

/// Reads a list of filters, all of which must hold.
///
/// # Errors
/// With the key `filters`: what is not a filter, what is not known, what is too deep or too much; see [`Condition::new`] for the
/// rest.
pub fn filters(value: &Value) -> Result<Vec<Filter>, QueryError> {
    Reader::default().list(value, 1)
}

#[derive(Default)]
struct Reader {
    counts: Counts,
}

impl Reader {
    fn list(&mut self, value: &Value, depth: usize) -> Result<Vec<Filter>, QueryError> {
        read::list(KEY, value)?.iter().map(|value| self.filter(value, depth)).collect()
    }

    fn filter(&mut self, value: &Value, depth: usize) -> Result<Filter, QueryError> {
        self.counts.filter(depth)?;
        let expected = "[operator, dimension, [clauses]], [\"and\"|\"or\", [filters]] or [\"not\", filter]";
        let parts = read::list(KEY, value)?;
        let Some(Value::String(word)) = parts.first() else {
            return Err(QueryError::shape(KEY, value, expected));
        };
        match (word.as_str(), parts) {
            ("and", [_, inner]) => Ok(Filter::And(self.list(inner, depth + 1)?)),
            ("or", [_, inner]) => Ok(Filter::Or(self.list(inner, depth + 1)?)),
            ("not", [_, inner]) => Ok(Filter::Not(Box::new(self.filter(inner, depth + 1)?))),
            ("has_done", [_, inner]) => Ok(Filter::HasDone(Box::new(self.filter(inner, depth + 1)?))),
            ("has_not_done", [_, inner]) => Ok(Filter::HasNotDone(Box::new(self.filter(inner, depth + 1)?))),
            (word, _) if Filter::WORDS.contains(&word) => Err(QueryError::shape(KEY, value, expected)),
            (word, parts) => {
                let operator = Operator::from_name(word).ok_or_else(|| QueryError::unknown(KEY, &word))?;
                match parts {
                    [_, dimension, clauses] => self.condition(operator, dimension, clauses, true),
                    [_, dimension, clauses, modifiers] => {
                        self.condition(operator, dimension, clauses, case_sensitive(operator, modifiers)?)
                    }
                    _ => Err(QueryError::shape(KEY, value, expected)),
                }
            }
        }
    }

    fn condition(
        &mut self,
        operator: Operator,
        dimension: &Value,
        clauses: &Value,
        case_sensitive: bool,
    ) -> Result<Filter, QueryError> {
        let name = read::text(KEY, dimension)?;
        let dimension = Dimension::from_name(name).ok_or_else(|| QueryError::unknown(KEY, &name))?;
        let clauses = read::list(KEY, clauses)?;
        self.counts.clauses(clauses.len())?;
        self.counts.regexes(if operator.is_pattern() { clauses.len() } else { 0 })?;
        let clauses: Vec<String> = clauses.iter().map(|value| clause(&dimension, value)).collect::<Result<_, _>>()?;
        Condition::with_case(dimension, operator, clauses, case_sensitive).map(Filter::Condition)
    }
}

/// `{case_sensitive}`, which does not go with regular expressions.
fn case_sensitive(operator: Operator, modifiers: &Value) -> Result<bool, QueryError> {
    let modifiers = read::object(KEY, modifiers, &["case_sensitive"])?;
    let flag = modifiers.get("case_sensitive").map(|flag| read::flag(KEY, flag)).transpose()?;
    if flag.is_some() && operator.is_pattern() {
        let reason = "does not go with matches: write (?i) in the regular expression";
        return Err(QueryError::combination(KEY, &"case_sensitive", reason));
    }
    Ok(flag.unwrap_or(true))
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
