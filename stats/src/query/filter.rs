//! Filters: conditions joined by and, or, not, and conditions on what a visit did.

use super::condition::Condition;
use super::limits;
use crate::dimension::{Dimension, VisitDimension};
use crate::error::QueryError;

/// A filter. Conditions on event dimensions pick events, all on the same event; conditions on visit dimensions pick visits.
/// Visit metrics take the visits that hold a picked event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// One condition.
    Condition(Condition),
    /// All of them.
    And(Vec<Filter>),
    /// At least one of them.
    Or(Vec<Filter>),
    /// Not that one.
    Not(Box<Filter>),
    /// The visit holds an event that passes; keeps all its events. Event dimensions only.
    HasDone(Box<Filter>),
    /// The visit holds no event that passes.
    HasNotDone(Box<Filter>),
}

impl From<Condition> for Filter {
    fn from(condition: Condition) -> Self {
        Self::Condition(condition)
    }
}

impl Filter {
    /// The words on the wire that join filters or ask what a visit did; [`super::Operator::ALL`] has those of conditions.
    pub const WORDS: [&str; 5] = ["and", "or", "not", "has_done", "has_not_done"];

    /// Whether every condition in it satisfies the predicate.
    pub(crate) fn all_conditions(&self, predicate: &impl Fn(&Condition) -> bool) -> bool {
        match self {
            Self::Condition(condition) => predicate(condition),
            Self::And(filters) | Self::Or(filters) => filters.iter().all(|filter| filter.all_conditions(predicate)),
            Self::Not(filter) | Self::HasDone(filter) | Self::HasNotDone(filter) => filter.all_conditions(predicate),
        }
    }

    /// A filter on `event:page` alone, which bounce rates read as the entry page.
    pub(crate) fn is_of_page(&self) -> bool {
        let behavioural = matches!(self, Self::HasDone(_) | Self::HasNotDone(_));
        !behavioural && !self.is_empty() && self.all_conditions(&|condition| *condition.dimension() == Dimension::Page)
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::And(filters) | Self::Or(filters) if filters.is_empty())
    }

    /// The same filter on another dimension, every condition of it.
    pub(crate) fn of(&self, dimension: VisitDimension) -> Self {
        let all = |filters: &[Self]| filters.iter().map(|filter| filter.of(dimension)).collect();
        match self {
            Self::Condition(condition) => Self::Condition(condition.of(dimension)),
            Self::And(filters) => Self::And(all(filters)),
            Self::Or(filters) => Self::Or(all(filters)),
            Self::Not(filter) => Self::Not(Box::new(filter.of(dimension))),
            Self::HasDone(filter) => Self::HasDone(Box::new(filter.of(dimension))),
            Self::HasNotDone(filter) => Self::HasNotDone(Box::new(filter.of(dimension))),
        }
    }
}

/// Takes apart what is joined by "and" at the top: the result means the same.
pub(crate) fn conjuncts(filters: &[Filter]) -> Vec<&Filter> {
    let mut flat = Vec::new();
    for filter in filters {
        match filter {
            Filter::And(inner) => flat.extend(conjuncts(inner)),
            other => flat.push(other),
        }
    }
    flat
}

/// Checks the filters of a query: depth and counts, what may stand where.
pub(super) fn check(filters: &[Filter]) -> Result<(), QueryError> {
    let mut seen = Seen::default();
    for filter in filters {
        seen.visit(filter, 1, false)?;
    }
    Ok(())
}

/// What the filters of a query hold together, counted against the limits. A reader counts before it makes: some megabytes of
/// text could otherwise ask for more regular expressions than there is memory.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    filters: usize,
    clauses: usize,
    patterns: usize,
    regexes: usize,
}

impl Counts {
    /// One more filter, at that depth.
    pub(crate) fn filter(&mut self, depth: usize) -> Result<(), QueryError> {
        if depth > limits::FILTER_DEPTH {
            return Err(QueryError::too_large("filters", &depth, limits::FILTER_DEPTH, "levels of filters"));
        }
        self.filters += 1;
        bound(self.filters, limits::FILTERS, "filters")
    }

    /// More clauses.
    pub(crate) fn clauses(&mut self, count: usize) -> Result<(), QueryError> {
        self.clauses += count;
        bound(self.clauses, limits::CLAUSES, "clauses")
    }

    /// More regular expressions and wildcards.
    pub(crate) fn patterns(&mut self, count: usize) -> Result<(), QueryError> {
        self.patterns += count;
        bound(self.patterns, limits::PATTERNS, "regular expressions and wildcards")
    }

    /// More regular expressions.
    pub(crate) fn regexes(&mut self, count: usize) -> Result<(), QueryError> {
        self.regexes += count;
        bound(self.regexes, limits::REGEXES, "regular expressions")
    }
}

/// A filter deeper than the bound is refused before anything walks it to its end.
#[derive(Default)]
struct Seen {
    counts: Counts,
}

impl Seen {
    fn visit(&mut self, filter: &Filter, depth: usize, behavioural: bool) -> Result<(), QueryError> {
        self.counts.filter(depth)?;
        match filter {
            Filter::Condition(condition) => self.condition(condition, depth, behavioural),
            Filter::And(filters) | Filter::Or(filters) => {
                if filters.is_empty() {
                    let word = if matches!(filter, Filter::And(_)) { "and" } else { "or" };
                    return Err(QueryError::combination("filters", &word, "has no filter"));
                }
                filters.iter().try_for_each(|filter| self.visit(filter, depth + 1, behavioural))
            }
            Filter::Not(filter) => self.visit(filter, depth + 1, behavioural),
            Filter::HasDone(inner) | Filter::HasNotDone(inner) => {
                if behavioural {
                    let word = if matches!(filter, Filter::HasDone(_)) { "has_done" } else { "has_not_done" };
                    return Err(QueryError::combination("filters", &word, "has_done and has_not_done can't be nested"));
                }
                self.visit(inner, depth + 1, true)
            }
        }
    }

    fn condition(&mut self, condition: &Condition, depth: usize, behavioural: bool) -> Result<(), QueryError> {
        let dimension = condition.dimension();
        self.counts.clauses(condition.clauses().len())?;
        if condition.operator().is_pattern() {
            self.counts.regexes(condition.clauses().len())?;
        }
        self.counts.patterns(condition.patterns())?;
        if behavioural && !dimension.is_of_event() {
            let reason = "has_done and has_not_done take event dimensions only";
            return Err(QueryError::combination("filters", dimension, reason));
        }
        if depth > 1 && *dimension == Dimension::Hostname {
            return Err(QueryError::combination(
                "filters",
                dimension,
                "event:hostname is filtered at the top level only",
            ));
        }
        Ok(())
    }
}

fn bound(count: usize, limit: usize, what: &'static str) -> Result<(), QueryError> {
    if count > limit {
        return Err(QueryError::too_large("filters", &count, limit, what));
    }
    Ok(())
}
