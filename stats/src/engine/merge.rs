//! The contributions of many parts to one scan, added up.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::budget::{BudgetError, Meter};
use super::needs::{Measure, Needs, Sums};
use super::partial::Partial;
use super::plan::Scan;
use crate::texts::Texts;

/// The groups of a scan over all parts.
#[derive(Debug)]
pub(crate) struct Merged {
    /// One a dimension; nothing in that of time.
    values: Vec<Values>,
    /// One entry a group and dimension: an index into the values, or the number of a bucket.
    members: Vec<u32>,
    index: Index,
    measures: Vec<Measure>,
    /// One entry a group and measure.
    sums: Vec<u64>,
    groups: usize,
    /// Where the time dimension is.
    time: Option<usize>,
    hasher: DefaultHashBuilder,
}

/// Finds a group by its members.
#[derive(Debug)]
enum Index {
    /// One dimension or none: by its only member, [`NONE`] where there is no group.
    Table(Vec<u32>),
    Hash(HashTable<u32>),
}

const NONE: u32 = u32::MAX;

/// The distinct values of a dimension.
#[derive(Debug, Default)]
struct Values {
    texts: Texts,
    index: HashTable<u32>,
}

impl Values {
    fn intern(&mut self, text: &str, hasher: &DefaultHashBuilder) -> u32 {
        let Self { texts, index } = self;
        let entry = index.entry(
            hasher.hash_one(text.as_bytes()),
            |known| texts.bytes_of(*known) == text.as_bytes(),
            |known| hasher.hash_one(texts.bytes_of(*known)),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(place) => {
                let added = texts.push(text);
                place.insert(added);
                added
            }
        }
    }

    fn find(&self, text: &str, hasher: &DefaultHashBuilder) -> Option<u32> {
        self.index
            .find(hasher.hash_one(text.as_bytes()), |known| self.texts.bytes_of(*known) == text.as_bytes())
            .copied()
    }

    fn bytes(&self) -> usize {
        self.texts.bytes() + self.index.capacity() * size_of::<u32>()
    }
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
    /// No groups yet.
    pub(crate) fn new(scan: &Scan) -> Self {
        let width = scan.dimensions.len();
        Self {
            values: scan.dimensions.iter().map(|_| Values::default()).collect(),
            members: Vec::new(),
            index: if width < 2 { Index::Table(Vec::new()) } else { Index::Hash(HashTable::new()) },
            measures: Needs::measures(scan.needs),
            sums: Vec::new(),
            groups: 0,
            time: scan.dimensions.iter().position(crate::dimension::Dimension::is_time),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.groups
    }

    /// The sums of a group.
    pub(crate) fn sums(&self, group: u32) -> Sums {
        let stride = self.measures.len();
        Sums::read(&self.measures, &self.sums[group as usize * stride..][..stride])
    }

    /// A dimension of a group.
    pub(crate) fn member(&self, group: u32, dimension: usize) -> Member<'_> {
        let member = self.members[group as usize * self.values.len() + dimension];
        if self.time == Some(dimension) { Member::Bucket(member) } else { self.text(dimension, member) }
    }

    fn text(&self, dimension: usize, member: u32) -> Member<'_> {
        Member::Text(self.values[dimension].texts.get(member))
    }

    /// The group of these members.
    pub(crate) fn find<'m>(&self, members: impl Iterator<Item = Member<'m>>) -> Option<u32> {
        let members: Option<Vec<u32>> = members
            .zip(&self.values)
            .map(|(member, values)| match member {
                Member::Bucket(bucket) => Some(bucket),
                Member::Text(text) => values.find(text, &self.hasher),
            })
            .collect();
        self.group_of(&members?)
    }

    fn group_of(&self, members: &[u32]) -> Option<u32> {
        let width = self.values.len();
        match &self.index {
            Index::Table(table) => {
                let slot = members.first().map_or(0, |member| *member as usize);
                table.get(slot).copied().filter(|group| *group != NONE)
            }
            Index::Hash(table) => {
                let same = |group: &u32| self.members[*group as usize * width..][..width] == *members;
                table.find(self.hasher.hash_one(members), same).copied()
            }
        }
    }

    /// The number of the group of these members, a new one if need be.
    pub(crate) fn ensure(&mut self, members: &[u32]) -> u32 {
        let width = self.values.len();
        let next = u32::try_from(self.groups).unwrap_or(NONE);
        let group = match &mut self.index {
            Index::Table(table) => {
                let slot = members.first().map_or(0, |member| *member as usize);
                if slot >= table.len() {
                    table.resize(slot + 1, NONE);
                }
                if table[slot] == NONE {
                    table[slot] = next;
                }
                table[slot]
            }
            Index::Hash(table) => {
                let known = &self.members;
                let of = |group: &u32| &known[*group as usize * width..][..width];
                *table
                    .entry(
                        self.hasher.hash_one(members),
                        |group| of(group) == members,
                        |group| self.hasher.hash_one(of(group)),
                    )
                    .or_insert(next)
                    .get()
            }
        };
        if group == next {
            self.members.extend_from_slice(members);
            self.sums.resize(self.sums.len() + self.measures.len(), 0);
            self.groups += 1;
        }
        group
    }

    /// Adds what a part contributes; all of it to that bucket, or its buckets to that one and the following.
    pub(crate) fn add(
        &mut self,
        scan: &Scan,
        partial: &Partial,
        first_bucket: u32,
        meter: &Meter,
    ) -> Result<(), BudgetError> {
        let before = self.bytes();
        let width = self.values.len();
        if width == 1 && self.time.is_none() && partial.members().is_none() {
            self.add_values(partial);
            return meter.hold(self.bytes().saturating_sub(before), &scan.dimensions);
        }
        // A part with one bucket knows no time: it comes in here.
        let bare = self.time.filter(|_| partial.width() < width);
        let mut theirs = partial.values.iter();
        let known: Vec<Option<Vec<u32>>> = (0..width)
            .map(|dimension| {
                let texts = if bare == Some(dimension) { None } else { theirs.next() };
                let texts = texts.filter(|_| self.time != Some(dimension))?;
                let values = &mut self.values[dimension];
                Some(texts.iter().map(|text| values.intern(text, &self.hasher)).collect())
            })
            .collect();
        let (own_width, stride) = (partial.width(), self.measures.len());
        let mut members = vec![first_bucket; width];
        for group in 0..partial.groups() {
            // Without members there is one dimension, and each value is a group.
            let value = [u32::try_from(group).unwrap_or(NONE)];
            let own =
                partial.members().map_or(&value[..own_width.min(1)], |all| &all[group * own_width..][..own_width]);
            let mut own = own.iter();
            for (dimension, member) in members.iter_mut().enumerate() {
                if bare == Some(dimension) {
                    continue;
                }
                let Some(own) = own.next() else { continue };
                *member = known[dimension].as_ref().map_or(first_bucket + own, |known| known[*own as usize]);
            }
            let mine = self.ensure(&members) as usize;
            let sums = &mut self.sums[mine * stride..][..stride];
            for (sum, added) in sums.iter_mut().zip(&partial.sums[group * stride..][..stride]) {
                *sum += added;
            }
        }
        meter.hold(self.bytes().saturating_sub(before), &scan.dimensions)
    }

    /// Adds a part of one dimension with values, each of which is a group.
    fn add_values(&mut self, partial: &Partial) {
        let stride = self.measures.len();
        let texts = partial.values.iter().flat_map(Texts::iter);
        for (text, added) in texts.zip(partial.sums.chunks(stride)) {
            let member = self.values[0].intern(text, &self.hasher);
            let mine = self.ensure(&[member]) as usize;
            let sums = &mut self.sums[mine * stride..][..stride];
            for (sum, added) in sums.iter_mut().zip(added) {
                *sum += added;
            }
        }
    }

    fn bytes(&self) -> usize {
        let values: usize = self.values.iter().map(Values::bytes).sum();
        let index = match &self.index {
            Index::Table(table) => table.capacity(),
            Index::Hash(table) => table.capacity(),
        };
        values + (self.members.capacity() + index) * size_of::<u32>() + self.sums.capacity() * size_of::<u64>()
    }
}
