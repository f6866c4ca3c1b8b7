//! What the clauses of a condition compile to.

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};

use super::condition::Operator;
use super::glob::Glob;
use super::limits;
use crate::dimension::Dimension;
use crate::error::QueryError;

/// Clauses, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    blank: bool,
    exact: HashSet<String>,
    parts: Vec<String>,
    globs: Vec<Glob>,
    patterns: Vec<Regex>,
}

impl Matcher {
    /// Compiles the clauses of a condition.
    pub(super) fn new(
        dimension: &Dimension,
        operator: Operator,
        clauses: &[String],
        case_sensitive: bool,
    ) -> Result<Self, QueryError> {
        let mut matcher = Self::default();
        for clause in clauses {
            if operator.is_pattern() {
                let pattern = RegexBuilder::new(clause)
                    .size_limit(limits::REGEX_BYTES)
                    .dfa_size_limit(limits::REGEX_BYTES)
                    .build()
                    .map_err(|error| QueryError::combination("filters", clause, refusal(&error)))?;
                matcher.patterns.push(pattern);
                continue;
            }
            if clause.is_empty() || clause == dimension.blank_label() {
                matcher.blank = true;
                continue;
            }
            let clause = if case_sensitive { clause.clone() } else { clause.to_lowercase() };
            let exact = matches!(operator, Operator::Is | Operator::IsNot);
            if exact && *dimension == Dimension::Page && clause.contains('*') {
                matcher.globs.push(Glob::new(&clause));
            } else if exact {
                matcher.exact.insert(clause);
            } else {
                matcher.parts.push(clause);
            }
        }
        Ok(matcher)
    }

    /// Regular expressions and wildcards.
    pub(super) fn patterns(&self) -> usize {
        self.globs.len() + self.patterns.len()
    }

    pub(super) fn has_wildcards(&self) -> bool {
        !self.globs.is_empty()
    }

    /// Whether one of the clauses is found in a value (empty: blank).
    pub(super) fn finds(&self, value: &str) -> bool {
        if value.is_empty() && self.blank {
            return true;
        }
        self.exact.contains(value)
            || self.parts.iter().any(|part| value.contains(part.as_str()))
            || self.globs.iter().any(|glob| !value.is_empty() && glob.matches(value))
            || self.patterns.iter().any(|pattern| pattern.is_match(value))
    }
}

fn refusal(error: &regex::Error) -> &'static str {
    match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large",
        _ => "not a regular expression (RE2 syntax)",
    }
}
