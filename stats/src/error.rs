//! Why a query is refused. Every error names the offending key and value; none is raised after a query is built.

use thiserror::Error;

/// Longest part of an offending value that an error repeats, in characters.
const SHOWN: usize = 80;

/// A query that has no meaning, or that this version refuses. The text is fit for the client (HTTP 400).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryError {
    /// A word that the language does not have: a metric, dimension, operator, key, period, …
    #[error("Invalid {key} {value}: not known")]
    Unknown {
        /// The key of the request that holds it.
        key: &'static str,
        /// The offending word, as JSON.
        value: String,
    },
    /// A key that must be given is not.
    #[error("`{key}` is required")]
    Missing {
        /// The missing key.
        key: &'static str,
    },
    /// A value of the wrong type or shape.
    #[error("Invalid {key} {value}: expected {expected}")]
    Shape {
        /// The key of the request that holds it.
        key: &'static str,
        /// The offending value, as JSON.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// Known words that don't go together.
    #[error("Invalid {key} {value}: {reason}")]
    Combination {
        /// The key of the request that holds it.
        key: &'static str,
        /// The offending value, as JSON.
        value: String,
        /// Why not.
        reason: String,
    },
    /// Larger than a bound of [`crate::query::limits`].
    #[error("Invalid {key} {value}: at most {limit} {what}")]
    TooLarge {
        /// The key of the request that holds it.
        key: &'static str,
        /// The size that was asked for.
        value: String,
        /// The bound.
        limit: usize,
        /// What is counted.
        what: &'static str,
    },
    /// Known, but not shown to who asks (HTTP 403).
    #[error("{key} {value} is not shown here")]
    NotAllowed {
        /// The key of the request that holds it.
        key: &'static str,
        /// The word, as JSON.
        value: String,
    },
    /// Part of the language, but not of this version.
    #[error("{key} {value} is not supported yet")]
    NotBuilt {
        /// The key of the request that holds it.
        key: &'static str,
        /// The word, as JSON.
        value: String,
    },
}

impl QueryError {
    /// The key of the request that is at fault: `metrics`, `dimensions`, `date_range`, `filters`, `order_by`, `include`, `pagination`, `timezone`, …
    pub fn key(&self) -> &'static str {
        match self {
            Self::Unknown { key, .. }
            | Self::Missing { key }
            | Self::Shape { key, .. }
            | Self::Combination { key, .. }
            | Self::TooLarge { key, .. }
            | Self::NotAllowed { key, .. }
            | Self::NotBuilt { key, .. } => key,
        }
    }

    /// Whether it has a meaning, but not for who asks.
    pub fn is_not_allowed(&self) -> bool {
        matches!(self, Self::NotAllowed { .. })
    }

    pub(crate) fn not_allowed(key: &'static str, value: &impl ToString) -> Self {
        Self::NotAllowed { key, value: quoted(&value.to_string()) }
    }

    pub(crate) fn unknown(key: &'static str, value: &impl ToString) -> Self {
        Self::Unknown { key, value: quoted(&value.to_string()) }
    }

    pub(crate) fn shape(key: &'static str, value: &serde_json::Value, expected: &'static str) -> Self {
        Self::Shape { key, value: shortened(&value.to_string()), expected }
    }

    pub(crate) fn combination(key: &'static str, value: &impl ToString, reason: impl Into<String>) -> Self {
        Self::Combination { key, value: quoted(&value.to_string()), reason: reason.into() }
    }

    pub(crate) fn too_large(key: &'static str, value: &impl ToString, limit: usize, what: &'static str) -> Self {
        Self::TooLarge { key, value: value.to_string(), limit, what }
    }

    pub(crate) fn not_built(key: &'static str, value: &impl ToString) -> Self {
        Self::NotBuilt { key, value: quoted(&value.to_string()) }
    }
}

/// The value as a JSON string, cut to a length that fits into a message.
fn quoted(value: &str) -> String {
    serde_json::Value::from(shortened(value)).to_string()
}

fn shortened(value: &str) -> String {
    if value.chars().count() <= SHOWN {
        return value.to_owned();
    }
    let mut short: String = value.chars().take(SHOWN).collect();
    short.push('…');
    short
}
