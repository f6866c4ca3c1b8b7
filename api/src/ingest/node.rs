//! Which node this process is: a random name in its data directory, which one process at a time may hold, and the journal beside.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::journal::{Journal, JournalConfig};
use crate::config::prepare_data_dir;
use crate::ids::{new_id, now_ms};
use crate::store::Store;

/// This process as a writer of batches.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: i64,
    /// Number of its last batch, committed or in the journal.
    pub(super) last_seq: i64,
    pub(super) journal: Journal,
    /// Held as long as the process writes: two processes of one node would give out the same batch numbers.
    _lock: File,
}

impl Node {
    /// Takes the data directory's node for this process.
    ///
    /// # Errors
    /// One line for the operator, such as when another process uses the data directory.
    pub(crate) async fn claim(data_dir: &Path, store: &Store, journal: JournalConfig) -> Result<Self, String> {
        let lock = lock(data_dir)?;
        let name = name(&data_dir.join("node")).map_err(|error| format!("HARU_DATA_DIR: {error}"))?;
        let mut journal = Journal::open(data_dir, journal)?;
        let now = now_ms();
        let known = store.start_node(&name, now).await.map_err(|error| error.to_string())?;
        let last_seq = if let Some(last) = journal.resume(&known)? {
            last
        } else {
            // What an earlier process had under way is committed by now, or never will be.
            store.fence_batch(known.id, known.committed + 1, now).await.map_err(|error| error.to_string())?;
            known.committed + 1
        };
        Ok(Self { id: known.id, last_seq, journal, _lock: lock })
    }
}

#[cfg(test)]
impl Node {
    /// A node before its first batch, of no data directory.
    pub(super) fn of_test(journal: Journal) -> Self {
        Self { id: 1, last_seq: 0, journal, _lock: tempfile::tempfile().expect("a file") }
    }
}

/// Holds the data directory for this process until the file is closed.
///
/// # Errors
/// One line for the operator, such as when another process holds it.
pub(crate) fn lock(data_dir: &Path) -> Result<File, String> {
    prepare_data_dir(data_dir)?;
    let path = data_dir.join("lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|error| format!("HARU_DATA_DIR: cannot open {}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("HARU_DATA_DIR: {} is in use by another haru process", data_dir.display()))
        }
        Err(TryLockError::Error(error)) => Err(format!("HARU_DATA_DIR: cannot lock {}: {error}", path.display())),
    }
}

fn name(path: &Path) -> std::io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(name) => Ok(name.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = new_id();
            std::fs::write(path, &name)?;
            Ok(name)
        }
        Err(error) => Err(error),
    }
}
