//! Sums by the number of a group.

/// One entry a group; grows where groups are numbered as they are met.
#[derive(Debug)]
pub(super) struct Table<T> {
    entries: Vec<T>,
}

impl<T: Clone + Copy + Default> Table<T> {
    /// Room for that many groups.
    pub(super) fn new(groups: usize) -> Self {
        Self { entries: vec![T::default(); groups] }
    }

    /// The entry of a group.
    #[inline]
    pub(super) fn at(&mut self, group: usize) -> &mut T {
        if group >= self.entries.len() {
            self.entries.resize(group + 1, T::default());
        }
        &mut self.entries[group]
    }

    /// The entry of a group, nothing if it was never met.
    pub(super) fn get(&self, group: usize) -> T {
        self.entries.get(group).copied().unwrap_or_default()
    }
}

/// Somebody or something counted last: rows of a visitor and of a visit are adjacent, so a repetition is seen at once. Kept as
/// one more than the ordinal, so that 0 is nobody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last(u32);

impl Last {
    /// Whether it is another than last time; remembers it.
    #[inline]
    pub(super) fn is_new(&mut self, ordinal: u32) -> bool {
        // Ordinals are below `u32::MAX`: a day is refused more rows.
        let mark = ordinal.wrapping_add(1);
        let new = self.0 != mark;
        self.0 = mark;
        new
    }
}
