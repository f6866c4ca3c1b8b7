//! Dictionary coding: a column is narrow codes into a small table of distinct texts.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The distinct texts of a column. Code 0 is always blank.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary {
    values: Vec<Arc<str>>,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { values: vec![Arc::from("")] }
    }
}

impl Dictionary {
    /// Number of codes.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// All texts, by code.
    pub(crate) fn values(&self) -> &[Arc<str>] {
        &self.values
    }

    pub(super) fn bytes(&self) -> usize {
        // A shared text has two counters before its bytes.
        let text = |value: &Arc<str>| value.len() + 4 * size_of::<usize>();
        size_of::<Self>() + self.values.iter().map(text).sum::<usize>()
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
        let (values, hasher) = (&mut self.dictionary.values, &self.hasher);
        let same = |code: &u32| &*values[*code as usize] == value;
        let rehash = |code: &u32| hasher.hash_one(&*values[*code as usize]);
        match self.codes.entry(hasher.hash_one(value), same, rehash) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                // A day is refused more than u32::MAX events, and each brings at most one new text to a column.
                let code = u32::try_from(values.len()).unwrap_or(u32::MAX);
                place.insert(code);
                values.push(Arc::from(value));
                code
            }
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
    /// At most 256 distinct values.
    U8(Box<[u8]>),
    /// At most 65,536 distinct values.
    U16(Box<[u16]>),
    /// More.
    U32(Box<[u32]>),
}

impl Codes {
    /// Packs codes below `distinct`.
    #[expect(clippy::cast_possible_truncation, reason = "codes are below `distinct`")]
    pub(super) fn pack(codes: impl Iterator<Item = u32>, distinct: usize) -> Self {
        if distinct <= 1 << 8 {
            Self::U8(codes.map(|code| code as u8).collect())
        } else if distinct <= 1 << 16 {
            Self::U16(codes.map(|code| code as u16).collect())
        } else {
            Self::U32(codes.collect())
        }
    }

    /// The code at an index.
    #[inline]
    pub(crate) fn at(&self, index: usize) -> u32 {
        match self {
            Self::U8(codes) => u32::from(codes[index]),
            Self::U16(codes) => u32::from(codes[index]),
            Self::U32(codes) => codes[index],
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len() * 2,
            Self::U32(codes) => codes.len() * 4,
        }
    }
}
