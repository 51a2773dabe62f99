//! The journal: the simulator's state as lines of changes, one per request, written before the answer leaves.
//!
//! A line reaches the operating system whole or not at all as far as anybody can tell: a last line without its end is
//! dropped at open, and its request was never answered. That survives the death of the process at any moment; it is
//! not meant to survive the death of the machine.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::clock::{SharedOffset, milliseconds};
use crate::rules::{Changes, World};

const JOURNAL: &str = "journal.jsonl";
const COMPACTED: &str = "journal.jsonl.new";
const LOCK: &str = "lock";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the simulator's data directory {path} cannot be used")]
    Directory { path: PathBuf, source: io::Error },
    #[error(
        "another simulator is running on the data directory {path}; stop it first, or use another directory"
    )]
    InUse { path: PathBuf },
    #[error("line {line} of the simulator's journal {path} cannot be read")]
    Corrupt { path: PathBuf, line: usize, source: serde_json::Error },
}

/// One line: what one request has changed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset_ms: Option<i64>,
    changes: Changes,
}

/// An open journal. Nobody else has it open as long as this lives.
#[derive(Debug)]
pub struct Journal {
    file: File,
    _lock: File,
}

impl Journal {
    /// Reads the state of `directory`, making both when missing, and compacts what it has read.
    pub fn open(directory: &Path, base_url: &str, offset: &SharedOffset) -> Result<(Self, World), OpenError> {
        let failed = |source| OpenError::Directory { path: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let lock = lock(directory)?;
        let mut world = World::new(rand::random(), base_url);
        replay(&directory.join(JOURNAL), &mut world, offset)?;
        // Everything is about to be written anew.
        world.take_changes();
        let file = compact(directory, &world, offset).map_err(failed)?;
        Ok((Self { file, _lock: lock }, world))
    }

    /// Hands one line to the operating system. `offset` only if the clock was moved.
    pub fn append(&mut self, changes: Changes, offset: Option<SignedDuration>) -> io::Result<()> {
        let line = to_line(&Entry { offset_ms: offset.map(milliseconds), changes })?;
        // One write, and no buffer of ours in between.
        self.file.write_all(&line)
    }
}

/// The journal itself is replaced by compaction, so that the lock needs a file of its own.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Directory { path: directory.to_owned(), source };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(LOCK))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: directory.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn replay(path: &Path, world: &mut World, offset: &SharedOffset) -> Result<(), OpenError> {
    let failed = |source| OpenError::Directory { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        reader.read_until(b'\n', &mut text).map_err(failed)?;
        if !text.ends_with(b"\n") {
            if !text.is_empty() {
                tracing::warn!(
                    line,
                    "the last line of the simulator's journal is incomplete and was dropped"
                );
            }
            break;
        }
        let entry: Entry = serde_json::from_slice(&text).map_err(|source| OpenError::Corrupt {
            path: path.to_owned(),
            line,
            source,
        })?;
        if let Some(milliseconds) = entry.offset_ms {
            offset.set(SignedDuration::from_millis(milliseconds));
        }
        world.apply(entry.changes);
    }
    Ok(())
}

/// Writes the state to a new file and puts that in the place of the old one.
fn compact(directory: &Path, world: &World, offset: &SharedOffset) -> io::Result<File> {
    let path = directory.join(COMPACTED);
    let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let mut writer = BufWriter::new(file);
    let clock = Entry { offset_ms: Some(milliseconds(offset.get())), changes: Changes::default() };
    writer.write_all(&to_line(&clock)?)?;
    for changes in world.compacted(offset.now()) {
        writer.write_all(&to_line(&Entry { offset_ms: None, changes })?)?;
    }
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(&path, directory.join(JOURNAL))?;
    Ok(file)
}

fn to_line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}
