//! Between databases and archives.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use super::file::Unfinished;
use super::format::{Header, Total};
use super::read::{Fault, Item, Reader};
use super::write::Writer;
use crate::config::DatabaseConfig;
use crate::ids::now_ms;
use crate::ingest;
use crate::store::{Cell, Store, Table, WholeSink};

/// Bytes that are read and written at once.
const BUFFER: usize = 256 << 10;

/// What is in an archive.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) header: Header,
    pub(crate) totals: Vec<Total>,
    /// Bytes of the file.
    pub(crate) bytes: u64,
}

/// Writes the whole database to a file, or without one to standard output.
///
/// # Errors
/// One line for the operator; there is no file then.
pub(crate) async fn back_up(store: &Store, path: Option<&Path>, salts: bool) -> Result<Summary, String> {
    let Some(path) = path else {
        let (summary, _) = write(store, std::io::stdout(), "standard output", salts).await?;
        return Ok(summary);
    };
    let (unfinished, file) = Unfinished::create(path)?;
    let (summary, file) = write(store, file, &path.display().to_string(), salts).await?;
    unfinished.finish(&file)?;
    Ok(summary)
}

async fn write<W: Write + Send>(store: &Store, out: W, name: &str, salts: bool) -> Result<(Summary, W), String> {
    let database = if store.is_sqlite() { "SQLite" } else { "PostgreSQL" };
    let mut writing = Writing {
        out: Some(BufWriter::with_capacity(BUFFER, out)),
        writer: None,
        name,
        header: Header {
            haru: env!("CARGO_PKG_VERSION").to_owned(),
            migration: String::new(),
            database: database.to_owned(),
            at: now_ms(),
            salts,
        },
    };
    store.read_whole(salts, &mut writing).await?;
    writing.finish()
}

/// Takes the database's rows and writes them.
struct Writing<'a, W: Write> {
    /// Until there is a writer.
    out: Option<BufWriter<W>>,
    writer: Option<Writer<BufWriter<W>>>,
    name: &'a str,
    header: Header,
}

impl<W: Write> Writing<'_, W> {
    fn told(&self, error: &std::io::Error) -> String {
        format!("cannot write {}: {error}", self.name)
    }

    fn finish(mut self) -> Result<(Summary, W), String> {
        let writer = self.writer.take().ok_or("nothing was read")?;
        let (out, totals, bytes) = writer.finish().map_err(|error| self.told(&error))?;
        let out = out.into_inner().map_err(|error| self.told(error.error()))?;
        Ok((Summary { header: self.header, totals, bytes }, out))
    }
}

impl<W: Write + Send> WholeSink for Writing<'_, W> {
    fn begin(&mut self, migration: &str) -> Result<(), String> {
        migration.clone_into(&mut self.header.migration);
        let out = self.out.take().ok_or("the archive is begun already")?;
        self.writer = Some(Writer::new(out, &self.header).map_err(|error| self.told(&error))?);
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), String> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.table(table).map_err(|error| format!("cannot write {}: {error}", self.name))
    }

    fn row(&mut self, row: &[Cell]) -> Result<(), String> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.row(row).map_err(|error| format!("cannot write {}: {error}", self.name))
    }
}

/// Reads a whole archive and checks it.
///
/// # Errors
/// One line that says what is wrong with it.
pub(crate) fn verify(path: &Path) -> Result<Summary, String> {
    check(path).map_err(|fault| told(path, &fault))
}

fn check(path: &Path) -> Result<Summary, Fault> {
    let file = open(path)?;
    let bytes = file.get_ref().metadata().map_err(Fault::Unreadable)?.len();
    let mut reader = Reader::open(file)?;
    while reader.next()?.is_some() {}
    let header = reader.header.clone();
    Ok(Summary { header, totals: reader.finish()?, bytes })
}

fn open(path: &Path) -> Result<BufReader<File>, Fault> {
    let file = File::open(path).map_err(Fault::Unreadable)?;
    if file.metadata().map_err(Fault::Unreadable)?.is_dir() {
        return Err(Fault::NotAnArchive);
    }
    Ok(BufReader::with_capacity(BUFFER, file))
}

fn told(path: &Path, fault: &Fault) -> String {
    format!("{}: {fault}", path.display())
}

/// Fills the configured database, which must be empty, with what is in an archive. The archive is looked through before
/// anything is touched, and once more while it is read.
///
/// # Errors
/// One line for the operator; the database is as empty as before then.
pub(crate) async fn restore(path: &Path, config: &DatabaseConfig) -> Result<Summary, String> {
    let summary = verify(path)?;
    config.check()?;
    let _held = ingest::lock(&config.data_dir)?;
    let store = Store::open_empty(config, &summary.header.migration).await?;
    let done = load(path, &store, &summary).await;
    let done = match done {
        Ok(()) => store.finish_schema().await.map_err(|error| format!("everything is restored, but {error}")),
        failed => failed,
    };
    store.close().await;
    done.map(|()| summary)
}

async fn load(path: &Path, store: &Store, expected: &Summary) -> Result<(), String> {
    let told = |fault: Fault| self::told(path, &fault);
    let mut reader = open(path).and_then(Reader::open).map_err(told)?;
    let mut loading = store.begin_loading().await?;
    while let Some(item) = reader.next().map_err(told)? {
        match item {
            Item::Table(table) => loading.begin_table(table).await?,
            Item::Row(row) => loading.row(row).await?,
        }
    }
    let is_same = reader.header == expected.header;
    if reader.finish().map_err(told)? != expected.totals || !is_same {
        return Err(format!("{} changed while it was read", path.display()));
    }
    loading.commit().await
}
