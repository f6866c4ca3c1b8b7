//! Dictionary coding: a column is narrow codes into a small table of distinct texts.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::texts::Texts;

/// The distinct texts of a column. Code 0 is always blank.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary(Texts);

impl Default for Dictionary {
    fn default() -> Self {
        let mut texts = Texts::default();
        texts.push("");
        Self(texts)
    }
}

impl Dictionary {
    /// Number of codes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The text of a code.
    #[inline]
    pub(crate) fn text(&self, code: u32) -> &str {
        self.0.get(code)
    }

    /// All texts, by code.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.0.bytes()
    }
}

/// A dictionary that still grows.
#[derive(Clone, Debug, Default)]
pub(crate) struct DictionaryBuilder {
    dictionary: Dictionary,
    /// Codes by text: a text is kept once.
    codes: HashTable<u32>,
    // Texts come from strangers: the keyed hash of the standard library keeps them from choosing collisions.
    hasher: RandomState,
}

impl DictionaryBuilder {
    /// The code of a text, a new one where it is unknown.
    pub(crate) fn code(&mut self, value: &str) -> u32 {
        if value.is_empty() {
            return 0;
        }
        let (texts, hasher) = (&mut self.dictionary.0, &self.hasher);
        let same = |code: &u32| texts.get(*code) == value;
        let rehash = |code: &u32| hasher.hash_one(texts.get(*code));
        match self.codes.entry(hasher.hash_one(value), same, rehash) {
            Entry::Occupied(known) => *known.get(),
            // A day is refused more than u32::MAX events, and each brings at most one new text to a column.
            Entry::Vacant(place) => *place.insert(texts.push(value)).get(),
        }
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub(super) fn bytes(&self) -> usize {
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
