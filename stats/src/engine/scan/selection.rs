//! Which rows and visits of a day pass a set of filters.

use crate::day::{Day, Level};
use crate::query::Filter;

/// What passes; `None` is everything.
#[derive(Debug)]
pub(super) struct Selection {
    /// Events that pass; `None` where the filters are about visits alone, which keep all their events.
    rows: Option<Vec<bool>>,
    /// Visits that hold an event that passes.
    visits: Option<Vec<bool>>,
}

impl Selection {
    /// Evaluates filters, all of which must hold, over the columns of a day.
    pub(super) fn of(day: &Day, filters: &[Filter]) -> Self {
        match all(day, filters) {
            None => Self { rows: None, visits: None },
            Some(Mask::Visits(visits)) => Self { rows: None, visits: Some(visits) },
            Some(Mask::Rows(rows)) => Self { visits: Some(visits_holding(day, &rows)), rows: Some(rows) },
        }
    }

    #[inline]
    pub(super) fn has_visit(&self, visit: usize) -> bool {
        self.visits.as_ref().is_none_or(|visits| visits[visit])
    }

    /// Whether a row of a selected visit passes.
    #[inline]
    pub(super) fn has_row(&self, row: usize) -> bool {
        self.rows.as_ref().is_none_or(|rows| rows[row])
    }

    /// Whether rows are to be asked one by one, also those of visits that hold no event that passes.
    pub(super) fn is_by_row(&self) -> bool {
        self.rows.is_some()
    }
}

enum Mask {
    Rows(Vec<bool>),
    Visits(Vec<bool>),
}

fn all(day: &Day, filters: &[Filter]) -> Option<Mask> {
    joined(day, filters, |one, other| one & other)
}

fn joined(day: &Day, filters: &[Filter], join: fn(bool, bool) -> bool) -> Option<Mask> {
    filters.iter().map(|filter| mask(day, filter)).reduce(|one, other| match (one, other) {
        (Mask::Visits(one), Mask::Visits(other)) => Mask::Visits(zip(one, &other, join)),
        (one, other) => Mask::Rows(zip(rows(day, one), &rows(day, other), join)),
    })
}

fn zip(mut one: Vec<bool>, other: &[bool], join: fn(bool, bool) -> bool) -> Vec<bool> {
    for (one, other) in one.iter_mut().zip(other) {
        *one = join(*one, *other);
    }
    one
}

fn mask(day: &Day, filter: &Filter) -> Mask {
    match filter {
        Filter::Condition(condition) => {
            let Some(column) = day.column(condition.dimension()) else {
                return Mask::Visits(vec![false; day.visits()]); // refused when the condition was made
            };
            let table = column.table(|value| condition.test(value));
            let passes = (0..column.codes.len()).map(|index| table[column.codes.at(index) as usize]).collect();
            match column.level {
                Level::Row => Mask::Rows(passes),
                Level::Visit => Mask::Visits(passes),
            }
        }
        Filter::And(filters) => all(day, filters).unwrap_or_else(|| Mask::Visits(vec![true; day.visits()])),
        Filter::Or(filters) => {
            let any = joined(day, filters, |one, other| one | other);
            any.unwrap_or_else(|| Mask::Visits(vec![false; day.visits()]))
        }
        Filter::Not(filter) => match mask(day, filter) {
            Mask::Rows(passes) => Mask::Rows(inverted(passes)),
            Mask::Visits(passes) => Mask::Visits(inverted(passes)),
        },
        Filter::HasDone(filter) => Mask::Visits(done(day, filter)),
        Filter::HasNotDone(filter) => Mask::Visits(inverted(done(day, filter))),
    }
}

fn inverted(mut passes: Vec<bool>) -> Vec<bool> {
    for pass in &mut passes {
        *pass = !*pass;
    }
    passes
}

fn done(day: &Day, filter: &Filter) -> Vec<bool> {
    match mask(day, filter) {
        Mask::Rows(rows) => visits_holding(day, &rows),
        Mask::Visits(visits) => visits,
    }
}

/// Visits with a passing row that is counted as an event.
fn visits_holding(day: &Day, passes: &[bool]) -> Vec<bool> {
    let kinds = &day.row_columns().kind;
    let visits = day.visit_columns();
    (0..day.visits()).map(|visit| visits.rows(visit).any(|row| passes[row] && kinds[row].counts())).collect()
}

fn rows(day: &Day, mask: Mask) -> Vec<bool> {
    match mask {
        Mask::Rows(passes) => passes,
        Mask::Visits(passes) => {
            let visits = day.visit_columns();
            let mut rows = Vec::with_capacity(day.rows());
            for (visit, pass) in passes.into_iter().enumerate() {
                rows.extend(visits.rows(visit).map(|_| pass));
            }
            rows
        }
    }
}
