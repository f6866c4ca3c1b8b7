//! Which group a row or a visit belongs to.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::day::{Column, Day, Dictionary, Level};
use crate::dimension::{Dimension, VisitDimension};
use crate::query::limits;
use crate::time::MINUTE;

/// Up to this many combinations of codes are looked up in a table, more are hashed.
const TABLE: usize = 1 << 16;

/// No group yet.
const NONE: u32 = u32::MAX;

/// The groups of a question about one day. Of one dimension, a group's number is its code; of several, groups are numbered as
/// they are met.
pub(super) struct Grouping<'d> {
    axes: Vec<Axis<'d>>,
    /// Codes at hand, one an axis.
    codes: [u32; limits::DIMENSIONS],
    joined: Option<Joined>,
}

/// One dimension over this day.
pub(super) enum Axis<'d> {
    Time(Clock),
    Visit(Column<'d>),
    /// The second column is what whole visits are measured under: where they entered.
    Row(Column<'d>, Option<Column<'d>>),
}

impl<'d> Axis<'d> {
    fn of(day: &'d Day, dimension: &Dimension, bucket_ends: &[i64]) -> Self {
        let entry = match dimension {
            Dimension::Page => Some(VisitDimension::EntryPage),
            Dimension::Hostname => Some(VisitDimension::EntryPageHostname),
            _ => None,
        };
        match day.column(dimension) {
            None => Self::Time(Clock::new(bucket_ends)),
            Some(column) if column.level == Level::Visit => Self::Visit(column),
            Some(column) => Self::Row(column, entry.map(|entry| day.visit_column(entry))),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Time(clock) => clock.ends.len() + 1,
            Self::Visit(column) | Self::Row(column, _) => column.distinct(),
        }
    }
}

impl<'d> Grouping<'d> {
    /// Groups by the dimensions, at most `limit` of them.
    pub(super) fn new(day: &'d Day, dimensions: &[Dimension], bucket_ends: &[i64], limit: usize) -> Self {
        let axes: Vec<Axis<'d>> = dimensions.iter().map(|dimension| Axis::of(day, dimension, bucket_ends)).collect();
        let joined = (axes.len() > 1).then(|| Joined::new(axes.iter().map(Axis::size).collect(), limit));
        Self { axes, codes: [0; limits::DIMENSIONS], joined }
    }

    pub(super) fn axes(&self) -> &[Axis<'d>] {
        &self.axes
    }

    /// Whether all events of a visit are in one group.
    pub(super) fn is_of_visits(&self) -> bool {
        self.axes.iter().all(|axis| matches!(axis, Axis::Visit(_)))
    }

    /// Number of groups so far; of one dimension, of its codes.
    pub(super) fn len(&self) -> usize {
        match &self.joined {
            Some(joined) => joined.len(),
            None => self.axes.first().map_or(1, Axis::size),
        }
    }

    /// Whether there would have been more groups than the limit.
    pub(super) fn is_full(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.full)
    }

    /// The group of a row, taken at an instant (milliseconds since the start of the day).
    #[inline]
    pub(super) fn of_row(&mut self, visit: usize, row: usize, time: u32) -> usize {
        for (code, axis) in self.codes.iter_mut().zip(&self.axes) {
            *code = match axis {
                Axis::Time(clock) => clock.bucket(time),
                Axis::Visit(column) => column.codes.at(visit),
                Axis::Row(column, _) => column.codes.at(row),
            };
        }
        self.number()
    }

    /// The group that a whole visit is measured in.
    #[inline]
    pub(super) fn of_visit(&mut self, visit: usize, start: u32) -> usize {
        for (code, axis) in self.codes.iter_mut().zip(&self.axes) {
            *code = match axis {
                Axis::Time(clock) => clock.bucket(start),
                Axis::Visit(column) | Axis::Row(_, Some(column)) => column.codes.at(visit),
                Axis::Row(_, None) => 0, // refused: a visit has no such value
            };
        }
        self.number()
    }

    #[inline]
    fn number(&mut self) -> usize {
        let codes = &self.codes[..self.axes.len()];
        match &mut self.joined {
            Some(joined) => joined.number(codes) as usize,
            None => codes.first().map_or(0, |code| *code as usize),
        }
    }

    /// Calls back with the number and the codes of each group.
    pub(super) fn each(&self, mut group: impl FnMut(usize, &[u32])) {
        match (&self.joined, self.axes.len()) {
            (Some(joined), width) => {
                joined.codes.chunks(width).enumerate().for_each(|(index, codes)| group(index, codes));
            }
            (None, 0) => group(0, &[]),
            (None, _) => (0..).take(self.len()).for_each(|code| group(code as usize, &[code])),
        }
    }

    /// The values of each dimension by code; `None` for time.
    pub(super) fn values(&self) -> Vec<Option<Arc<Dictionary>>> {
        let values = |axis: &Axis<'_>| match axis {
            Axis::Time(_) => None,
            Axis::Visit(column) | Axis::Row(column, _) => Some(Arc::clone(&column.dictionary)),
        };
        self.axes.iter().map(values).collect()
    }
}

/// Buckets of a day.
pub(super) struct Clock {
    /// Ends of all but the last, in milliseconds since the start of the day.
    ends: Vec<i64>,
    /// The bucket of each minute's first instant.
    minutes: Vec<u32>,
}

impl Clock {
    fn new(ends: &[i64]) -> Self {
        let last = ends.last().copied().unwrap_or(0);
        let first_instants = (0..=last.max(0) / MINUTE).map(|minute| minute * MINUTE);
        Self {
            minutes: first_instants.map(|instant| super::to_u32(ends.partition_point(|end| *end <= instant))).collect(),
            ends: ends.to_vec(),
        }
    }

    #[inline]
    fn bucket(&self, time: u32) -> u32 {
        let time = i64::from(time);
        let minute = usize::try_from(time / MINUTE).unwrap_or(usize::MAX);
        let mut bucket = *self.minutes.get(minute).unwrap_or(&super::to_u32(self.ends.len()));
        while self.ends.get(bucket as usize).is_some_and(|end| *end <= time) {
            bucket += 1;
        }
        bucket
    }
}

/// Groups of several dimensions.
struct Joined {
    sizes: Vec<usize>,
    index: Index,
    /// Codes of each group, one a dimension.
    codes: Vec<u32>,
    limit: usize,
    full: bool,
    hasher: DefaultHashBuilder,
}

enum Index {
    /// Position is the mixed-radix number of the codes.
    Table(Vec<u32>),
    Hash(HashTable<u32>),
}

impl Joined {
    fn new(sizes: Vec<usize>, limit: usize) -> Self {
        let product = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        let index = match product.filter(|product| *product <= TABLE) {
            Some(product) => Index::Table(vec![NONE; product]),
            None => Index::Hash(HashTable::new()),
        };
        Self { sizes, index, codes: Vec::new(), limit, full: false, hasher: DefaultHashBuilder::default() }
    }

    fn len(&self) -> usize {
        self.codes.len() / self.sizes.len()
    }

    fn number(&mut self, codes: &[u32]) -> u32 {
        let next = super::to_u32(self.len());
        let room = self.len() < self.limit;
        let known = &self.codes;
        let of = |group: &u32| &known[*group as usize * codes.len()..][..codes.len()];
        let found = match &mut self.index {
            Index::Table(table) => {
                let slot = codes.iter().zip(&self.sizes).fold(0, |slot, (code, size)| slot * size + *code as usize);
                if table[slot] == NONE && room {
                    table[slot] = next;
                }
                Some(table[slot]).filter(|group| *group != NONE)
            }
            Index::Hash(table) => {
                let hash = self.hasher.hash_one(codes);
                match table.find(hash, |group| of(group) == codes) {
                    Some(group) => Some(*group),
                    None if room => {
                        table.insert_unique(hash, next, |group| self.hasher.hash_one(of(group)));
                        Some(next)
                    }
                    None => None,
                }
            }
        };
        let Some(group) = found else {
            // The answer is refused in the end; until then it takes no more memory.
            self.full = true;
            return 0;
        };
        if group == next {
            self.codes.extend_from_slice(codes);
        }
        group
    }
}
