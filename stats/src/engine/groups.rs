//! Groups of one scan and their sums, added up.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::needs::{Measure, Needs, Sums};
use super::partial::Partial;
use super::plan::Scan;
use crate::day::Dictionary;
use crate::dimension::Dimension;

/// The groups of a scan; what their members are called is known elsewhere.
#[derive(Debug)]
pub(super) struct Groups {
    width: usize,
    /// One entry a group and dimension: the number of a value, or of a bucket.
    members: Vec<u32>,
    index: Index,
    measures: Vec<Measure>,
    /// One entry a group and measure.
    sums: Vec<u64>,
    count: usize,
    /// Where the time dimension is.
    time: Option<usize>,
    hasher: DefaultHashBuilder,
}

/// Finds a group by its members.
#[derive(Debug)]
enum Index {
    /// One dimension or none, and members that lie close: by the only member, [`NONE`] where there is no group.
    Table(Vec<u32>),
    Hash(HashTable<u32>),
}

const NONE: u32 = u32::MAX;

/// How long a table may be, and how much longer for each group in it: numbers are given out to the values of all scans, so
/// those of one may lie far apart.
const TABLE: usize = 1 << 16;
const TABLE_A_GROUP: usize = 64;

impl Groups {
    /// No groups yet.
    pub(super) fn new(scan: &Scan) -> Self {
        let width = scan.dimensions.len();
        Self {
            width,
            members: Vec::new(),
            index: if width < 2 { Index::Table(Vec::new()) } else { Index::Hash(HashTable::new()) },
            measures: Needs::measures(scan.needs),
            sums: Vec::new(),
            count: 0,
            time: scan.dimensions.iter().position(Dimension::is_time),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The sums of a group.
    pub(super) fn sums(&self, group: u32) -> Sums {
        let stride = self.measures.len();
        Sums::read(&self.measures, &self.sums[group as usize * stride..][..stride])
    }

    /// A dimension of a group.
    pub(super) fn member(&self, group: u32, dimension: usize) -> u32 {
        self.members[group as usize * self.width + dimension]
    }

    /// Whether the members of a dimension are buckets.
    pub(super) fn is_time(&self, dimension: usize) -> bool {
        self.time == Some(dimension)
    }

    /// The group of these members.
    #[inline]
    pub(super) fn find(&self, members: &[u32]) -> Option<u32> {
        match &self.index {
            Index::Table(table) => table.get(slot(members)).copied().filter(|group| *group != NONE),
            Index::Hash(table) => {
                let same = |group: &u32| self.members[*group as usize * self.width..][..self.width] == *members;
                table.find(self.hasher.hash_one(members), same).copied()
            }
        }
    }

    /// The number of the group of these members, a new one if need be.
    #[inline]
    pub(super) fn ensure(&mut self, members: &[u32]) -> u32 {
        self.find(members).unwrap_or_else(|| self.insert(members))
    }

    fn insert(&mut self, members: &[u32]) -> u32 {
        let group = u32::try_from(self.count).unwrap_or(NONE);
        self.members.extend_from_slice(members);
        self.sums.resize(self.sums.len() + self.measures.len(), 0);
        self.count += 1;
        let slot = slot(members);
        if matches!(&self.index, Index::Table(_)) && slot > TABLE + TABLE_A_GROUP * self.count {
            self.index = Index::Hash(HashTable::new());
            for group in 0..group {
                self.file(group);
            }
        }
        self.file(group);
        group
    }

    /// Makes a group found.
    fn file(&mut self, group: u32) {
        let of = |group: u32| &self.members[group as usize * self.width..][..self.width];
        match &mut self.index {
            Index::Table(table) => {
                let slot = slot(of(group));
                if slot >= table.len() {
                    table.resize(slot + 1, NONE);
                }
                table[slot] = group;
            }
            Index::Hash(table) => {
                let hash = |group: &u32| self.hasher.hash_one(of(*group));
                table.insert_unique(hash(&group), group, hash);
            }
        }
    }

    /// Adds what a part contributes; all of it to that bucket, or its buckets to that one and the following. The numbers of
    /// its values are given by its dimensions and codes.
    pub(super) fn add(&mut self, partial: &Partial, first_bucket: u32, numbers: &[&[u32]]) {
        let (stride, width) = (self.measures.len(), partial.width());
        if let ([numbers], None) = (numbers, self.time) {
            for (code, added) in partial.members.iter().zip(partial.sums.chunks(stride)) {
                let group = self.ensure(&[numbers[*code as usize]]);
                self.add_sums(group, added);
            }
            return;
        }
        // A part with one bucket knows no time: it comes in here.
        let bare = self.time.filter(|_| width < self.width);
        let mut members = vec![first_bucket; self.width];
        for group in 0..partial.groups() {
            let mut theirs = partial.members[group * width..][..width].iter().zip(numbers);
            for (dimension, member) in members.iter_mut().enumerate() {
                if bare == Some(dimension) {
                    continue;
                }
                let Some((code, numbers)) = theirs.next() else { continue };
                *member = if self.time == Some(dimension) { first_bucket + code } else { numbers[*code as usize] };
            }
            let mine = self.ensure(&members);
            self.add_sums(mine, &partial.sums[group * stride..][..stride]);
        }
    }

    #[inline]
    fn add_sums(&mut self, group: u32, added: &[u64]) {
        let sums = &mut self.sums[group as usize * self.measures.len()..];
        for (sum, added) in sums.iter_mut().zip(added) {
            *sum += added;
        }
    }

    /// As what a part contributes that has all buckets; of dimensions with these values.
    pub(super) fn into_partial(self, values: &Arc<Dictionary>) -> Partial {
        let values = (0..self.width).map(|dimension| (!self.is_time(dimension)).then(|| Arc::clone(values))).collect();
        Partial { values, members: self.members, sums: self.sums, groups: self.count }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let index = match &self.index {
            Index::Table(table) => table.capacity() * size_of::<u32>(),
            Index::Hash(table) => table.allocation_size(),
        };
        index + self.members.capacity() * size_of::<u32>() + self.sums.capacity() * size_of::<u64>()
    }
}

/// Where a table has the group of these members, one or none.
fn slot(members: &[u32]) -> usize {
    members.first().map_or(0, |member| *member as usize)
}
