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
        Axis::Row(column, _) => with_codes!(column.slice(), codes => match column.distinct() {
            ..=FEW => by_row::<_, 4>(day, matches, column.firsts, codes, column.distinct()),
            distinct => by_row::<_, 1>(day, matches, column.firsts, codes, distinct),
        }),
    })
}

/// Each visit counts a visitor of its code, but for those whose visitor has been in that code before.
fn by_visit<C: Code, const LANES: usize>(day: &Day, matches: &Matches, codes: &[C], distinct: usize) -> Vec<u32> {
    let holders = &*matches.holders;
    let mut counters = match holders {
        Visited::All(_) => in_lanes::<_, LANES>(codes, distinct, Code::index),
        Visited::Some(visits) => in_lanes::<_, LANES>(visits, distinct, |visit| codes[visit as usize].index()),
    };
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

/// How many items have each code, one item a lane in turn.
fn in_lanes<T: Copy, const LANES: usize>(items: &[T], distinct: usize, code: impl Fn(T) -> usize) -> Vec<[u32; LANES]> {
    let mut counters = vec![[0; LANES]; distinct];
    let (chunks, rest) = items.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, item) in chunk.iter().enumerate() {
            counters[code(*item)][lane] += 1;
        }
    }
    for item in rest {
        counters[code(*item)][0] += 1;
    }
    counters
}

/// The visitor who was counted last, and how many there were.
#[derive(Clone, Copy, Default)]
struct Counter {
    last: Last,
    visitors: u32,
}

/// Of visitors of whom everything matches, each first row with a code counts; of others it has to be found out.
fn by_row<C: Code, const LANES: usize>(
    day: &Day,
    matches: &Matches,
    firsts: Option<&FixedBitSet>,
    codes: &[C],
    distinct: usize,
) -> Vec<u32> {
    let mut counters = vec![[Counter::default(); LANES]; distinct];
    let mut count_first = |row: usize| counters[codes[row].index()][row % LANES].visitors += 1;
    let others = match (firsts, matches.wholes(day)) {
        (Some(firsts), _) if matches.is_all() => {
            firsts.ones().for_each(count_first);
            &[]
        }
        (Some(firsts), Some(wholes)) => {
            (firsts & &wholes.rows).ones().for_each(&mut count_first);
            &*wholes.others
        }
        _ => matches.events(day),
    };
    // Rows of a visitor are adjacent, and those of one visitor keep to one lane.
    for event in others {
        let counter = &mut counters[codes[event.row as usize].index()][event.visitor as usize % LANES];
        counter.visitors += u32::from(counter.last.is_new(event.visitor));
    }
    counters.into_iter().map(|lanes| lanes.iter().map(|counter| counter.visitors).sum()).collect()
}
