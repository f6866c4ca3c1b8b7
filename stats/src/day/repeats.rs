//! What of a day is a repetition of the same visitor's: known once, it need not be found out for each question.

use fixedbitset::FixedBitSet;

/// For each column of rows the counted rows that are the first of their visitor with their code: as many have a code as
/// visitors have it.
#[derive(Debug, Default)]
pub(crate) struct Firsts {
    pub(crate) page: FixedBitSet,
    pub(crate) hostname: FixedBitSet,
    pub(crate) name: FixedBitSet,
}

impl Firsts {
    pub(super) fn bytes(&self) -> usize {
        [&self.page, &self.hostname, &self.name].map(|bits| size_of_val(bits.as_slice())).into_iter().sum()
    }
}

/// The first rows of each visitor with their code, given row, visitor and code of the counted rows in their order.
pub(super) fn firsts(rows: usize, distinct: usize, counted: impl Iterator<Item = (u32, u32, u32)>) -> FixedBitSet {
    let mut firsts = FixedBitSet::with_capacity(rows);
    // Who had the code last: a visitor's rows are adjacent.
    let mut last = vec![None; distinct];
    for (row, visitor, code) in counted {
        let last = &mut last[code as usize];
        if *last != Some(visitor) {
            *last = Some(visitor);
            firsts.insert(row as usize);
        }
    }
    firsts
}

/// Visits of visitors who have been there before, by positions in a list of visits.
#[derive(Debug, Default)]
pub(crate) struct Returns {
    /// Second visits: the first is at the position before.
    pub(crate) second: Vec<u32>,
    /// Third visits and so on.
    pub(crate) further: Vec<Return>,
}

/// A visit of a visitor who has been there at least twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Return {
    /// Position of the visitor's first.
    pub(crate) first: u32,
    pub(crate) position: u32,
}

impl Returns {
    /// Out of the visitor of each visit of the list.
    pub(crate) fn of(visitors: impl Iterator<Item = u32>) -> Self {
        let mut returns = Self::default();
        let (mut first, mut last) = (0, None);
        for (position, visitor) in (0..).zip(visitors) {
            if last != Some(visitor) {
                (first, last) = (position, Some(visitor));
            } else if position - first == 1 {
                returns.second.push(position);
            } else {
                returns.further.push(Return { first, position });
            }
        }
        returns
    }

    /// Number of them.
    pub(crate) fn len(&self) -> usize {
        self.second.len() + self.further.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.second.capacity() * size_of::<u32>() + self.further.capacity() * size_of::<Return>()
    }

    pub(super) fn shrink(&mut self) {
        self.second.shrink_to_fit();
        self.further.shrink_to_fit();
    }
}
