//! The sum over the values of all events of a segment, independent of how they are stored.
//!
//! XXH3 over one run of bytes an event, little-endian: visitor, instant, kind, whether interactive, engaged milliseconds; then
//! a tag and the value of scroll depth and revenue where there are any; then the hashes of the texts that are not blank, in
//! the order of [`Text::all`]. A text's hash is seeded by its column's name. What is blank adds nothing, so columns that later formats
//! add leave the sums of older segments alone.

use std::hash::Hasher;

use twox_hash::XxHash3_64;

use super::schema::{Text, kind_name};
use crate::event::EventKind;

/// A sum that still grows.
pub(super) struct Checksum(XxHash3_64);

/// The values of an event that are no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) visitor: i64,
    pub(crate) ts: i64,
    pub(crate) kind: EventKind,
    pub(crate) interactive: bool,
    pub(crate) engaged_ms: u32,
    pub(crate) scroll_depth: Option<u8>,
    pub(crate) revenue: Option<i64>,
}

impl Checksum {
    pub(super) fn new() -> Self {
        Self(XxHash3_64::new())
    }

    /// Adds the next event, given the hashes of its texts by [`text_hash`].
    pub(super) fn add(&mut self, numbers: &Numbers, texts: impl Iterator<Item = u64>) {
        let mut bytes = [0; 8 * (7 + Text::COUNT)];
        let mut length = 0;
        let mut put = |part: &[u8]| {
            bytes[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        };
        put(&numbers.visitor.to_le_bytes());
        put(&numbers.ts.to_le_bytes());
        put(&kind_name(numbers.kind).as_bytes()[..1]);
        put(&[u8::from(numbers.interactive)]);
        put(&numbers.engaged_ms.to_le_bytes());
        if let Some(depth) = numbers.scroll_depth {
            put(&[b's', depth]);
        }
        if let Some(amount) = numbers.revenue {
            put(b"r");
            put(&amount.to_le_bytes());
        }
        texts.filter(|hash| *hash != BLANK).take(Text::COUNT).for_each(|hash| put(&hash.to_le_bytes()));
        self.0.write(&bytes[..length]);
    }

    pub(super) fn finish(&self) -> u64 {
        self.0.finish()
    }
}

/// Stands for a blank text.
const BLANK: u64 = 0;

/// What a text adds.
pub(super) fn text_hash(column: Text, text: &str) -> u64 {
    if text.is_empty() {
        return BLANK;
    }
    let seed = XxHash3_64::oneshot(column.name().as_bytes());
    XxHash3_64::oneshot_with_seed(seed, text.as_bytes()).max(BLANK + 1)
}
