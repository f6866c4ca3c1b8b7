//! Writing an archive, as its rows come.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zstd::stream::write::Encoder;

use super::format::{END, FORM, Header, MAGIC, MAX_OTHER, MAX_ROW, Total, record};
use super::row::{self, Tally};
use crate::store::{Cell, Table};

/// How hard is compressed; the next levels take half as long again for a few percent.
const LEVEL: i32 = 3;

/// Writes records in the order in which they are told.
pub(super) struct Writer<W: Write> {
    out: Encoder<'static, Hashing<W>>,
    totals: Vec<Total>,
    tally: Option<Tally>,
    record: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut out = Hashing { inner: out, sum: Sha256::new(), bytes: 0 };
        out.write_all(&MAGIC)?;
        out.write_all(&FORM.to_le_bytes())?;
        let out = Encoder::new(out, LEVEL)?;
        let mut writer = Self { out, totals: Vec::new(), tally: None, record: Vec::new() };
        writer.json(record::HEADER, header)?;
        Ok(writer)
    }

    pub(super) fn table(&mut self, table: &Table) -> io::Result<()> {
        self.end_table();
        self.tally = Some(Tally::new(&table.name));
        self.json(record::TABLE, table)
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        self.record.clear();
        if !row::encode(row, &mut self.record) || self.record.len() > MAX_ROW {
            return Err(io::Error::other(format!("a row has over {} MiB", MAX_ROW >> 20)));
        }
        if let Some(tally) = &mut self.tally {
            tally.add(&self.record);
        }
        write_record(&mut self.out, record::ROW, &self.record)
    }

    /// Writes the end. Answers what it was written to, the totals of the tables and the number of bytes.
    pub(super) fn finish(mut self) -> io::Result<(W, Vec<Total>, u64)> {
        self.end_table();
        let totals = std::mem::take(&mut self.totals);
        self.json(record::TOTALS, &totals)?;
        let Hashing { mut inner, sum, bytes } = self.out.finish()?;
        let sum = sum.finalize();
        inner.write_all(&sum)?;
        inner.write_all(&END)?;
        inner.flush()?;
        Ok((inner, totals, bytes + (sum.len() + END.len()) as u64))
    }

    fn end_table(&mut self) {
        self.totals.extend(self.tally.take().map(Tally::total));
    }

    fn json(&mut self, kind: u8, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_vec(value)?;
        if json.len() > MAX_OTHER {
            return Err(io::Error::other("a record of the archive is too long"));
        }
        write_record(&mut self.out, kind, &json)
    }
}

/// Its kind, its length in 4 bytes, little-endian, and its bytes.
fn write_record(out: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let [a, b, c, d] = length.to_le_bytes();
    out.write_all(&[kind, a, b, c, d])?;
    out.write_all(bytes)
}

/// Hashes and counts what passes.
struct Hashing<W> {
    inner: W,
    sum: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
