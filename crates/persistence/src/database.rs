//! The opened database that others hold. It may not decide anything about orders.

use std::sync::Arc;

use domain::ports::{Change, StoreError, TraceParent};
use jiff::Timestamp;
use sea_orm::sqlx::postgres::PgPool;
use sea_orm::sqlx::sqlite::SqlitePool;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio::sync::watch;

use crate::address::refusal;
use crate::armed::Armed;
use crate::connect::{ConnectError, Engine, Opened, Options, open};
use crate::connection::Connection;
use crate::error::store_error;
use crate::lease;
use crate::log::Log;
use crate::permits::Counted;
use crate::session::Session;
use crate::shelf::Shelf;

/// The store: SQLite or PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct Database(Arc<Opened>, Armed, Observer);

/// Who observes what a process writes. It changes nothing, and must not wait.
#[derive(Clone, Copy)]
pub struct Observer {
    /// Where the current work is in its caller's trace: kept with what is recorded.
    pub here: fn() -> Option<TraceParent>,
    /// Hears of each change once it is written.
    pub written: fn(&Change),
}

impl Observer {
    const NOBODY: Self = Self { here: || None, written: |_| () };
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Database").field(&self.0.engine).finish()
    }
}

impl Database {
    /// Opens the database; a SQLite file is created if missing, and locked against other processes. The schema is not
    /// touched: see [`Database::migrate`].
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(options: &Options) -> Result<Self, ConnectError> {
        open(options).await.map(|opened| Self(Arc::new(opened), Armed::default(), Observer::NOBODY))
    }

    /// Lets `faults` act right before every statement from now on.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_faults(self, faults: Arc<dyn crate::faults::Faults>) -> Self {
        Self(self.0, Armed(Some(faults)), self.2)
    }

    /// Lets `observer` hear from now on.
    #[must_use]
    pub fn observed(self, observer: Observer) -> Self {
        Self(self.0, self.1, observer)
    }

    pub(crate) fn observer(&self) -> Observer {
        self.2
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read().execute_unprepared("SELECT 1").await.map(drop).map_err(store_error)
    }

    /// The database's name and version, such as `PostgreSQL 15.18`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn version(&self) -> Result<String, StoreError> {
        let (name, sql) = match self.engine() {
            Engine::Sqlite => ("SQLite", "SELECT sqlite_version()"),
            Engine::Postgres => ("PostgreSQL", "SHOW server_version"),
        };
        let statement = Statement::from_string(self.read().get_database_backend(), sql);
        let row = self.read().query_one_raw(statement).await.map_err(store_error)?;
        let none = || store_error(DbErr::RecordNotFound(sql.to_owned()));
        let text: String = row.ok_or_else(none)?.try_get_by(0).map_err(store_error)?;
        // A distribution appends its own version after a space.
        let version = text.split(' ').next().unwrap_or_default();
        Ok(format!("{name} {version}"))
    }

    /// The database's time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn time(&self) -> Result<Timestamp, StoreError> {
        let backend = self.read().get_database_backend();
        let sql = format!("SELECT {} AS database_time", lease::clock(backend));
        let row =
            self.read().query_one_raw(Statement::from_string(backend, &sql)).await.map_err(store_error)?;
        let row = row.ok_or_else(|| store_error(DbErr::RecordNotFound(sql)))?;
        let micros: i64 = row.try_get_by(0).map_err(store_error)?;
        let odd = |_| StoreError::Inconsistent(format!("the database's time is {micros}"));
        Timestamp::from_microsecond(micros).map_err(odd)
    }

    /// Moves what SQLite's log holds into the main file, and frees the log; PostgreSQL needs nothing.
    pub(crate) async fn empty_log(&self) -> Result<(), StoreError> {
        let Some(log) = &self.0.log else { return Ok(()) };
        let mut connection = Connection::take(&self.0.writer, None).await.map_err(store_error)?;
        let emptied = log.empty(&mut connection).await;
        connection.back(emptied).map_err(store_error)
    }

    /// Waits for writes under way, then closes every connection and releases the lock. Calls of other holders fail from now on.
    pub async fn close(self) {
        // SQLite would do it when its last connection closes; a crash meanwhile could leave a part of it, without the mark.
        if let Err(problem) = self.empty_log().await {
            tracing::warn!(%problem, "SQLite's log could not be emptied; it belongs to the database's file");
        }
        if let Some(shelf) = &self.0.shelf {
            shelf.close();
        }
        for connection in [&self.0.writer, &self.0.reader] {
            if let Err(problem) = connection.close_by_ref().await {
                tracing::warn!(%problem, "the database was not closed cleanly");
            }
        }
        if let Some(pool) = &self.0.listening {
            pool.close().await;
        }
        if let Some(lock) = &self.0.lock {
            lock.release();
        }
    }

    /// Why a server gives no connection; `None` if it does, or if there is no server.
    pub(crate) async fn refusal(&self) -> Option<ConnectError> {
        match &self.0.listening {
            Some(pool) => refusal(&pool.connect_options()).await,
            None => None,
        }
    }

    /// Waits until a write has failed since the last time.
    pub async fn doubted(&self) {
        self.0.doubt.notified().await;
    }

    /// Notes whether a write has failed because of the database.
    pub(crate) fn noted<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if outcome.as_ref().is_err_and(StoreError::retryable) {
            self.0.doubt.notify_one();
        }
        outcome
    }

    /// How many connections the pools have, and how many of these are idle.
    pub(crate) fn pools(&self) -> (u32, usize) {
        match self.engine() {
            Engine::Postgres => {
                let pool = self.0.writer.get_postgres_connection_pool();
                let kept = self.0.shelf.as_ref().map_or(0, Shelf::len);
                (pool.size(), pool.num_idle() + kept)
            }
            Engine::Sqlite => {
                let pools =
                    [&self.0.writer, &self.0.reader].map(DatabaseConnection::get_sqlite_connection_pool);
                let add = |(size, idle), pool: &SqlitePool| (size + pool.size(), idle + pool.num_idle());
                pools.into_iter().fold((0, 0), add)
            }
        }
    }

    /// How many connections the pools may have.
    pub(crate) fn pools_at_most(&self) -> u32 {
        match self.engine() {
            Engine::Postgres => self.0.writer.get_postgres_connection_pool().options().get_max_connections(),
            Engine::Sqlite => {
                let pools =
                    [&self.0.writer, &self.0.reader].map(DatabaseConnection::get_sqlite_connection_pool);
                pools.map(|pool| pool.options().get_max_connections()).iter().sum()
            }
        }
    }

    /// Where transactions begin.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.0.writer
    }

    /// Where PostgreSQL's connections lie between two uses.
    pub(crate) fn shelf(&self) -> Option<&Shelf> {
        self.0.shelf.as_ref()
    }

    /// SQLite's log.
    pub(crate) fn log(&self) -> Option<&Arc<Log>> {
        self.0.log.as_ref()
    }

    /// What a test has armed.
    pub(crate) fn armed(&self) -> &Armed {
        &self.1
    }

    /// What calls to Mollie this process counts by itself.
    pub(crate) fn counted(&self) -> &Counted {
        &self.0.counted
    }

    /// Where news of the stream are told.
    pub(crate) fn news_sender(&self) -> &watch::Sender<u64> {
        &self.0.news
    }

    /// The one connection on which notifications are heard, if this is PostgreSQL.
    pub(crate) fn listening(&self) -> Option<&PgPool> {
        self.0.listening.as_ref()
    }

    /// For statements that read.
    pub(crate) fn read(&self) -> Session {
        self.session(&self.0.reader, None)
    }

    /// For single statements that write.
    pub(crate) fn write(&self) -> Session {
        self.session(&self.0.writer, self.0.log.clone())
    }

    fn session(&self, pool: &DatabaseConnection, log: Option<Arc<Log>>) -> Session {
        Session { pool: pool.clone(), shelf: self.0.shelf.clone(), armed: self.1.clone(), log }
    }
}
