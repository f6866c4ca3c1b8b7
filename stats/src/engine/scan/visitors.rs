//! Visitors alone, by one dimension: what most panels of a dashboard ask.

use super::grouping::Axis;
use super::matches::{Matches, Return};
use super::tables::Last;
use super::visited::Visited;
use crate::day::{Code, Day, with_codes};

/// Up to this many codes have several counters each: most visits are of a few of them, and an addition to a counter would wait
/// for the one before.
const FEW: usize = 256;

/// Distinct visitors of each code of an axis; `None` for time, which is counted otherwise.
pub(super) fn count(day: &Day, matches: &Matches, axis: &Axis<'_>) -> Option<Vec<u32>> {
    Some(match axis {
        Axis::Time(_) => return None,
        Axis::Visit(column) => with_codes!(column.slice(), codes => match column.distinct() {
            ..=FEW => by_visit::<_, 8>(day, matches, codes, column.distinct()),
            distinct => by_visit::<_, 1>(day, matches, codes, distinct),
        }),
        Axis::Row(column, _) => with_codes!(column.slice(), codes => match column.distinct() {
            ..=FEW => by_row::<_, 4>(day, matches, codes, column.distinct()),
            distinct => by_row::<_, 1>(day, matches, codes, distinct),
        }),
    })
}

/// Each visit counts a visitor of its code, but for those whose visitor has been in that code before.
fn by_visit<C: Code, const LANES: usize>(day: &Day, matches: &Matches, codes: &[C], distinct: usize) -> Vec<u32> {
    let mut counters = vec![[0u32; LANES]; distinct];
    let holders = &*matches.holders;
    match holders {
        Visited::All(_) => {
            let (chunks, rest) = codes.as_chunks::<LANES>();
            for chunk in chunks {
                for (lane, code) in chunk.iter().enumerate() {
                    counters[code.index()][lane] += 1;
                }
            }
            for code in rest {
                counters[code.index()][0] += 1;
            }
        }
        Visited::Some(visits) => visits.iter().for_each(|visit| counters[codes[*visit as usize].index()][0] += 1),
    }
    let code = |position: u32| codes[holders.at(position as usize)];
    let mut take_back = |code: C, known: bool| {
        let counter = &mut counters[code.index()][0];
        *counter = counter.wrapping_sub(u32::from(known));
    };
    let returns = matches.returns(day);
    for position in &returns.second {
        let own = code(*position);
        take_back(own, code(*position - 1) == own);
    }
    for Return { first, position } in &returns.further {
        let own = code(*position);
        take_back(own, (*first..*position).any(|other| code(other) == own));
    }
    counters.into_iter().map(|lanes| lanes.into_iter().fold(0, u32::wrapping_add)).collect()
}

/// The visitor who was counted last, and how many there were.
#[derive(Clone, Copy, Default)]
struct Counter {
    last: Last,
    visitors: u32,
}

/// Rows of a visitor are adjacent, and those of one visitor keep to one lane.
fn by_row<C: Code, const LANES: usize>(day: &Day, matches: &Matches, codes: &[C], distinct: usize) -> Vec<u32> {
    let mut counters = vec![[Counter::default(); LANES]; distinct];
    let mut count = |code: C, visitor: u32, counts: bool| {
        let counter = &mut counters[code.index()][visitor as usize % LANES];
        counter.visitors += u32::from(counter.last.is_new_if(visitor, counts));
    };
    if matches.is_all() {
        // Without a branch at the end of each visit: visitors ascend, so the largest so far is that of the row at hand.
        let (rows, visits) = (day.row_columns(), day.visit_columns());
        let mut marks = vec![0; codes.len()];
        for visit in 0..day.visits() {
            marks[visits.rows(visit).start] = visits.visitor[visit];
        }
        let mut visitor = 0;
        for ((code, mark), kind) in codes.iter().zip(marks).zip(&rows.kind) {
            visitor = mark.max(visitor);
            count(*code, visitor, kind.counts());
        }
    } else {
        matches.events(day).iter().for_each(|event| count(codes[event.row as usize], event.visitor, true));
    }
    counters.into_iter().map(|lanes| lanes.iter().map(|counter| counter.visitors).sum()).collect()
}
