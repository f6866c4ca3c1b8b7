//! Which rows and visits of a day pass a set of filters.

use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::visited::Visited;
use crate::day::{Code, Column, Day, Level, with_codes};
use crate::engine::Stop;
use crate::query::{Condition, Filter};

/// What passes.
#[derive(Debug)]
pub(super) struct Selection {
    /// Rows that pass; `None` where the filters are about visits alone, which keep all their rows.
    pub(super) rows: Option<Rc<FixedBitSet>>,
    /// Visits that hold an event that passes.
    pub(super) visits: Rc<Visited>,
}

impl Selection {
    /// Evaluates filters, all of which must hold, over the columns of a day. Means nothing once it was stopped.
    pub(super) fn of(day: &Day, filters: &[Filter], stop: &Stop) -> Self {
        match all(day, filters, stop) {
            Mask::Constant(true) => Self { rows: None, visits: Rc::new(Visited::All(day.visits())) },
            Mask::Constant(false) => Self { rows: None, visits: Rc::new(Visited::Some(Vec::new())) },
            Mask::Visits(visits) => Self { rows: None, visits: Rc::new(Visited::of(&visits)) },
            Mask::Rows(rows) => {
                Self { visits: Rc::new(Visited::Some(visits_holding(day, &rows))), rows: Some(Rc::new(rows)) }
            }
        }
    }
}

/// What a filter says about each row or each visit.
enum Mask {
    /// The same about everything: no value of the day's dictionary passes, or all do.
    Constant(bool),
    Rows(FixedBitSet),
    Visits(FixedBitSet),
}

fn all(day: &Day, filters: &[Filter], stop: &Stop) -> Mask {
    let mut joined = Mask::Constant(true);
    for filter in filters {
        joined = match (joined, mask(day, filter, stop)) {
            (Mask::Constant(false), _) | (_, Mask::Constant(false)) => return Mask::Constant(false),
            (Mask::Constant(true), mask) | (mask, Mask::Constant(true)) => mask,
            (one, other) => both(day, one, other, FixedBitSet::intersect_with),
        };
    }
    joined
}

fn any(day: &Day, filters: &[Filter], stop: &Stop) -> Mask {
    let mut joined = Mask::Constant(false);
    for filter in filters {
        joined = match (joined, mask(day, filter, stop)) {
            (Mask::Constant(true), _) | (_, Mask::Constant(true)) => return Mask::Constant(true),
            (Mask::Constant(false), mask) | (mask, Mask::Constant(false)) => mask,
            (one, other) => both(day, one, other, FixedBitSet::union_with),
        };
    }
    joined
}

/// Joins two masks: of visits where both are, else of rows.
fn both(day: &Day, one: Mask, other: Mask, join: fn(&mut FixedBitSet, &FixedBitSet)) -> Mask {
    match (one, other) {
        (Mask::Visits(mut one), Mask::Visits(other)) => {
            join(&mut one, &other);
            Mask::Visits(one)
        }
        (one, other) => {
            let mut rows = rows_of(day, one);
            join(&mut rows, &rows_of(day, other));
            Mask::Rows(rows)
        }
    }
}

fn mask(day: &Day, filter: &Filter, stop: &Stop) -> Mask {
    match filter {
        Filter::Condition(condition) => condition_mask(day, condition, stop),
        Filter::And(filters) => all(day, filters, stop),
        Filter::Or(filters) => any(day, filters, stop),
        Filter::Not(filter) => inverted(mask(day, filter, stop)),
        Filter::HasDone(filter) => done(day, filter, stop),
        Filter::HasNotDone(filter) => inverted(done(day, filter, stop)),
    }
}

fn condition_mask(day: &Day, condition: &Condition, stop: &Stop) -> Mask {
    let Some(column) = day.column(condition.dimension()) else {
        return Mask::Constant(false); // refused when the condition was made
    };
    let table = column.table(|value| !stop.is_over() && condition.test(value));
    let passing = table.iter().filter(|passes| **passes).count();
    if passing == 0 || passing == table.len() {
        return Mask::Constant(passing > 0);
    }
    let bits = look_up(&column, &table, passing);
    match column.level {
        Level::Row => Mask::Rows(bits),
        Level::Visit => Mask::Visits(bits),
    }
}

/// What the table says about each code of a column.
fn look_up(column: &Column<'_>, table: &[bool], passing: usize) -> FixedBitSet {
    let only = (passing == 1).then(|| table.iter().position(|passes| *passes)).flatten();
    let blocks: Vec<usize> = with_codes!(column.slice(), codes => match only {
        Some(only) => codes.chunks(BLOCK).map(|codes| block(codes, |code| code.index() == only)).collect(),
        None => codes.chunks(BLOCK).map(|codes| block(codes, |code| table[code.index()])).collect(),
    });
    FixedBitSet::with_capacity_and_blocks(column.codes.len(), blocks)
}

/// Bits of a block of a bit set.
const BLOCK: usize = usize::BITS as usize;

/// One bit a code. First a byte each, which is done many at a time; eight bytes of 0 or 1 are then one multiplication away from
/// eight bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a block has as many bits as `usize`")]
fn block<C: Code>(codes: &[C], passes: impl Fn(C) -> bool) -> usize {
    let mut bytes = [0u8; BLOCK];
    for (byte, code) in bytes.iter_mut().zip(codes) {
        *byte = u8::from(passes(*code));
    }
    let (eights, _) = bytes.as_chunks::<8>();
    let packed = eights.iter().map(|bytes| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56);
    packed.rev().fold(0, |bits, eight| bits << 8 | eight as usize)
}

fn inverted(mask: Mask) -> Mask {
    let flipped = |mut bits: FixedBitSet| {
        bits.toggle_range(..);
        bits
    };
    match mask {
        Mask::Constant(passes) => Mask::Constant(!passes),
        Mask::Rows(rows) => Mask::Rows(flipped(rows)),
        Mask::Visits(visits) => Mask::Visits(flipped(visits)),
    }
}

/// Visits that hold an event that passes.
fn done(day: &Day, filter: &Filter, stop: &Stop) -> Mask {
    match mask(day, filter, stop) {
        Mask::Rows(rows) => {
            let mut visits = FixedBitSet::with_capacity(day.visits());
            visits.extend(visits_holding(day, &rows).into_iter().map(|visit| visit as usize));
            Mask::Visits(visits)
        }
        other => other,
    }
}

/// Visits with a passing row that is counted as an event, ascending.
fn visits_holding(day: &Day, rows: &FixedBitSet) -> Vec<u32> {
    let (kinds, visits) = (&day.row_columns().kind, day.visit_columns());
    let mut holding = Vec::new();
    let (mut visit, mut end) = (0, 0);
    for row in rows.ones() {
        if row < end || !kinds[row].counts() {
            continue;
        }
        let mut of_visit = visits.rows(visit);
        while of_visit.end <= row {
            visit += 1;
            of_visit = visits.rows(visit);
        }
        // Its other rows need not be asked.
        end = of_visit.end;
        holding.push(super::to_u32(visit));
    }
    holding
}

fn rows_of(day: &Day, mask: Mask) -> FixedBitSet {
    match mask {
        Mask::Rows(rows) => rows,
        Mask::Visits(passing) => {
            let mut rows = FixedBitSet::with_capacity(day.rows());
            for visit in passing.ones() {
                rows.insert_range(day.visit_columns().rows(visit));
            }
            rows
        }
        Mask::Constant(passes) => {
            let mut rows = FixedBitSet::with_capacity(day.rows());
            rows.set_range(.., passes);
            rows
        }
    }
}
