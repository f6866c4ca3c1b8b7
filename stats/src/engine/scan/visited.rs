//! A list of visits of a day.

use fixedbitset::FixedBitSet;

/// Visits in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Visited {
    /// That many: all of the day.
    All(usize),
    /// These.
    Some(Vec<u32>),
}

impl Visited {
    pub(super) fn of(bits: &FixedBitSet) -> Self {
        Self::Some(bits.ones().map(super::to_u32).collect())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(visits) => visits.len(),
        }
    }

    /// Calls back with each visit.
    #[inline]
    pub(super) fn each(&self, mut visit: impl FnMut(usize)) {
        match self {
            Self::All(count) => (0..*count).for_each(visit),
            Self::Some(visits) => visits.iter().for_each(|index| visit(*index as usize)),
        }
    }

    /// The visit at a position.
    #[inline]
    pub(super) fn at(&self, position: usize) -> usize {
        match self {
            Self::All(_) => position,
            Self::Some(visits) => visits[position] as usize,
        }
    }

    /// Those that satisfy a predicate.
    pub(super) fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut kept = Vec::new();
        self.each(|visit| {
            if keep(visit) {
                kept.push(super::to_u32(visit));
            }
        });
        Self::Some(kept)
    }

    /// The sum of a column over them.
    pub(super) fn sum(&self, column: &[u32]) -> u64 {
        match self {
            Self::All(_) => column.iter().copied().map(u64::from).sum(),
            Self::Some(visits) => visits.iter().map(|visit| u64::from(column[*visit as usize])).sum(),
        }
    }
}
