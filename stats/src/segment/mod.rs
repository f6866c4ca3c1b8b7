//! Sealed segments: events of one site's local day as one immutable Parquet file in memory.
//!
//! Pure: bytes in, bytes out; where they are kept is the store's matter. `docs/segments.md` is the format for those who open a
//! segment with other tools.
//!
//! ```text
//! Event ─▶ SegmentWriter ─▶ bytes ─┬▶ SegmentReader::events   every field of every event: checks, sealing again, export
//!                                  └▶ DayBuilder::push_segment  codes to codes, no text a row: questions
//! ```
//!
//! Invariants:
//! - Rows are sorted by visitor, instant and arrival; the order of rows is the order of arrival of what is otherwise equal.
//! - Nothing of an event is lost, but that empty properties become no properties, which mean the same.
//! - All text columns are dictionary coded throughout, so that readers can take codes for texts.
//! - Bytes that changed are refused before anything reads them ([`seal`]); an event's values are summed up apart from how
//!   they are stored, so that a reading proves the writing ([`checksum`]).

mod checksum;
mod columns;
mod error;
mod hybrid;
mod reader;
mod schema;
mod seal;
#[cfg(test)]
mod tests;
mod texts;
mod writer;

pub use error::SegmentError;
pub use reader::SegmentReader;
pub use schema::FORMAT;
pub use writer::{PART_EVENTS, PART_TEXT, Segment, SegmentWriter};

pub(crate) use columns::{Chunk, Columns};
pub(crate) use schema::Text;
