//! What of a day lies in a window and passes filters: the rows and visits that all sums are over.

use std::cell::OnceCell;
use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::selection::Selection;
use super::visited::Visited;
use crate::day::{Day, Returns};
use crate::time::Span;

/// Rows and visits that match.
#[derive(Debug)]
pub(super) struct Matches {
    /// Rows that pass and lie in the window, engagement included; `None`: all rows of the holders.
    pub(super) rows: Option<Rc<FixedBitSet>>,
    /// Visits with a matching event in the window.
    pub(super) holders: Rc<Visited>,
    /// Visits with a matching event anywhere that start in the window.
    pub(super) started: Rc<Visited>,
    /// Rows that pass, wherever they lie; `None`: all rows of the visits that started.
    passing: Option<Rc<FixedBitSet>>,
    returns: OnceCell<Returns>,
    events: OnceCell<Vec<MatchingEvent>>,
    wholes: OnceCell<Wholes>,
}

/// Visitors of whom everything matches, and the others.
#[derive(Debug)]
pub(super) struct Wholes {
    /// All rows of the former.
    pub(super) rows: FixedBitSet,
    /// The matching events of the latter, in the order of rows.
    pub(super) others: Vec<MatchingEvent>,
}

/// An event that matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct MatchingEvent {
    pub(super) visit: u32,
    pub(super) row: u32,
    pub(super) visitor: u32,
}

impl MatchingEvent {
    fn new(day: &Day, visit: usize, row: usize) -> Self {
        let visitor = day.visit_columns().visitor[visit];
        Self { visit: super::to_u32(visit), row: super::to_u32(row), visitor }
    }
}

/// Adds the events of a visit of which all match.
fn events_of(day: &Day, visit: usize, events: &mut Vec<MatchingEvent>) {
    let kinds = &day.row_columns().kind;
    let counted = day.visit_columns().rows(visit).filter(|row| kinds[*row].counts());
    events.extend(counted.map(|row| MatchingEvent::new(day, visit, row)));
}

impl Wholes {
    fn of(day: &Day, holders: &[u32]) -> Self {
        let visits = day.visit_columns();
        let visitor = |visit: u32| visits.visitor.get(visit as usize);
        let mut wholes = Self { rows: FixedBitSet::with_capacity(day.rows()), others: Vec::new() };
        for own in holders.chunk_by(|one, other| visitor(*one) == visitor(*other)) {
            let (first, last) = (own[0], own[own.len() - 1]);
            let before = first.checked_sub(1).and_then(visitor);
            let all = (last - first) as usize + 1 == own.len();
            if all && before != visitor(first) && visitor(last + 1) != visitor(last) {
                wholes.rows.insert_range(visits.rows(first as usize).start..visits.rows(last as usize).end);
            } else {
                for visit in own {
                    events_of(day, *visit as usize, &mut wholes.others);
                }
            }
        }
        wholes
    }
}

impl Matches {
    /// What of a selection lies in a window, in milliseconds since the start of the day.
    pub(super) fn of(day: &Day, selection: &Selection, window: Option<Span>) -> Self {
        let Some(window) = window else {
            return Self {
                rows: selection.rows.clone(),
                holders: Rc::clone(&selection.visits),
                started: Rc::clone(&selection.visits),
                passing: selection.rows.clone(),
                returns: OnceCell::new(),
                events: OnceCell::new(),
                wholes: OnceCell::new(),
            };
        };
        let (rows, visits) = (day.row_columns(), day.visit_columns());
        let within = |time: u32| window.contains(i64::from(time));
        let mut matching = FixedBitSet::with_capacity(day.rows());
        match &selection.rows {
            Some(passing) => matching.extend(passing.ones().filter(|row| within(rows.time[*row]))),
            None => selection.visits.each(|visit| {
                matching.extend(visits.rows(visit).filter(|row| within(rows.time[*row])));
            }),
        }
        let holds = |visit: usize| visits.rows(visit).any(|row| matching[row] && rows.kind[row].counts());
        Self {
            holders: Rc::new(selection.visits.filter(holds)),
            started: Rc::new(selection.visits.filter(|visit| within(visits.start[visit]))),
            rows: Some(Rc::new(matching)),
            passing: selection.rows.clone(),
            returns: OnceCell::new(),
            events: OnceCell::new(),
            wholes: OnceCell::new(),
        }
    }

    /// Whether a row of a visit that started passes, in the window or not.
    #[inline]
    pub(super) fn passes(&self, row: usize) -> bool {
        self.passing.as_ref().is_none_or(|rows| rows[row])
    }

    /// Holders whose visitor is that of the holder before.
    pub(super) fn returns<'m>(&'m self, day: &'m Day) -> &'m Returns {
        match &*self.holders {
            Visited::All(_) => day.returns(),
            Visited::Some(visits) => self.returns.get_or_init(|| {
                let visitors = &day.visit_columns().visitor;
                Returns::of(visits.iter().map(|visit| visitors[*visit as usize]))
            }),
        }
    }

    /// Whether every event of the day matches.
    pub(super) fn is_all(&self) -> bool {
        self.rows.is_none() && matches!(*self.holders, Visited::All(_))
    }

    /// The matching events, in the order of rows.
    pub(super) fn events(&self, day: &Day) -> &[MatchingEvent] {
        self.events.get_or_init(|| {
            let visits = day.visit_columns();
            let mut events = Vec::new();
            match &self.rows {
                None => self.holders.each(|visit| events_of(day, visit, &mut events)),
                Some(rows) => {
                    // All of them are in holders: those are the visits with a matching event.
                    let mut position = 0;
                    let kinds = &day.row_columns().kind;
                    for row in rows.ones().filter(|row| kinds[*row].counts()) {
                        while visits.rows(self.holders.at(position)).end <= row {
                            position += 1;
                        }
                        events.push(MatchingEvent::new(day, self.holders.at(position), row));
                    }
                }
            }
            events
        })
    }

    /// Tells visitors of whom everything matches from others. `None` where single events of a visit match or not.
    pub(super) fn wholes(&self, day: &Day) -> Option<&Wholes> {
        let Visited::Some(holders) = &*self.holders else { return None };
        self.rows.is_none().then(|| self.wholes.get_or_init(|| Wholes::of(day, holders)))
    }

    /// Calls back with visit and row of each matching row, engagement included, also of visits that hold no matching event.
    pub(super) fn each_row(&self, day: &Day, mut each: impl FnMut(usize, usize)) {
        let visits = day.visit_columns();
        let Some(rows) = &self.rows else {
            self.holders.each(|visit| visits.rows(visit).for_each(|row| each(visit, row)));
            return;
        };
        let mut visit = 0;
        for row in rows.ones() {
            while visits.rows(visit).end <= row {
                visit += 1;
            }
            each(visit, row);
        }
    }
}
