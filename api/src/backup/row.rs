//! Rows as bytes: each value a tag and what belongs to it.

use sha2::{Digest, Sha256};

use crate::backup::format::Total;
use crate::store::{Cell, Table};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
/// 8 bytes, little-endian.
const INT: u8 = 3;
/// The length in 4 bytes, little-endian, and UTF-8.
const TEXT: u8 = 4;
/// The length in 4 bytes, little-endian, and bytes.
const BYTES: u8 = 5;

/// Writes a row behind what is there; false when a value is too long for its length.
pub(super) fn encode(row: &[Cell], into: &mut Vec<u8>) -> bool {
    for cell in row {
        match cell {
            Cell::Null => into.push(NULL),
            Cell::Bool(false) => into.push(FALSE),
            Cell::Bool(true) => into.push(TRUE),
            Cell::Int(value) => {
                into.push(INT);
                into.extend(value.to_le_bytes());
            }
            Cell::Text(text) => {
                if !encode_bytes(TEXT, text.as_bytes(), into) {
                    return false;
                }
            }
            Cell::Bytes(bytes) => {
                if !encode_bytes(BYTES, bytes, into) {
                    return false;
                }
            }
        }
    }
    true
}

fn encode_bytes(tag: u8, bytes: &[u8], into: &mut Vec<u8>) -> bool {
    let Ok(length) = u32::try_from(bytes.len()) else { return false };
    into.push(tag);
    into.extend(length.to_le_bytes());
    into.extend(bytes);
    true
}

/// Reads a row of that table; nothing when it is none.
pub(super) fn decode(table: &Table, mut bytes: &[u8]) -> Option<Vec<Cell>> {
    let mut row = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let cell = decode_cell(&mut bytes)?;
        if !column.takes(&cell) {
            return None;
        }
        row.push(cell);
    }
    bytes.is_empty().then_some(row)
}

fn decode_cell(bytes: &mut &[u8]) -> Option<Cell> {
    let (tag, rest) = bytes.split_first()?;
    *bytes = rest;
    match *tag {
        NULL => Some(Cell::Null),
        FALSE => Some(Cell::Bool(false)),
        TRUE => Some(Cell::Bool(true)),
        INT => {
            let (value, rest) = bytes.split_first_chunk()?;
            *bytes = rest;
            Some(Cell::Int(i64::from_le_bytes(*value)))
        }
        TEXT => String::from_utf8(decode_bytes(bytes)?.to_vec()).ok().map(Cell::Text),
        BYTES => Some(Cell::Bytes(decode_bytes(bytes)?.to_vec())),
        _ => None,
    }
}

fn decode_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (value, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(value)
}

/// Counts a table's rows, and adds up their hashes.
#[derive(Debug)]
pub(super) struct Tally {
    table: String,
    rows: u64,
    sum: u128,
}

impl Tally {
    pub(super) fn new(table: &str) -> Self {
        Self { table: table.to_owned(), rows: 0, sum: 0 }
    }

    pub(super) fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        let hash = Sha256::digest(row);
        let half = hash.first_chunk().copied().unwrap_or_default();
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
    }

    pub(super) fn total(self) -> Total {
        Total { table: self.table, rows: self.rows, sum: format!("{:032x}", self.sum) }
    }
}
