//! A disk that is full.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgres::text;

/// Size of the small disk.
const SIZE: &str = "size=96m";

/// A small file system in memory. It goes when this is dropped.
#[derive(Debug)]
pub(super) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one; `None` where that is not allowed.
    pub(super) fn mount(below: &Path) -> Result<Option<Self>, String> {
        let place = below.join("disk");
        std::fs::create_dir(&place).map_err(|error| error.to_string())?;
        let mounted = text(Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(&place));
        Ok(mounted.is_ok().then_some(Self(place)))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all the room that is left.
    pub(super) fn fill(&self) -> Result<(), String> {
        let mut file = File::create(self.filler()).map_err(|error| error.to_string())?;
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![0; size];
            while file.write_all(&block).is_ok() {}
        }
        Ok(())
    }

    /// Gives it back.
    pub(super) fn empty(&self) -> Result<(), String> {
        std::fs::remove_file(self.filler()).map_err(|error| error.to_string())
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone_with_the_machine = text(Command::new("umount").arg("-l").arg(&self.0));
    }
}

/// Lets a process make its files no larger than this; `None` as large as it likes.
pub(super) fn limit_files(process: u32, bytes: Option<u64>) -> Result<(), String> {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    text(Command::new("prlimit").args(["--pid", &process.to_string(), &format!("--fsize={limit}:unlimited")]))
        .map(|_| ())
}

/// Starts a program so that a file that may not grow is an error of writing, not its end.
pub(super) fn without_signal() -> Vec<String> {
    ["bash", "-c", r#"trap "" XFSZ; exec "$0" "$@""#].map(str::to_owned).to_vec()
}
