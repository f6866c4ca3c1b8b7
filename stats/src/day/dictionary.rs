//! Dictionary coding: a column is narrow codes into a small table of distinct texts.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::texts::Texts;

/// The distinct texts of a column. Code 0 is always blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dictionary {
    texts: Texts,
    /// The same for the same text in whatever dictionary of this process, so that dictionaries are added up without hashing.
    hashes: Vec<u32>,
}

impl Default for Dictionary {
    fn default() -> Self {
        let mut dictionary = Self { texts: Texts::default(), hashes: Vec::new() };
        dictionary.push("", 0);
        dictionary
    }
}

/// The hash of a text. Texts come from strangers: the keyed hash of the standard library keeps them from choosing collisions.
fn hash(text: &str) -> u32 {
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let hash = KEYS.hash_one(text);
    (hash >> 32) as u32
}

/// A hash as tables want it: they look at both ends.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Dictionary {
    /// Number of codes.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The text of a code.
    #[inline]
    pub(crate) fn text(&self, code: u32) -> &str {
        self.texts.get(code)
    }

    /// All texts, by code.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// The same codes for other texts.
    pub(super) fn renamed<'t>(&'t self, name: impl Fn(&'t str) -> &'t str) -> Self {
        let mut renamed = Self::default();
        for text in self.texts().skip(1).map(name) {
            renamed.push(text, hash(text));
        }
        renamed
    }

    /// A dictionary of some of the texts, whose codes are replaced.
    pub(crate) fn narrowed<'c>(&self, codes: impl Iterator<Item = &'c mut u32>) -> Self {
        let mut narrowed = Self::default();
        let mut known = vec![None; self.len()];
        known[0] = Some(0);
        for code in codes {
            let index = *code as usize;
            *code = *known[index].get_or_insert_with(|| narrowed.push(self.text(*code), self.hashes[index]));
        }
        narrowed.texts.shrink();
        narrowed.hashes.shrink_to_fit();
        narrowed
    }

    fn push(&mut self, text: &str, hash: u32) -> u32 {
        self.hashes.push(hash);
        self.texts.push(text)
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.texts.bytes() + self.hashes.capacity() * size_of::<u32>()
    }
}

/// A dictionary that still grows.
#[derive(Clone, Debug, Default)]
pub(crate) struct DictionaryBuilder {
    dictionary: Dictionary,
    /// Codes by text: a text is kept once.
    codes: HashTable<u32>,
}

impl DictionaryBuilder {
    /// The code of a text, a new one where it is unknown.
    pub(crate) fn code(&mut self, value: &str) -> u32 {
        if value.is_empty() { 0 } else { self.hashed(value, hash(value)) }
    }

    /// The code of a text of another dictionary.
    #[inline]
    pub(crate) fn translate(&mut self, other: &Dictionary, code: u32) -> u32 {
        if code == 0 { 0 } else { self.hashed(other.text(code), other.hashes[code as usize]) }
    }

    /// The code of a text that is known.
    pub(crate) fn find(&self, value: &str) -> Option<u32> {
        if value.is_empty() {
            return Some(0);
        }
        self.codes.find(spread(hash(value)), |code| self.dictionary.text(*code) == value).copied()
    }

    #[inline]
    fn hashed(&mut self, value: &str, hash: u32) -> u32 {
        let dictionary = &mut self.dictionary;
        let same = |code: &u32| dictionary.text(*code) == value;
        let rehash = |code: &u32| spread(dictionary.hashes[*code as usize]);
        match self.codes.entry(spread(hash), same, rehash) {
            Entry::Occupied(known) => *known.get(),
            // A day is refused more than u32::MAX events, and each brings at most one new text to a column; what is added
            // up of many days ends at the budget long before.
            Entry::Vacant(place) => *place.insert(dictionary.push(value, hash)).get(),
        }
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The texts alone.
    pub(crate) fn into_dictionary(self) -> Dictionary {
        self.dictionary
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.dictionary.bytes() + self.codes.allocation_size()
    }
}

/// A column of codes in the narrowest type that holds them.
#[derive(Clone, Debug)]
pub(crate) enum Codes {
    /// One value, blank: its codes take no memory.
    Blank(Box<[()]>),
    /// At most 256 distinct values.
    U8(Box<[u8]>),
    /// At most 65,536 distinct values.
    U16(Box<[u16]>),
    /// More.
    U32(Box<[u32]>),
}

impl Codes {
    /// Packs codes below `distinct`.
    pub(super) fn pack(codes: impl Iterator<Item = u32>, distinct: usize) -> Self {
        let mut packing = Packing::new(codes.size_hint().0, distinct);
        packing.extend(codes);
        packing.finish()
    }

    /// The code at an index.
    #[inline]
    pub(crate) fn at(&self, index: usize) -> u32 {
        match self {
            Self::Blank(_) => 0,
            Self::U8(codes) => u32::from(codes[index]),
            Self::U16(codes) => u32::from(codes[index]),
            Self::U32(codes) => codes[index],
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Blank(codes) => codes.len(),
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Blank(_) => 0,
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len() * 2,
            Self::U32(codes) => codes.len() * 4,
        }
    }
}

/// [`Codes`] that still grow.
pub(super) enum Packing {
    Blank(Vec<()>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl Packing {
    /// For so many codes below `distinct`.
    pub(super) fn new(codes: usize, distinct: usize) -> Self {
        if distinct <= 1 {
            Self::Blank(Vec::new())
        } else if distinct <= 1 << 8 {
            Self::U8(Vec::with_capacity(codes))
        } else if distinct <= 1 << 16 {
            Self::U16(Vec::with_capacity(codes))
        } else {
            Self::U32(Vec::with_capacity(codes))
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "codes are below `distinct`")]
    pub(super) fn extend(&mut self, codes: impl Iterator<Item = u32>) {
        match self {
            Self::Blank(packed) => packed.extend(codes.map(|_| ())),
            Self::U8(packed) => packed.extend(codes.map(|code| code as u8)),
            Self::U16(packed) => packed.extend(codes.map(|code| code as u16)),
            Self::U32(packed) => packed.extend(codes),
        }
    }

    pub(super) fn finish(self) -> Codes {
        match self {
            Self::Blank(packed) => Codes::Blank(packed.into()),
            Self::U8(packed) => Codes::U8(packed.into()),
            Self::U16(packed) => Codes::U16(packed.into()),
            Self::U32(packed) => Codes::U32(packed.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(texts: &[&str]) -> DictionaryBuilder {
        let mut builder = DictionaryBuilder::default();
        for text in texts {
            builder.code(text);
        }
        builder
    }

    #[test]
    fn a_text_is_found_from_another_dictionary() {
        let theirs = dictionary(&["/a", "/b", "/c"]).into_dictionary();
        let mut ours = dictionary(&["/c", "/d"]);
        let codes: Vec<u32> = (0..4).map(|code| ours.translate(&theirs, code)).collect();
        assert_eq!(codes, [0, 3, 4, 1]);
        assert_eq!(["", "/b", "/e"].map(|text| ours.find(text)), [Some(0), Some(4), None]);
    }

    #[test]
    fn a_narrowed_dictionary_has_what_its_codes_stand_for() {
        let all = dictionary(&["/a", "/b", "/c", "/d"]).into_dictionary();
        let mut codes = [3, 0, 1, 3];
        let narrowed = all.narrowed(codes.iter_mut());
        assert_eq!(codes.map(|code| narrowed.text(code)), ["/c", "", "/a", "/c"]);
        assert_eq!(narrowed, dictionary(&["/c", "/a"]).into_dictionary());
    }
}
