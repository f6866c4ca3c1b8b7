//! Groups of one scan within one day: from codes to dense indexes.

use std::collections::HashMap;

use super::partial::Sums;

/// Up to this many combinations of codes are looked up in a table, more are hashed.
const TABLE: usize = 1 << 18;

/// No group, visitor or visit yet.
const NONE: u32 = u32::MAX;

/// The groups seen so far.
#[derive(Debug)]
pub(super) struct DayGroups {
    index: Index,
    /// Codes of each group, one a dimension.
    codes: Vec<u32>,
    width: usize,
    groups: Vec<Group>,
}

#[derive(Debug)]
enum Index {
    /// Position is the mixed-radix number of the codes.
    Table {
        sizes: Vec<usize>,
        groups: Vec<u32>,
    },
    Hash(HashMap<Box<[u32]>, u32>),
}

/// Sums of a group, and who was counted last: visitors and visits are adjacent, so a repetition is seen at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) sums: Sums,
    pub(super) last_visitor: u32,
    pub(super) last_visit: u32,
    pub(super) last_engaged: u32,
}

impl DayGroups {
    /// For codes below the given sizes, one a dimension.
    pub(super) fn new(sizes: Vec<usize>) -> Self {
        let width = sizes.len();
        let product = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        let index = match product.filter(|product| *product <= TABLE) {
            Some(product) => Index::Table { sizes, groups: vec![NONE; product] },
            None => Index::Hash(HashMap::new()),
        };
        Self { index, codes: Vec::new(), width, groups: Vec::new() }
    }

    /// The group of these codes.
    #[inline]
    pub(super) fn at(&mut self, codes: &[u32]) -> &mut Group {
        let group = self.number(codes);
        &mut self.groups[group as usize]
    }

    /// The number of the group of these codes.
    #[inline]
    pub(super) fn number(&mut self, codes: &[u32]) -> u32 {
        let next = u32::try_from(self.groups.len()).unwrap_or(NONE);
        let group = match &mut self.index {
            Index::Table { sizes, groups } => {
                let slot = codes.iter().zip(sizes).fold(0, |slot, (code, size)| slot * *size + *code as usize);
                if groups[slot] == NONE {
                    groups[slot] = next;
                }
                groups[slot]
            }
            Index::Hash(groups) => {
                let known = groups.get(codes).copied();
                if known.is_none() {
                    groups.insert(codes.into(), next);
                }
                known.unwrap_or(next)
            }
        };
        if group == next {
            self.codes.extend_from_slice(codes);
            let sums = Sums::default();
            self.groups.push(Group { sums, last_visitor: NONE, last_visit: NONE, last_engaged: NONE });
        }
        group
    }

    /// The group of that number.
    pub(super) fn numbered(&mut self, group: u32) -> &mut Group {
        &mut self.groups[group as usize]
    }

    /// Codes and sums of all groups.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u32], &Sums)> {
        let codes = |group: usize| &self.codes[group * self.width..(group + 1) * self.width];
        self.groups.iter().enumerate().map(move |(index, group)| (codes(index), &group.sums))
    }
}
