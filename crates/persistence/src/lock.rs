//! The lock that keeps a second process off a SQLite file: SQLite alone would let both in, and they would make each other's
//! writes fail at random. It never writes to the database file.
//!
//! Two locks, because one file may have several names. The first is beside the file, under its real name: it stops a process that
//! comes by a symbolic link. The second is on the file itself: it stops one that comes by another hard link. That one uses
//! `flock`, which SQLite does not use or see. A file with several hard links is not opened at all, even if it is not in use:
//! SQLite finds its log by the file's name, and after a crash the log holds the last writes.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::connect::ConnectError;

/// Locks held until they are released, dropped, or their process ends.
#[derive(Debug)]
pub(crate) struct FileLock {
    /// The database's real path, with all symbolic links followed.
    pub database: PathBuf,
    beside: File,
    pub itself: File,
}

impl FileLock {
    /// Locks the database, which is created empty if missing. `<database>.lock` remains when the process ends: removing it would
    /// let a third process lock another file of the same name.
    pub fn take(database: &Path) -> Result<Self, ConnectError> {
        let broken = |source| ConnectError::File { path: database.to_owned(), source };
        // Also creates the file, which has no real path before.
        let real = create(database).and_then(|_| database.canonicalize()).map_err(broken)?;
        let mut name = real.as_os_str().to_owned();
        name.push(".lock");
        let beside = lock(PathBuf::from(name))?;
        // Opened only now: closing it again would drop the locks that SQLite holds on it within this process.
        let itself = lock(real.clone())?;
        let names = itself.metadata().map_err(broken)?.nlink();
        if names > 1 {
            return Err(ConnectError::SeveralNames { path: real, names });
        }
        Ok(Self { database: real, beside, itself })
    }

    /// Releases both locks.
    pub fn release(&self) {
        for file in [&self.itself, &self.beside] {
            if let Err(problem) = file.unlock() {
                tracing::warn!(%problem, "the database's lock could not be released");
            }
        }
    }
}

fn create(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    open(path).map(drop)
}

fn open(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).read(true).write(true).open(path)
}

fn lock(path: PathBuf) -> Result<File, ConnectError> {
    let file = match open(&path) {
        Ok(file) => file,
        Err(source) => return Err(ConnectError::File { path, source }),
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ConnectError::InUse(path)),
        Err(TryLockError::Error(source)) => Err(ConnectError::File { path, source }),
    }
}
