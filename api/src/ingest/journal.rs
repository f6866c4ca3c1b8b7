//! What the database could not take, in a file of this node until it can: acknowledged batches, in order.
//!
//! A batch keeps the number that it was given, so that one whose commit was in doubt is never there twice. The file is emptied
//! when its last batch is delivered. What is cut off at its end was never acknowledged.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::collect::Hit;
use crate::config::Durability;
use crate::store::{Batch, DropCount, StartedNode};

/// The file in the data directory.
const NAME: &str = "journal";
/// Where a part of it goes that is not what was written, for who wants to look.
const DAMAGED: &str = "journal.damaged";
/// Before each batch: this tag and the number of the form; the length of the batch's JSON in 4 bytes; 8 bytes of a checksum of
/// that.
const TAG: [u8; 3] = *b"hj\0";
const FORM: u8 = 1;
const PREFIX: usize = 16;

/// How much is written down, and how safely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JournalConfig {
    /// Largest size of the file in bytes; with 0 nothing is written down.
    pub(crate) limit: u64,
    /// Whether a batch is on the disk before it is acknowledged.
    pub(crate) durability: Durability,
}

/// Why a batch was not written down.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    #[error("the journal is full")]
    Full,
    #[error("the journal cannot be written: {0}")]
    Failed(#[from] io::Error),
}

/// A batch that waits for the database.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) node: i64,
    /// That of the node in its database; blank in batches of before there were marks.
    #[serde(default)]
    mark: String,
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) hits: Vec<Hit>,
    pub(super) drops: Vec<DropCount>,
    /// Its bytes in the file.
    #[serde(skip)]
    size: u64,
}

/// The same on its way into the file.
#[derive(Debug, Serialize)]
struct Written<'a> {
    node: i64,
    mark: &'a str,
    seq: i64,
    at: i64,
    hits: &'a [&'a Hit],
    drops: &'a [DropCount],
}

/// What waits in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalFigures {
    /// Batches that are not delivered.
    pub(crate) batches: u64,
    /// Hits in these.
    pub(crate) hits: u64,
    /// Size of the file.
    pub(crate) bytes: u64,
}

/// The file, opened by the one process that has the data directory.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    config: JournalConfig,
    /// Where the oldest batch begins; where the file ends when none waits.
    first: u64,
    end: u64,
    /// Number of the last batch that was written.
    last_seq: Option<i64>,
    /// What tells the database that it is for.
    mark: String,
    /// The oldest batch can't be read. Until it can, nothing is written behind it: a start might not find it there.
    unreadable: bool,
    figures: Arc<Mutex<JournalFigures>>,
}

impl Journal {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) fn open(dir: &Path, config: JournalConfig) -> Result<Self, String> {
        let path = dir.join(NAME);
        let failed = |error: io::Error| format!("HARU_DATA_DIR: {}: {error}", path.display());
        let file = open_private(&path).map_err(failed)?;
        if config.durability == Durability::Disk {
            // The name of a new file, too, is to survive.
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)?;
        }
        let mut journal = Self {
            file,
            config,
            first: 0,
            end: 0,
            last_seq: None,
            mark: String::new(),
            unreadable: false,
            figures: Arc::default(),
        };
        journal.look_through(&dir.join(DAMAGED)).map_err(failed)?;
        Ok(journal)
    }

    /// What waits, for who looks from elsewhere.
    pub(super) fn figures(&self) -> Arc<Mutex<JournalFigures>> {
        self.figures.clone()
    }

    /// Whether a batch waits.
    pub(super) fn is_pending(&self) -> bool {
        self.first < self.end
    }

    /// Forgets what was delivered before the process ended: batches of the node up to the last that is committed. Answers the
    /// number of the last one that waits, if one does.
    ///
    /// # Errors
    /// One line for the operator, when what waits is for another database.
    pub(super) fn resume(&mut self, known: &StartedNode) -> Result<Option<i64>, String> {
        let failed = |error: io::Error| format!("HARU_DATA_DIR: the journal cannot be read: {error}");
        self.mark.clone_from(&known.mark);
        while let Some(entry) = self.head().map_err(failed)? {
            // A database that knows the node, and not all of its batches, has lost some; what waits is welcome there.
            let is_other =
                if entry.mark.is_empty() { known.committed == 0 && entry.seq > 1 } else { entry.mark != known.mark };
            if is_other || entry.node != known.id {
                let hits = self.waiting().hits;
                return Err(format!(
                    "HARU_DATA_DIR: the journal has {hits} hits for another database than this: use that one, or move the file \
                     `{NAME}` away to start without them"
                ));
            }
            if entry.seq > known.committed {
                tracing::info!(hits = self.waiting().hits, "hits of the journal are being committed");
                return Ok(self.last_seq);
            }
            self.delivered(&entry);
        }
        Ok(None)
    }

    /// Writes a batch behind the others. When this returns it is as safe as was asked for.
    ///
    /// # Errors
    /// When it is not written down.
    pub(super) fn append(&mut self, batch: &Batch<'_>) -> Result<(), NotKept> {
        if self.unreadable {
            return Err(io::Error::other("its oldest batch cannot be read").into());
        }
        let Batch { node, seq, at, hits, drops } = *batch;
        let json =
            serde_json::to_vec(&Written { node, mark: &self.mark, seq, at, hits, drops }).map_err(io::Error::from)?;
        let length = u32::try_from(json.len()).map_err(io::Error::other)?;
        let size = (PREFIX + json.len()) as u64;
        if self.end + size > self.config.limit {
            return Err(NotKept::Full);
        }
        let record = [&TAG[..], &[FORM], &length.to_le_bytes(), &checksum(&json), &json].concat();
        if let Err(error) = self.write(&record) {
            // Should this fail, too: the next one is written over it. If none is, a start may find it whole, when it was
            // written and not synced: then a batch that was refused is delivered, once.
            let _cut = self.file.set_len(self.end);
            return Err(error.into());
        }
        self.end += size;
        self.last_seq = Some(seq);
        self.tell(|figures| {
            figures.batches += 1;
            figures.hits += hits.len() as u64;
        });
        Ok(())
    }

    /// The oldest batch that waits.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn head(&mut self) -> io::Result<Option<Entry>> {
        if !self.is_pending() {
            return Ok(None);
        }
        let head = self.read_head();
        self.unreadable = head.is_err();
        head.map(Some)
    }

    fn read_head(&mut self) -> io::Result<Entry> {
        self.file.seek(SeekFrom::Start(self.first))?;
        read(&mut self.file, self.end - self.first)?.ok_or_else(|| ErrorKind::InvalidData.into())
    }

    /// Forgets the oldest batch, which is that one: it is in the database.
    pub(super) fn delivered(&mut self, entry: &Entry) {
        self.first += entry.size;
        if !self.is_pending() && self.file.set_len(0).is_ok() {
            (self.first, self.end) = (0, 0);
        }
        self.tell(|figures| {
            figures.batches -= 1;
            figures.hits -= entry.hits.len() as u64;
        });
    }

    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(record)?;
        match self.config.durability {
            Durability::Process => Ok(()),
            Durability::Disk => self.file.sync_data(),
        }
    }

    /// Finds out what waits, and where it ends.
    fn look_through(&mut self, damaged: &Path) -> io::Result<()> {
        let size = self.file.metadata()?.len();
        let mut reader = BufReader::new(&self.file);
        let mut figures = JournalFigures::default();
        while let Some(entry) = read(&mut reader, size - self.end)? {
            self.end += entry.size;
            self.last_seq = Some(entry.seq);
            figures.batches += 1;
            figures.hits += entry.hits.len() as u64;
        }
        if self.end < size {
            let bytes = size - self.end;
            tracing::error!(
                bytes,
                "the journal's end is no whole batch: its writer was interrupted, or the file is damaged"
            );
            // It does not stop a start, as on a disk that is full: what comes next is written over it.
            match self.set_aside(damaged) {
                Ok(()) => tracing::error!(kept = %damaged.display(), "it was set aside"),
                Err(error) => tracing::error!(%error, "it could not be set aside"),
            }
        }
        self.tell(|known| *known = figures);
        Ok(())
    }

    /// Moves what is behind the last whole batch to the end of that file.
    fn set_aside(&mut self, damaged: &Path) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut kept = open_private(damaged)?;
        kept.seek(SeekFrom::End(0))?;
        io::copy(&mut self.file, &mut kept)?;
        kept.sync_all()?;
        self.file.set_len(self.end)
    }

    fn waiting(&self) -> JournalFigures {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl FnOnce(&mut JournalFigures)) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut figures);
        figures.bytes = self.end;
    }
}

/// Reads a batch, of which no more bytes are there than `left`; nothing when it is not whole.
///
/// # Errors
/// Also when it is whole and this version does not know what it says.
fn read(file: &mut impl Read, left: u64) -> io::Result<Option<Entry>> {
    let mut prefix = [0; PREFIX];
    if left < PREFIX as u64 {
        return Ok(None);
    }
    file.read_exact(&mut prefix)?;
    let [[tag @ .., form], length, sums @ ..] = prefix.as_chunks::<4>().0 else { return Ok(None) };
    let length = u32::from_le_bytes(*length);
    let size = PREFIX as u64 + u64::from(length);
    if *tag != TAG || size > left {
        return Ok(None);
    }
    let mut json = vec![0; length as usize];
    file.read_exact(&mut json)?;
    if sums.as_flattened() != checksum(&json) {
        return Ok(None);
    }
    let entry: Option<Entry> = (*form == FORM).then(|| serde_json::from_slice(&json).ok()).flatten();
    match entry {
        Some(entry) => Ok(Some(Entry { size, ..entry })),
        None => Err(io::Error::other("it holds a batch that this version does not know; start the one that wrote it")),
    }
}

fn checksum(json: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::digest(json)[..8]);
    sum
}

/// Opens a file, or makes one, that its owner alone may read.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: JournalConfig = JournalConfig { limit: 1_000_000, durability: Durability::Disk };

    fn known(id: i64, mark: &str, committed: i64) -> StartedNode {
        StartedNode { id, mark: mark.to_owned(), committed }
    }

    fn write(journal: &mut Journal, seq: i64, hits: i64) -> Result<(), NotKept> {
        let hits: Vec<Hit> =
            (0..hits).map(|mark| Hit { page: format!("/{seq}/{mark}"), ..Hit::blank(1, mark) }).collect();
        let hits: Vec<&Hit> = hits.iter().collect();
        let drops = [DropCount { site: 1, date: "2026-12-01".to_owned(), reason: "bot".into(), count: seq }];
        journal.append(&Batch { node: 7, seq, at: seq * 10, hits: &hits, drops: &drops })
    }

    /// Numbers of the batches that wait, each delivered.
    fn drain(journal: &mut Journal) -> Vec<i64> {
        let mut numbers = Vec::new();
        while let Some(entry) = journal.head().expect("readable") {
            assert!(entry.hits.iter().all(|hit| hit.page.starts_with(&format!("/{}/", entry.seq))));
            assert_eq!((entry.node, entry.at, entry.drops[0].count), (7, entry.seq * 10, entry.seq));
            numbers.push(entry.seq);
            journal.delivered(&entry);
        }
        numbers
    }

    #[test]
    fn what_is_written_comes_back_in_its_order_also_after_a_restart() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
        assert!(journal.head().expect("readable").is_none());
        for seq in 1..=5 {
            write(&mut journal, seq, seq).expect("written");
        }
        let head = journal.head().expect("readable").expect("a batch");
        journal.delivered(&head);
        write(&mut journal, 6, 1).expect("written");
        let figures = *journal.figures().lock().expect("not poisoned");
        assert_eq!((figures.batches, figures.hits), (5, 2 + 3 + 4 + 5 + 1));
        drop(journal);
        let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
        assert_eq!(journal.resume(&known(7, "a", 3)), Ok(Some(6)), "what the database has is not delivered again");
        assert_eq!(drain(&mut journal), [4, 5, 6]);
        assert_eq!(*journal.figures().lock().expect("not poisoned"), JournalFigures::default());
        assert_eq!(std::fs::metadata(dir.path().join(NAME)).expect("a file").len(), 0);
        write(&mut journal, 7, 1).expect("written");
        assert_eq!(drain(&mut journal), [7]);
    }

    #[test]
    fn it_continues_one_database_only() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
        write(&mut journal, 8, 2).expect("written");
        let refused = |journal: &mut Journal, known: &StartedNode| {
            let told = journal.resume(known).expect_err("another database");
            assert!(told.starts_with("HARU_DATA_DIR: the journal has 2 hits for another database"), "{told}");
        };
        // Written before there were marks.
        for other in [known(6, "a", 7), known(7, "a", 0)] {
            refused(&mut journal, &other);
        }
        assert_eq!(journal.resume(&known(7, "a", 5)), Ok(Some(8)), "it was set back");
        assert_eq!(journal.resume(&known(7, "a", 7)), Ok(Some(8)));
        assert_eq!(journal.resume(&known(7, "a", 8)), Ok(None));
        write(&mut journal, 9, 2).expect("written");
        for other in [known(7, "b", 8), known(7, "b", 9), known(7, "b", 0), known(6, "a", 8)] {
            refused(&mut journal, &other);
        }
        assert_eq!(journal.resume(&known(7, "a", 0)), Ok(Some(9)), "it was set back to its beginning");
        assert_eq!(journal.resume(&known(7, "a", 9)), Ok(None));
    }

    #[test]
    fn a_batch_of_another_version_is_no_damage() {
        let dir = tempfile::tempdir().expect("a directory");
        let record = |form: u8, json: &[u8]| {
            let length = u32::try_from(json.len()).expect("short");
            [&TAG[..], &[form], &length.to_le_bytes(), &checksum(json), json].concat()
        };
        for strange in [record(2, b"{}"), record(FORM, br#"{"node":"seven"}"#)] {
            std::fs::write(dir.path().join(NAME), &strange).expect("written");
            let told = Journal::open(dir.path(), CONFIG).expect_err("it does not know it");
            assert!(told.contains("start the one that wrote it"), "{told}");
            assert_eq!(std::fs::read(dir.path().join(NAME)).expect("there"), strange, "nothing is lost");
        }
    }

    #[test]
    fn behind_a_batch_that_cannot_be_read_nothing_is_written() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
        write(&mut journal, 1, 1).expect("written");
        let path = dir.path().join(NAME);
        let whole = std::fs::read(&path).expect("readable");
        let mut changed = whole.clone();
        changed[PREFIX] ^= 1;
        std::fs::write(&path, changed).expect("written");
        journal.head().expect_err("it is damaged");
        assert!(matches!(write(&mut journal, 2, 1), Err(NotKept::Failed(_))));
        std::fs::write(&path, whole).expect("written");
        assert_eq!(drain(&mut journal), [1]);
        write(&mut journal, 2, 1).expect("it is whole again");
    }

    #[test]
    fn it_takes_no_more_than_its_limit_and_all_again_when_it_is_empty() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = Journal::open(dir.path(), JournalConfig { limit: 3_000, ..CONFIG }).expect("opened");
        let taken = (1..=100).take_while(|seq| write(&mut journal, *seq, 1).is_ok()).count();
        assert!((2..=5).contains(&taken), "{taken}");
        assert!(matches!(write(&mut journal, 100, 1), Err(NotKept::Full)));
        assert!(std::fs::metadata(dir.path().join(NAME)).expect("a file").len() <= 3_000);
        assert_eq!(drain(&mut journal).len(), taken);
        write(&mut journal, 100, 1).expect("there is room");
    }

    #[test]
    fn wherever_the_file_is_cut_or_changed_the_batches_before_are_whole_and_the_rest_is_kept_beside() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(NAME);
        let mut ends = vec![0];
        let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
        for seq in 1..=3 {
            write(&mut journal, seq, 1).expect("written");
            ends.push(usize::try_from(journal.end).expect("small"));
        }
        drop(journal);
        let whole = std::fs::read(&path).expect("readable");
        for at in 0..whole.len() {
            let before = ends.iter().filter(|end| **end <= at).count() - 1;
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            for damaged in [&whole[..at], &changed[..]] {
                let beside = dir.path().join(DAMAGED);
                let _none_before_the_first = std::fs::remove_file(&beside);
                std::fs::write(&path, damaged).expect("written");
                if damaged.len() > at && at == ends[before] + TAG.len() {
                    // Its form has another number.
                    Journal::open(dir.path(), CONFIG).expect_err("it does not know it");
                    continue;
                }
                let mut journal = Journal::open(dir.path(), CONFIG).expect("opened");
                let kept = std::fs::read(&beside).unwrap_or_default();
                assert_eq!(kept, &damaged[ends[before]..], "at {at}");
                assert_eq!(drain(&mut journal), (1..).take(before).collect::<Vec<_>>(), "at {at}");
                write(&mut journal, 9, 1).expect("written");
                assert_eq!(drain(&mut journal), [9]);
            }
        }
    }
}
