//! What stands where in an archive.

use serde::{Deserialize, Serialize};

/// How an archive begins.
pub(super) const MAGIC: [u8; 8] = *b"haru-bk\n";
/// Number of the format, 4 bytes, little-endian, behind it. Whatever older versions cannot read gets another one.
pub(super) const FORM: u32 = 1;
/// How it ends, behind the SHA-256 of all that is before that.
pub(super) const END: [u8; 8] = *b"\nbk-haru";
/// Bytes of the checksum.
pub(super) const SUM: usize = 32;

/// Most bytes of a row. A row that a server has written is far smaller: the largest is a part of a sealed day.
pub(super) const MAX_ROW: usize = 256 << 20;
/// Most bytes of the other records.
pub(super) const MAX_OTHER: usize = 1 << 20;
/// Largest window of the compression that a reader keeps in memory, as a power of two.
pub(super) const WINDOW_LOG: u32 = 23;

/// Kinds of records.
pub(super) mod record {
    pub(in super::super) const HEADER: u8 = b'H';
    pub(in super::super) const TABLE: u8 = b'T';
    pub(in super::super) const ROW: u8 = b'R';
    pub(in super::super) const TOTALS: u8 = b'E';
}

/// The first record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Version of Haru that wrote it.
    pub(crate) haru: String,
    /// Last migration of the schema.
    pub(crate) migration: String,
    /// Name of the database that it was taken from.
    pub(crate) database: String,
    /// When it was begun, in milliseconds since the epoch.
    pub(crate) at: i64,
    /// Whether salts are in it.
    pub(crate) salts: bool,
}

/// What the last record tells of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Total {
    pub(crate) table: String,
    pub(crate) rows: u64,
    /// Sum of the hashes of its rows, in hexadecimal: the same for the same rows in whatever order.
    pub(crate) sum: String,
}
