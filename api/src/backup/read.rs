//! Reading an archive, which may be anything: nothing that it says is believed before it is checked, and no size in it is
//! allocated before so many bytes are there.

use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use zstd::stream::read::Decoder;

use super::format::{END, FORM, Header, MAGIC, MAX_OTHER, MAX_ROW, SUM, Total, WINDOW_LOG, record};
use super::row::{self, Tally};
use crate::store::{Cell, Table, migration_number};

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it is not an archive of haru")]
    NotAnArchive,
    #[error("it was made by a newer version of haru{0}: use that version")]
    Newer(String),
    #[error("it is truncated: its end is missing")]
    Truncated,
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

/// What an archive says next.
#[derive(Debug)]
pub(super) enum Item {
    /// A table, whose rows follow.
    Table(Table),
    /// A row of the last table.
    Row(Vec<Cell>),
}

/// An archive whose begin is read.
pub(super) struct Reader<R: BufRead> {
    source: Decoder<'static, Hashing<R>>,
    pub(super) header: Header,
    table: Option<Table>,
    tally: Option<Tally>,
    totals: Vec<Total>,
    record: Vec<u8>,
}

impl<R: BufRead + Seek> Reader<R> {
    /// Looks at both ends of the file, and reads the header.
    pub(super) fn open(mut file: R) -> Result<Self, Fault> {
        let length = file.seek(SeekFrom::End(0)).map_err(Fault::Unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(Fault::Unreadable)?;
        let mut begin = Vec::new();
        file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut begin).map_err(Fault::Unreadable)?;
        if begin.is_empty() || !MAGIC.starts_with(&begin) {
            return Err(Fault::NotAnArchive);
        }
        let shortest = (MAGIC.len() + size_of::<u32>() + SUM + END.len()) as u64;
        if length < shortest {
            return Err(Fault::Truncated);
        }
        let mut end = END;
        file.seek(SeekFrom::Start(length - END.len() as u64)).map_err(Fault::Unreadable)?;
        file.read_exact(&mut end).map_err(Fault::Unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(Fault::Unreadable)?;
        let mut source = Hashing { inner: file, sum: Sha256::new() };
        let mut begin = MAGIC;
        let mut form = [0; size_of::<u32>()];
        source.read_exact(&mut begin).and_then(|()| source.read_exact(&mut form)).map_err(told)?;
        let form = u32::from_le_bytes(form);
        if form != FORM {
            return Err(Fault::Newer(format!(" (format {form})")));
        }
        if end != END {
            return Err(Fault::Truncated);
        }
        let mut source = Decoder::with_buffer(source).map_err(told)?.single_frame();
        source.window_log_max(WINDOW_LOG).map_err(told)?;
        let header =
            Header { haru: String::new(), migration: String::new(), database: String::new(), at: 0, salts: false };
        let mut reader = Self { source, header, table: None, tally: None, totals: Vec::new(), record: Vec::new() };
        if reader.next_record()? != record::HEADER {
            return Err(Fault::Damaged("it does not begin with a header"));
        }
        reader.header = reader.json()?;
        if migration_number(&reader.header.migration).is_none() {
            return Err(Fault::Newer(format!(", {}", printable(&reader.header.haru))));
        }
        Ok(reader)
    }

    /// The next table or row. Nothing more: the end was there, all was as the end says, and no byte has changed.
    pub(super) fn next(&mut self) -> Result<Option<Item>, Fault> {
        match self.next_record()? {
            record::TABLE => {
                let table: Table = self.json()?;
                self.end_table();
                self.tally = Some(Tally::new(&table.name));
                self.table = Some(table.clone());
                Ok(Some(Item::Table(table)))
            }
            record::ROW => {
                let (Some(table), Some(tally)) = (&self.table, &mut self.tally) else {
                    return Err(Fault::Damaged("a row is in no table"));
                };
                tally.add(&self.record);
                let row = row::decode(table, &self.record).ok_or(Fault::Damaged("a row is not of its table"))?;
                Ok(Some(Item::Row(row)))
            }
            record::TOTALS => {
                let told: Vec<Total> = self.json()?;
                self.end_table();
                if told != self.totals {
                    return Err(Fault::Damaged("its rows are not those that its end tells"));
                }
                if self.source.read(&mut [0]).map_err(self::told)? != 0 {
                    return Err(Fault::Damaged("there is something behind its end"));
                }
                Ok(None)
            }
            _ => Err(Fault::Damaged("a record is of no known kind")),
        }
    }

    /// Compares the checksum, once [`Self::next`] has nothing more. Answers what was read.
    pub(super) fn finish(self) -> Result<Vec<Total>, Fault> {
        let Hashing { inner: mut file, sum } = self.source.finish();
        let mut rest = Vec::new();
        file.by_ref().take((SUM + END.len() + 1) as u64).read_to_end(&mut rest).map_err(Fault::Unreadable)?;
        if rest.len() != SUM + END.len() {
            return Err(Fault::Damaged("there is something behind its end"));
        }
        if !rest.starts_with(&sum.finalize()) || !rest.ends_with(&END) {
            return Err(Fault::Damaged("its checksum is another one"));
        }
        Ok(self.totals)
    }

    fn end_table(&mut self) {
        self.totals.extend(self.tally.take().map(Tally::total));
    }

    /// Reads a record, and answers its kind.
    fn next_record(&mut self) -> Result<u8, Fault> {
        let mut prefix = [0; 5];
        self.source.read_exact(&mut prefix).map_err(told)?;
        let [kind, length @ ..] = prefix;
        let length = u32::from_le_bytes(length);
        let most = if kind == record::ROW { MAX_ROW } else { MAX_OTHER };
        if u64::from(length) > most as u64 {
            return Err(Fault::Damaged("a record is too long"));
        }
        // It grows with what is there, whatever the length says.
        self.record.clear();
        self.record.shrink_to(MAX_OTHER);
        let read = self.source.by_ref().take(length.into()).read_to_end(&mut self.record).map_err(told)?;
        if read as u64 != u64::from(length) {
            return Err(Fault::Damaged("a record ends too early"));
        }
        Ok(kind)
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.record).map_err(|_| Fault::Damaged("a record cannot be understood"))
    }
}

/// What the decoder can't go on with is damage; what the disk can't read is not.
fn told(error: io::Error) -> Fault {
    match error.kind() {
        ErrorKind::UnexpectedEof => Fault::Damaged("it ends too early"),
        _ if error.raw_os_error().is_some() => Fault::Unreadable(error),
        _ => Fault::Damaged("it cannot be unpacked"),
    }
}

/// Text of a file for a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(100).collect()
}

/// Hashes what is consumed.
struct Hashing<R> {
    inner: R,
    sum: Sha256,
}

impl<R: BufRead> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.sum.update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Hashing<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is in the buffer is told again, without reading.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.sum.update(bytes.get(..amount).unwrap_or(bytes));
        }
        self.inner.consume(amount);
    }
}
