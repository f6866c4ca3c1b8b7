//! A file that is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file under a temporary name beside its own. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Unfinished {
    path: PathBuf,
    temporary: PathBuf,
}

impl Unfinished {
    /// Makes it, readable by its owner alone.
    ///
    /// # Errors
    /// One line for the operator, such as when the file is there already.
    pub(super) fn create(path: &Path) -> Result<(Self, File), String> {
        if path.symlink_metadata().is_ok() {
            return Err(format!("{} exists already", path.display()));
        }
        let name = path.file_name().ok_or_else(|| format!("{} names no file", path.display()))?;
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.unfinished", std::process::id()));
        let temporary = path.with_file_name(temporary);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&temporary).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok((Self { path: path.to_owned(), temporary }, file))
    }

    /// Gives it its name, once it is on the disk.
    ///
    /// # Errors
    /// One line for the operator; there is no file then.
    pub(super) fn finish(self, file: &File) -> Result<(), String> {
        let finished = file.sync_all().and_then(|()| self.name());
        match finished {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(format!("{} exists already", self.path.display()))
            }
            finished => finished.map_err(|error| format!("cannot write {}: {error}", self.path.display())),
        }
    }

    fn name(&self) -> io::Result<()> {
        // Unlike a renaming, this never replaces a file. Where there are no links, somebody may win a race of microseconds.
        match std::fs::hard_link(&self.temporary, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if self.path.symlink_metadata().is_ok() => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(&self.temporary, &self.path)?,
            Ok(()) => std::fs::remove_file(&self.temporary)?,
        }
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(dir)?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is not there any more when it has its name.
        let _gone = std::fs::remove_file(&self.temporary);
    }
}
