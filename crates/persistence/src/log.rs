//! SQLite's log (`…-wal`): keeps it short, and detects when it is missing. It may not know any table.
//!
//! Commits go to the log first and reach the main file when the log is emptied (a checkpoint). A main file without its log looks
//! like a whole, older one. So the main file's header says that it is not whole, and the log says that the file together with it
//! is. Readers and backups see both, and so a whole file. Anything that moves the log into the file for good, such as SQLite
//! itself when the last client closes it, thereby makes it whole.
//!
//! For that, the log is emptied only here and never by SQLite's own threshold: the mark is committed; the log, mark included,
//! goes into the main file; the mark is removed in the log. If the disk fills up in between, the mark stays. The log is never
//! truncated to nothing, so an empty log is a missing one.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use sea_orm::{DbBackend, DbErr, QueryResult, Statement};

use crate::connect::{ConnectError, PATIENCE};
use crate::connection::Connection;
use crate::error::{is_busy, is_full};
use crate::lock::FileLock;

/// `user_version` of a main file that needs its log: "log!", in ASCII.
const NEEDS_LOG: i32 = 0x6c6f_6721;
/// `user_version` of a file as its readers see it.
const WHOLE: i32 = 0;

/// Offsets in SQLite's header: whether the file keeps a log (2), and `user_version`.
const READ_VERSION_AT: usize = 19;
const USER_VERSION_AT: usize = 60;
/// The smallest log with content: its header, and one frame with the smallest page.
const SMALLEST: u64 = 32 + 24 + 512;

/// The log is emptied at this many bytes. SQLite would wait for a thousand pages, four times as much, for which a small volume
/// may not have room.
const BYTES: i64 = 1 << 20;
/// The length that the log's file keeps after it is emptied, in bytes. It grows longer while a reader holds on to it.
pub(crate) const KEPT: &str = "2097152";
/// How many writes pass between checks of its length.
const WRITES: u32 = 4;
/// How long to wait for readers, while writers wait too.
const FOR_READERS: u32 = 100;

/// The log of an opened file.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The main file says that it needs its log.
    is_marked: AtomicBool,
    writes: AtomicU32,
    /// The page size in bytes; 0 until it is read.
    page: AtomicI64,
    /// Readers were in the way: the next try comes when the log has this many more pages.
    put_off: AtomicI64,
}

/// Refuses a file that needs its log and has none. Must run before the file is opened.
pub(crate) fn refuse_without_log(lock: &FileLock) -> Result<(), ConnectError> {
    let broken = |source| ConnectError::File { path: lock.database.clone(), source };
    if !says_it_needs_its_log(&lock.itself).map_err(broken)? {
        return Ok(());
    }
    let mut log = lock.database.as_os_str().to_owned();
    log.push("-wal");
    let log = PathBuf::from(log);
    let size = match fs::metadata(&log) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(source) => return Err(ConnectError::File { path: log, source }),
    };
    if size < SMALLEST { Err(ConnectError::LogMissing { path: lock.database.clone(), log }) } else { Ok(()) }
}

fn says_it_needs_its_log(file: &fs::File) -> io::Result<bool> {
    let mut header = [0; USER_VERSION_AT + 4];
    match file.read_exact_at(&mut header, 0) {
        Ok(()) => (),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(header[READ_VERSION_AT] == 2 && header.ends_with(&NEEDS_LOG.to_be_bytes()))
}

impl Log {
    /// Whether the main file is marked. Once it is, it stays so until the process ends.
    pub fn is_marked(&self) -> bool {
        self.is_marked.load(Ordering::Relaxed)
    }

    /// Marks the main file before a transaction. If a reader is in the way, that is done later: writers do not wait for a backup.
    pub async fn ready(&self, connection: &mut Connection) -> Result<(), DbErr> {
        if self.is_marked() || self.put_off.load(Ordering::Relaxed) > 0 {
            return Ok(());
        }
        match self.empty(connection).await {
            Err(problem) if !is_busy(&problem) => Err(problem),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Counts a write and returns its connection, emptying the log first if it has become long. Callers do not wait for that.
    pub fn written(self: &Arc<Self>, connection: Connection) {
        if !self.writes.fetch_add(1, Ordering::Relaxed).is_multiple_of(WRITES) {
            return;
        }
        let log = Arc::clone(self);
        tokio::spawn(async move {
            let mut connection = connection;
            match log.tend(&mut connection).await {
                Ok(()) => (),
                Err(problem) => {
                    tracing::debug!(%problem, "SQLite's log was not emptied; tried again after the next writes");
                    connection.discard();
                }
            }
        });
    }

    async fn tend(&self, connection: &mut Connection) -> Result<(), DbErr> {
        let pages = checkpoint(connection, "NOOP").await?.in_log - self.put_off.load(Ordering::Relaxed);
        if pages * self.page(connection).await? < BYTES {
            return Ok(());
        }
        self.empty(connection).await
    }

    async fn page(&self, connection: &mut Connection) -> Result<i64, DbErr> {
        if self.page.load(Ordering::Relaxed) == 0 {
            let size = row(connection, "PRAGMA page_size").await?.try_get_by(0)?;
            self.page.store(size, Ordering::Relaxed);
        }
        Ok(self.page.load(Ordering::Relaxed))
    }

    /// Moves what the log holds into the main file, and marks that.
    pub async fn empty(&self, connection: &mut Connection) -> Result<(), DbErr> {
        connection.run(&format!("PRAGMA busy_timeout = {FOR_READERS}")).await?;
        let done = self.empty_now(connection).await;
        connection.run(&format!("PRAGMA busy_timeout = {}", PATIENCE.as_millis())).await?;
        done
    }

    async fn empty_now(&self, connection: &mut Connection) -> Result<(), DbErr> {
        match mark(connection, NEEDS_LOG).await {
            // Even that does not fit: the log's content is moved first, and is then whole in the main file.
            Err(full) if is_full(&full) => {
                checkpoint(connection, "RESTART").await?;
                mark(connection, NEEDS_LOG).await?;
            }
            marked => marked?,
        }
        let moved = checkpoint(connection, "RESTART").await?;
        let is_moved = moved.in_main == moved.in_log;
        self.is_marked.fetch_or(is_moved, Ordering::Relaxed);
        // A reader that began before the mark keeps it out of the main file, which may claim to be whole until the next time.
        self.put_off.store(if is_moved { 0 } else { moved.in_log }, Ordering::Relaxed);
        mark(connection, WHOLE).await
    }
}

async fn mark(connection: &mut Connection, version: i32) -> Result<(), DbErr> {
    connection.run(&format!("PRAGMA user_version = {version}")).await.map(drop)
}

/// How many pages the log has, and how many of them the main file has.
struct Moved {
    in_log: i64,
    in_main: i64,
}

async fn checkpoint(connection: &mut Connection, how: &str) -> Result<Moved, DbErr> {
    let row = row(connection, &format!("PRAGMA wal_checkpoint({how})")).await?;
    Ok(Moved { in_log: row.try_get_by(1)?, in_main: row.try_get_by(2)? })
}

async fn row(connection: &mut Connection, sql: &str) -> Result<QueryResult, DbErr> {
    let row = connection.one(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))
}
