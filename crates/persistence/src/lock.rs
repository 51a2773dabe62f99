//! The lock that keeps a second process off a SQLite file: SQLite alone would let both in, and they would fail each
//! other's writes at random. It may not touch the database file itself.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::connect::ConnectError;

/// A lock held until it is released, dropped, or its process ends.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// Locks `<database>.lock` beside the database. The file stays: removing it would let a third process lock another
    /// file of the same name.
    pub fn take(database: &Path) -> Result<Self, ConnectError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(source) => return Err(ConnectError::File { path, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(ConnectError::InUse(path)),
            Err(TryLockError::Error(source)) => Err(ConnectError::File { path, source }),
        }
    }

    /// Lets others in.
    pub fn release(&self) {
        if let Err(problem) = self.0.unlock() {
            tracing::warn!(%problem, "the database's lock file could not be unlocked");
        }
    }
}
