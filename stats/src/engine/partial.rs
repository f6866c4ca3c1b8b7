//! What a part contributes to one question: groups and their sums, compact enough to be kept.

use super::needs::{Measure, Needs, Sums};
use crate::texts::Texts;

/// Groups of one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// The values of each dimension; empty for buckets.
    pub(super) values: Vec<Texts>,
    /// One entry a group and dimension: an index into the values, or the number of a bucket. Of one dimension with values each
    /// value is a group, in their order, and this is empty.
    members: Vec<u32>,
    /// One entry a group and measure, in the order of [`Needs::measures`].
    pub(super) sums: Vec<u64>,
    groups: usize,
}

impl Partial {
    /// Bytes in memory: its weight in a cache.
    pub fn bytes(&self) -> usize {
        let values: usize = self.values.iter().map(Texts::bytes).sum();
        size_of::<Self>() + values + size_of_val(&*self.members) + size_of_val(&*self.sums)
    }

    /// Number of dimensions.
    pub(super) fn width(&self) -> usize {
        self.values.len()
    }

    /// The members of each group.
    pub(super) fn members(&self) -> Option<&[u32]> {
        (!self.members.is_empty()).then_some(&self.members)
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
    /// For each dimension the index of each code's value; `NONE`: not met yet.
    met: Vec<Vec<u32>>,
}

const NONE: u32 = u32::MAX;

impl PartialBuilder {
    /// For dimensions with that many codes; 0 for time, whose members are buckets.
    pub(crate) fn new(sizes: &[usize], needs: Needs) -> Self {
        Self {
            partial: Partial { values: vec![Texts::default(); sizes.len()], ..Partial::default() },
            measures: needs.measures(),
            met: sizes.iter().map(|size| vec![NONE; *size]).collect(),
        }
    }

    /// Adds the group of another value of the only dimension, with the only sum.
    #[inline]
    pub(crate) fn add_value(&mut self, value: &str, sum: u64) {
        self.partial.values[0].push(value);
        self.partial.sums.push(sum);
        self.partial.groups += 1;
    }

    /// Adds a group unless it counts nothing. Of each dimension: its code, and how to read the value of one.
    pub(crate) fn add<'v>(&mut self, codes: &[u32], mut sums: Sums, value: impl Fn(usize, u32) -> &'v str) {
        if sums == Sums::default() {
            return;
        }
        for (dimension, code) in codes.iter().enumerate() {
            let member = match self.met[dimension].get_mut(*code as usize) {
                None => *code,
                Some(known) => {
                    if *known == NONE {
                        *known = self.partial.values[dimension].push(value(dimension, *code));
                    }
                    *known
                }
            };
            self.partial.members.push(member);
        }
        self.partial.sums.extend(self.measures.iter().map(|measure| *sums.of(*measure)));
        self.partial.groups += 1;
    }

    pub(crate) fn finish(mut self) -> Partial {
        self.partial.values.iter_mut().for_each(Texts::shrink);
        self.partial.members.shrink_to_fit();
        self.partial.sums.shrink_to_fit();
        self.partial
    }
}
