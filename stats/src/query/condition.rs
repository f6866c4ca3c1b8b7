//! One condition of a filter: a dimension, an operator and its clauses, checked and compiled when it is made.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::limits;
use super::matcher::Matcher;
use crate::dimension::{Dimension, VisitDimension};
use crate::error::QueryError;

/// How a condition compares; the clauses are alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// The value is one of the clauses (with wildcards for `event:page`).
    Is,
    /// The value is none of the clauses.
    IsNot,
    /// The value contains one of the clauses.
    Contains,
    /// The value contains none of the clauses.
    ContainsNot,
    /// One of the clauses, a regular expression of linear time, is found in the value.
    Matches,
    /// None of the regular expressions is found in the value.
    MatchesNot,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 6] =
        [Self::Is, Self::IsNot, Self::Contains, Self::ContainsNot, Self::Matches, Self::MatchesNot];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::Contains => "contains",
            Self::ContainsNot => "contains_not",
            Self::Matches => "matches",
            Self::MatchesNot => "matches_not",
        }
    }

    /// The operator of that name, exact.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    fn is_negative(self) -> bool {
        matches!(self, Self::IsNot | Self::ContainsNot | Self::MatchesNot)
    }

    pub(crate) fn is_pattern(self) -> bool {
        matches!(self, Self::Matches | Self::MatchesNot)
    }
}

/// A dimension compared with clauses. Blank labels (`Direct / None`, `(not set)`, …) and `""` in clauses mean blank values.
#[derive(Clone)]
pub struct Condition {
    dimension: Dimension,
    operator: Operator,
    clauses: Arc<[String]>,
    case_sensitive: bool,
    /// What the clauses compile to. It keeps the wildcards of `event:page` when it is read as the entry page.
    matcher: Arc<Matcher>,
}

impl Condition {
    /// A condition whose letters matter.
    ///
    /// # Errors
    /// With the key `filters`: a time dimension, `event:goal`, no clause, a clause that is too long, an invalid or too large regular
    /// expression, a `visit:country` clause that is neither two letters nor blank.
    pub fn new<C: Into<String>>(
        dimension: Dimension,
        operator: Operator,
        clauses: impl IntoIterator<Item = C>,
    ) -> Result<Self, QueryError> {
        Self::with_case(dimension, operator, clauses, true)
    }

    /// A condition that may ignore case.
    ///
    /// # Errors
    /// Those of [`Condition::new`], and `case_sensitive: false` with a regular expression.
    pub fn with_case<C: Into<String>>(
        dimension: Dimension,
        operator: Operator,
        clauses: impl IntoIterator<Item = C>,
        case_sensitive: bool,
    ) -> Result<Self, QueryError> {
        let clauses: Arc<[String]> = clauses.into_iter().map(Into::into).collect();
        if dimension.is_time() {
            return Err(QueryError::combination("filters", &dimension, "time can't be filtered, use date_range"));
        }
        if dimension == Dimension::Goal {
            return Err(QueryError::not_built("filters", &dimension));
        }
        if clauses.is_empty() {
            return Err(QueryError::combination("filters", &dimension, "has no clause"));
        }
        if operator.is_pattern() && !case_sensitive {
            let reason = "does not go with matches: write (?i) in the regular expression";
            return Err(QueryError::combination("filters", &"case_sensitive", reason));
        }
        for clause in clauses.iter() {
            if clause.len() > limits::CLAUSE_BYTES {
                return Err(QueryError::too_large("filters", &clause.len(), limits::CLAUSE_BYTES, "bytes in a clause"));
            }
            check_country(&dimension, operator, clause)?;
        }
        let matcher = Arc::new(Matcher::new(&dimension, operator, &clauses, case_sensitive)?);
        Ok(Self { dimension, operator, clauses, case_sensitive, matcher })
    }

    /// What is compared.
    pub fn dimension(&self) -> &Dimension {
        &self.dimension
    }

    /// How it is compared.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The alternatives.
    pub fn clauses(&self) -> &[String] {
        &self.clauses
    }

    /// Whether upper and lower case differ.
    pub fn case_sensitive(&self) -> bool {
        self.case_sensitive
    }

    /// Regular expressions and wildcards in it.
    pub(super) fn patterns(&self) -> usize {
        self.matcher.patterns()
    }

    /// The same comparison of another dimension.
    pub(crate) fn of(&self, dimension: VisitDimension) -> Self {
        Self { dimension: dimension.into(), ..self.clone() }
    }

    /// Whether a value (empty: blank) passes.
    pub(crate) fn test(&self, value: &str) -> bool {
        let found =
            if self.case_sensitive { self.matcher.finds(value) } else { self.matcher.finds(&value.to_lowercase()) };
        // A missing property contains nothing and matches nothing, and neither does it lack anything.
        let missing = value.is_empty() && matches!(self.dimension, Dimension::Property(_));
        if missing && matches!(self.operator, Operator::ContainsNot | Operator::MatchesNot) {
            return false;
        }
        found != self.operator.is_negative()
    }
}

fn check_country(dimension: &Dimension, operator: Operator, clause: &str) -> Result<(), QueryError> {
    let blank = clause.is_empty() || clause == dimension.blank_label();
    let code = clause.len() == 2 && clause.bytes().all(|byte| byte.is_ascii_alphabetic());
    if *dimension == Dimension::Visit(VisitDimension::Country) && !operator.is_pattern() && !blank && !code {
        let reason = "visit:country takes two-letter country codes, or \"\" for blank";
        return Err(QueryError::combination("filters", &clause, reason));
    }
    Ok(())
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = if self.case_sensitive { "" } else { " (any case)" };
        write!(f, "{} {} {:?}{case}", self.dimension, self.operator.name(), self.clauses)
    }
}

impl Condition {
    fn identity(&self) -> (&Dimension, Operator, &[String], bool, bool) {
        (&self.dimension, self.operator, &self.clauses, self.case_sensitive, self.matcher.has_wildcards())
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(dimension: &str, operator: Operator, clauses: &[&str], value: &str) -> bool {
        let dimension = Dimension::from_name(dimension).expect("a dimension");
        Condition::new(dimension, operator, clauses.iter().copied()).expect("a condition").test(value)
    }

    #[test]
    fn blank_labels_and_empty_clauses_mean_blank() {
        for clause in ["", "Direct / None"] {
            assert!(passes("visit:source", Operator::Is, &[clause], ""));
            assert!(!passes("visit:source", Operator::IsNot, &[clause], ""));
            assert!(passes("visit:source", Operator::Contains, &[clause], ""));
            assert!(!passes("visit:source", Operator::Contains, &[clause], "Google"));
        }
        assert!(passes("visit:channel", Operator::Is, &["Direct"], ""));
        assert!(passes("visit:os", Operator::Is, &["(not set)"], ""));
        assert!(passes("event:props:plan", Operator::Is, &["(none)"], ""));
    }

    #[test]
    fn a_missing_property_passes_is_not_alone() {
        assert!(passes("event:props:plan", Operator::IsNot, &["pro"], ""));
        assert!(!passes("event:props:plan", Operator::ContainsNot, &["pro"], ""));
        assert!(!passes("event:props:plan", Operator::MatchesNot, &["pro"], ""));
        assert!(passes("visit:os", Operator::ContainsNot, &["Mac"], ""));
    }

    #[test]
    fn wildcards_are_for_pages_and_is() {
        assert!(passes("event:page", Operator::Is, &["/a/*"], "/a/b"));
        assert!(!passes("event:page", Operator::IsNot, &["/a/*"], "/a/b"));
        assert!(!passes("event:page", Operator::Contains, &["/a/*"], "/a/b"));
        assert!(!passes("visit:entry_page", Operator::Is, &["/a/*"], "/a/b"));
        assert!(passes("visit:entry_page", Operator::Is, &["/a/*"], "/a/*"));
    }

    #[test]
    fn case_is_ignored_on_request() {
        let any_case = |operator| {
            Condition::with_case(VisitDimension::Source.into(), operator, ["goOGle"], false).expect("a condition")
        };
        assert!(any_case(Operator::Is).test("Google"));
        assert!(!any_case(Operator::IsNot).test("GOOGLE"));
        assert!(any_case(Operator::Contains).test("Google News"));
        assert!(Condition::with_case(Dimension::Page, Operator::Matches, ["a"], false).is_err());
    }

    #[test]
    fn regular_expressions_are_unanchored_and_bounded() {
        assert!(passes("event:page", Operator::Matches, &["o[gh]"], "/blog"));
        assert!(!passes("event:page", Operator::MatchesNot, &["^/blog$"], "/blog"));
        for pattern in ["(", "(a{1000}){1000}", "(?=look)"] {
            let error = Condition::new(Dimension::Page, Operator::Matches, [pattern]).expect_err("refused");
            assert!(error.to_string().contains(pattern), "{error}");
        }
    }
}
