//! The attributes of an event as one number: a visit's events share them, so that most events bring nothing new.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::layout::ATTRIBUTES;

/// Codes of the attributes, each combination once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tuples {
    tuples: Vec<[u32; ATTRIBUTES]>,
    index: HashTable<u32>,
    // Codes are given by us in order of arrival: nobody can aim at collisions, a fast hash will do.
    hasher: DefaultHashBuilder,
}

impl Tuples {
    /// The number of a combination, a new one where it is unknown.
    pub(crate) fn code(&mut self, tuple: &[u32; ATTRIBUTES]) -> u32 {
        let (tuples, hasher) = (&mut self.tuples, &self.hasher);
        let same = |code: &u32| tuples[*code as usize] == *tuple;
        let rehash = |code: &u32| hasher.hash_one(tuples[*code as usize]);
        match self.index.entry(hasher.hash_one(tuple), same, rehash) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                // At most one new combination an event, and those are counted in u32.
                let code = u32::try_from(tuples.len()).unwrap_or(u32::MAX);
                place.insert(code);
                tuples.push(*tuple);
                code
            }
        }
    }

    /// The combination of a number that [`Tuples::code`] gave.
    pub(crate) fn get(&self, code: u32) -> &[u32; ATTRIBUTES] {
        &self.tuples[code as usize]
    }

    pub(crate) fn bytes(&self) -> usize {
        self.tuples.capacity() * size_of::<[u32; ATTRIBUTES]>() + self.index.allocation_size()
    }
}
