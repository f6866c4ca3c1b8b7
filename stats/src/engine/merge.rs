//! The contributions of many parts to all scans, added up.

use std::sync::Arc;

use super::budget::{BudgetError, Meter};
use super::groups::Groups;
use super::needs::Sums;
use super::partial::Partial;
use super::plan::Scan;
use crate::day::{Dictionary, DictionaryBuilder};

/// The groups of a scan over all parts.
#[derive(Debug)]
pub(crate) struct Merged {
    groups: Groups,
    /// The values of all scans.
    values: Arc<DictionaryBuilder>,
}

/// One dimension of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member<'m> {
    /// Index of the bucket in the scan's range.
    Bucket(u32),
    /// The value; blank is empty.
    Text(&'m str),
}

impl Merged {
    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The sums of a group.
    pub(crate) fn sums(&self, group: u32) -> Sums {
        self.groups.sums(group)
    }

    /// A dimension of a group.
    pub(crate) fn member(&self, group: u32, dimension: usize) -> Member<'_> {
        let member = self.groups.member(group, dimension);
        if self.groups.is_time(dimension) {
            Member::Bucket(member)
        } else {
            Member::Text(self.values.dictionary().text(member))
        }
    }

    /// The group of these members, one a dimension.
    pub(crate) fn find<'m>(&self, members: impl Iterator<Item = Member<'m>>) -> Option<u32> {
        let members = members.map(|member| match member {
            Member::Bucket(bucket) => Some(bucket),
            Member::Text(text) => self.values.find(text),
        });
        self.groups.find(&members.collect::<Option<Vec<u32>>>()?)
    }

    /// The number of the group of these buckets, a new one if need be.
    pub(crate) fn ensure(&mut self, buckets: &[u32]) -> u32 {
        self.groups.ensure(buckets)
    }
}

/// Groups of all scans over some of the parts.
pub(super) struct Merging<'p> {
    scans: &'p [Scan],
    groups: Vec<Groups>,
    /// The values of all scans.
    values: DictionaryBuilder,
    /// Bytes that were taken from the budget.
    held: usize,
}

/// The numbers of a dictionary's texts among [`Merging::values`], [`NONE`] where they were not needed yet.
struct Numbers<'d> {
    dictionary: &'d Arc<Dictionary>,
    numbers: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Numbers<'_> {
    fn learn(&mut self, codes: impl Iterator<Item = u32>, values: &mut DictionaryBuilder) {
        for code in codes {
            let number = &mut self.numbers[code as usize];
            if *number == NONE {
                *number = values.translate(self.dictionary, code);
            }
        }
    }
}

impl<'p> Merging<'p> {
    /// No groups yet.
    pub(super) fn new(scans: &'p [Scan]) -> Self {
        let groups = scans.iter().map(Groups::new).collect();
        Self { scans, groups, values: DictionaryBuilder::default(), held: 0 }
    }

    /// Adds what a part contributes to each scan: its groups, and the bucket of all of them or of its first bucket.
    pub(super) fn add<'c>(
        &mut self,
        partials: impl Iterator<Item = Option<(&'c Partial, u32)>>,
        meter: &Meter,
    ) -> Result<(), BudgetError> {
        let Self { scans, groups, values, held } = self;
        // What several scans of a part share is looked up once.
        let mut known: Vec<Numbers<'c>> = Vec::new();
        for ((partial, scan), groups) in partials.zip(*scans).zip(groups) {
            let Some((partial, first_bucket)) = partial else { continue };
            let before = groups.bytes() + values.bytes();
            let learn = |(dimension, values_of_part): (usize, &'c Option<Arc<Dictionary>>)| {
                let place = place(&mut known, values_of_part.as_ref()?);
                known[place].learn(partial.codes(dimension), values);
                Some(place)
            };
            let places: Vec<Option<usize>> = partial.values.iter().enumerate().map(learn).collect();
            let numbers: Vec<&[u32]> =
                places.iter().map(|place| place.map_or(&[][..], |place| &known[place].numbers)).collect();
            groups.add(partial, first_bucket, &numbers);
            let more = (groups.bytes() + values.bytes()).saturating_sub(before);
            *held += more;
            meter.hold(more, &scan.dimensions)?;
        }
        Ok(())
    }

    /// Both together.
    pub(super) fn with(mut self, other: Self, meter: &Meter) -> Result<Self, BudgetError> {
        let values = Arc::new(other.values.into_dictionary());
        let partials: Vec<Partial> = other.groups.into_iter().map(|groups| groups.into_partial(&values)).collect();
        self.add(partials.iter().map(|partial| Some((partial, 0))), meter)?;
        meter.give_back(other.held);
        Ok(self)
    }

    /// The groups of each scan.
    pub(super) fn finish(self) -> Vec<Merged> {
        let values = Arc::new(self.values);
        self.groups.into_iter().map(|groups| Merged { groups, values: Arc::clone(&values) }).collect()
    }
}

/// Where the numbers of a dictionary are.
fn place<'d>(known: &mut Vec<Numbers<'d>>, dictionary: &'d Arc<Dictionary>) -> usize {
    let place = known.iter().position(|numbers| Arc::ptr_eq(numbers.dictionary, dictionary));
    place.unwrap_or_else(|| {
        known.push(Numbers { dictionary, numbers: vec![NONE; dictionary.len()] });
        known.len() - 1
    })
}
