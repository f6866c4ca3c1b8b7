//! What a part contributes to one question: groups and their sums, compact enough to be kept.

use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::needs::{Measure, Needs, Sums};
use crate::day::Dictionary;

/// Groups of one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// The values of each dimension, those of the whole part unless few of them are met; `None` for buckets.
    pub(super) values: Vec<Option<Arc<Dictionary>>>,
    /// One entry a group and dimension: a code of the values, or the number of a bucket.
    pub(super) members: Vec<u32>,
    /// One entry a group and measure, in the order of [`Needs::measures`].
    pub(super) sums: Vec<u64>,
    pub(super) groups: usize,
}

impl Partial {
    /// Bytes in memory: its weight in a cache. Values that are shared weigh in proportion to those that it has.
    pub fn bytes(&self) -> usize {
        // Blank is always among them.
        let share = |values: &Arc<Dictionary>| values.bytes() / values.len() * values.len().min(self.groups + 1);
        let own =
            size_of::<Self>() + size_of_val(&*self.values) + size_of_val(&*self.members) + size_of_val(&*self.sums);
        own + self.values.iter().flatten().map(share).sum::<usize>()
    }

    /// Number of dimensions.
    pub(super) fn width(&self) -> usize {
        self.values.len()
    }

    /// The code of each group in a dimension.
    pub(super) fn codes(&self, dimension: usize) -> impl Iterator<Item = u32> {
        self.members.iter().skip(dimension).step_by(self.width()).copied()
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.groups
    }
}

/// A [`Partial`] in the making.
pub(crate) struct PartialBuilder {
    partial: Partial,
    measures: Vec<Measure>,
}

impl PartialBuilder {
    /// For dimensions with these values; `None` for time, whose members are buckets.
    pub(crate) fn new(values: Vec<Option<Arc<Dictionary>>>, needs: Needs) -> Self {
        Self { partial: Partial { values, ..Partial::default() }, measures: needs.measures() }
    }

    /// Adds the groups of the only dimension, with the only sum by code.
    pub(crate) fn add_values(&mut self, sums: &[u32]) {
        let Partial { members, sums: kept, groups, .. } = &mut self.partial;
        // Each code is written, and stays where it counts something: about as many do as do not, in no order.
        members.resize(sums.len(), 0);
        for (code, sum) in (0..).zip(sums) {
            members[*groups] = code;
            *groups += usize::from(*sum > 0);
        }
        members.truncate(*groups);
        kept.extend(members.iter().map(|code| u64::from(sums[*code as usize])));
    }

    /// Adds a group, by its code of each dimension, unless it counts nothing.
    pub(crate) fn add(&mut self, codes: &[u32], mut sums: Sums) {
        if sums == Sums::default() {
            return;
        }
        self.partial.members.extend_from_slice(codes);
        self.partial.sums.extend(self.measures.iter().map(|measure| *sums.of(*measure)));
        self.partial.groups += 1;
    }

    pub(crate) fn finish(self) -> Partial {
        let Partial { mut values, mut members, mut sums, groups } = self.partial;
        let width = values.len();
        for (dimension, values) in values.iter_mut().enumerate() {
            let Some(values) = values else { continue };
            let met =
                if width == 1 { groups } else { distinct(members.iter().skip(dimension).step_by(width), values.len()) };
            // What holds on to all values of a part meets at least half of them.
            if 2 * met + 1 < values.len() {
                *values = Arc::new(values.narrowed(members.iter_mut().skip(dimension).step_by(width)));
            }
        }
        members.shrink_to_fit();
        sums.shrink_to_fit();
        Partial { values, members, sums, groups }
    }
}

/// How many different codes these are, all of them below `len`.
fn distinct<'c>(codes: impl Iterator<Item = &'c u32>, len: usize) -> usize {
    let mut met = FixedBitSet::with_capacity(len);
    met.extend(codes.map(|code| *code as usize));
    met.count_ones(..)
}
