//! Which node this process is: a random name in its data directory, which one process at a time may hold.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::ids::{new_id, now_ms};
use crate::store::Store;

/// This process as a writer of batches.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) id: i64,
    pub(super) last_seq: i64,
    /// Held as long as the process writes: two processes of one node would give out the same batch numbers.
    _lock: File,
}

impl Node {
    /// Takes the data directory's node for this process.
    ///
    /// # Errors
    /// One line for the operator, such as when another process uses the data directory.
    pub(crate) async fn claim(data_dir: &Path, store: &Store) -> Result<Self, String> {
        let lock = lock(data_dir)?;
        let name = name(&data_dir.join("node")).map_err(|error| format!("HARU_DATA_DIR: {error}"))?;
        let (id, last_seq) = store.start_node(&name, now_ms()).await.map_err(|error| error.to_string())?;
        Ok(Self { id, last_seq, _lock: lock })
    }
}

#[cfg(test)]
impl Node {
    /// A node before its first batch, of no data directory.
    pub(super) fn of_test() -> Self {
        Self { id: 1, last_seq: 0, _lock: tempfile::tempfile().expect("a file") }
    }
}

fn lock(data_dir: &Path) -> Result<File, String> {
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
