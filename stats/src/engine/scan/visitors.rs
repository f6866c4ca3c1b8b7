//! Visitors alone, by one dimension: what most panels of a dashboard ask.

use fixedbitset::FixedBitSet;

use super::grouping::Axis;
use super::matches::Matches;
use super::tables::Last;
use super::visited::Visited;
use crate::day::{Code, Day, Return, with_codes};

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
        Axis::Row(column, _) if matches.is_all() && column.firsts.is_some() => {
            let firsts = column.firsts.into_iter().flat_map(FixedBitSet::ones);
            with_codes!(column.slice(), codes => match column.distinct() {
                ..=FEW => by_first_row::<_, 8>(firsts, codes, column.distinct()),
                distinct => by_first_row::<_, 1>(firsts, codes, distinct),
            })
        }
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

/// Each first row of a visitor with a code counts the visitor of that code.
fn by_first_row<C: Code, const LANES: usize>(
    firsts: impl Iterator<Item = usize>,
    codes: &[C],
    distinct: usize,
) -> Vec<u32> {
    let mut counters = vec![[0u32; LANES]; distinct];
    firsts.for_each(|row| counters[codes[row].index()][row % LANES] += 1);
    counters.into_iter().map(|lanes| lanes.into_iter().sum()).collect()
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
    let mut count = |code: C, visitor: u32| {
        let counter = &mut counters[code.index()][visitor as usize % LANES];
        counter.visitors += u32::from(counter.last.is_new(visitor));
    };
    matches.events(day).iter().for_each(|event| count(codes[event.row as usize], event.visitor));
    counters.into_iter().map(|lanes| lanes.iter().map(|counter| counter.visitors).sum()).collect()
}
