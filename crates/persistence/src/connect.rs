//! Opening the database: addresses, pools, and the lock that keeps a second process off a file. It may not know any
//! table.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::StoreError;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, Error as SqlxError};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector, SqlxSqliteConnector};
use tokio::sync::{Notify, watch};

use crate::address::{Address, why};
use crate::connection::Connection;
use crate::error::store_error;
use crate::lock::FileLock;
use crate::log::{KEPT, Log, refuse_without_log};
use crate::permits::Counted;
use crate::shelf::{Doubt, Shelf};

/// How long a call waits for a free connection, or SQLite for its write lock: less than callers wait for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Connections idle for longer are tested before use: something in between may have dropped them.
pub(crate) const IDLE_TRUST: Duration = Duration::from_secs(30);

/// The database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, for development and small single-node use.
    Sqlite,
    /// A server, for replicas.
    Postgres,
}

/// Where the database is, and the connection limit.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:///absolute/path.db`, `sqlite://relative.db` (created if missing, with its directory) or `postgres://…`.
    pub url: String,
    /// The maximum number of connections; SQLite takes at least two, one of them for writing.
    pub max_connections: u32,
}

/// Without the address, which may hold a password.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// Why the database cannot be opened or migrated.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither of the known forms.
    #[error("the database address is neither sqlite:// with a path and nothing after it, nor postgres://")]
    Address,
    /// A PostgreSQL address with an invalid part.
    #[error("the database address is invalid: {0}")]
    Unreadable(String),
    /// Nothing answers there.
    #[error("{cause} at {at}")]
    Unreachable { cause: String, at: String },
    /// The server answers, but does not let us in.
    #[error("{at} refuses the connection: {cause}")]
    Refused { cause: String, at: String },
    /// Another process uses the file.
    #[error("the database is in use by another process, which holds {}", .0.display())]
    InUse(PathBuf),
    /// The file has several hard links. SQLite finds its log by the file's name: under one name it would miss the other's log.
    #[error(
        "{} has {names} names (hard links), and SQLite keeps the last writes in a log beside one of them: keep the name \
         that has the log (…-wal), and remove the others",
        .path.display()
    )]
    SeveralNames { path: PathBuf, names: u64 },
    /// The file was in use when its service ended, and its log is missing.
    #[error(
        "{} is not whole: the last writes are in its log, {}, which is missing. Bring the log back under this name. \
         Only if it is lost for good, and with it the last orders (a repeated request may then be carried out twice): \
         sqlite3 {} 'PRAGMA user_version = 0'",
        .path.display(), .log.display(), .path.display()
    )]
    LogMissing { path: PathBuf, log: PathBuf },
    /// The file, its directory or its lock file cannot be opened.
    #[error("{} cannot be opened", .path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A newer release has migrated the schema, and this one does not work on it.
    #[error(
        "a newer release has migrated the schema (by {}), and this release cannot work on it: run the newer one, or \
         restore a backup from before",
        .steps.join(", ")
    )]
    NewerSchema { steps: Vec<String> },
    /// The database does not answer, or returns an error.
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl ConnectError {
    /// Whether the same call may succeed later without intervention.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Address
            | Self::Unreadable(_)
            | Self::Refused { .. }
            | Self::InUse(_)
            | Self::SeveralNames { .. }
            | Self::LogMissing { .. }
            | Self::File { .. }
            | Self::NewerSchema { .. } => false,
            Self::Database(error) => error.retryable(),
        }
    }
}

/// An opened database: where to read, where to write, and what keeps other processes out.
pub(crate) struct Opened {
    pub engine: Engine,
    pub reader: DatabaseConnection,
    pub writer: DatabaseConnection,
    /// Where PostgreSQL's connections lie between two uses.
    pub shelf: Option<Shelf>,
    pub lock: Option<FileLock>,
    /// The log, if this is SQLite.
    pub log: Option<Arc<Log>>,
    /// The wake-up after a failed write: someone must check whether the database can be written.
    pub doubt: Notify,
    /// The wake-up after events have got positions; what it holds only counts.
    pub news: watch::Sender<u64>,
    /// What calls to Mollie one process counts by itself.
    pub counted: Counted,
    /// The connection on which a server's notifications are heard, made when somebody first listens.
    pub listening: Option<PgPool>,
}

pub(crate) async fn open(options: &Options) -> Result<Opened, ConnectError> {
    match Address::parse(&options.url)? {
        Address::Postgres(address) => open_postgres(*address, options.max_connections).await,
        Address::Sqlite(path) => open_sqlite(path, options.max_connections).await,
    }
}

async fn open_postgres(address: PgConnectOptions, max_connections: u32) -> Result<Opened, ConnectError> {
    let settings = [
        // The guards rely on this level, whatever the server's default.
        ("default_transaction_isolation", "read committed"),
        // If a process vanishes within a transaction, its locks must end.
        ("idle_in_transaction_session_timeout", "30s"),
    ];
    let address = address.application_name("order-service").options(settings).disable_statement_logging();
    let doubt = Doubt::default();
    let tested = doubt.clone();
    let pool = PgPoolOptions::new()
        .max_connections(max_connections.max(1))
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let is_doubtful = tested.is_about(meta.idle_for);
            Box::pin(async move {
                if is_doubtful {
                    sea_orm::sqlx::Connection::ping(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_with(address.clone())
        .await;
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => return Err(why(&address, error).await),
    };
    let shelf = Some(Shelf::new(pool.clone(), doubt));
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Opened {
        engine: Engine::Postgres,
        reader: connection.clone(),
        writer: connection,
        shelf,
        lock: None,
        log: None,
        doubt: Notify::new(),
        counted: Counted::default(),
        news: watch::Sender::new(0),
        listening: Some(listening(address)),
    })
}

/// One connection writes, so that writers wait in the pool's fair queue rather than for SQLite's lock, which is not fair; the
/// others only read.
async fn open_sqlite(path: PathBuf, max_connections: u32) -> Result<Opened, ConnectError> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|source| ConnectError::File { path: directory.to_owned(), source })?;
    }
    let lock = FileLock::take(&path)?;
    refuse_without_log(&lock)?;
    let file = SqliteConnectOptions::new()
        .filename(&lock.database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        // Only [`Log`] empties the log.
        .pragma("wal_autocheckpoint", "0")
        .pragma("journal_size_limit", KEPT)
        // A page goes into the log once in a transaction, at its COMMIT: what [`is_full`](crate::error::is_full) relies on.
        .pragma("cache_spill", "OFF")
        .disable_statement_logging();
    let pool = |connections: u32| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let writer = pool(1).connect_with(file.clone()).await.map_err(unavailable)?;
    let writer = SqlxSqliteConnector::from_sqlx_sqlite_pool(writer);
    let log = Arc::new(Log::default());
    empty_first(&log, &writer).await;
    let readers = max_connections.saturating_sub(1).max(1);
    let reader = pool(readers).connect_with(file.pragma("query_only", "ON")).await.map_err(unavailable)?;
    Ok(Opened {
        engine: Engine::Sqlite,
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        writer,
        shelf: None,
        lock: Some(lock),
        log: Some(log),
        doubt: Notify::new(),
        counted: Counted::default(),
        news: watch::Sender::new(0),
        listening: None,
    })
}

/// One connection beside the others, so that waiting for notifications takes none from those who work. It is never idle.
fn listening(address: PgConnectOptions) -> PgPool {
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
    options.max_lifetime(None).idle_timeout(None).connect_lazy_with(address)
}

/// Moves whatever the last process left in the log into the main file. If that fails, as on a full disk, the service still
/// starts: it reports that it cannot write until it can.
async fn empty_first(log: &Log, writer: &DatabaseConnection) {
    let emptied = match Connection::take(writer, None).await {
        Ok(mut connection) => {
            let emptied = log.empty(&mut connection).await;
            connection.back(emptied)
        }
        Err(problem) => Err(problem),
    };
    if let Err(problem) = emptied {
        tracing::warn!(%problem, "SQLite's log could not be emptied");
    }
}

pub(crate) fn unavailable(error: SqlxError) -> ConnectError {
    store_error(DbErr::Conn(RuntimeErr::SqlxError(error.into()))).into()
}
