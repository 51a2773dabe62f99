//! The one place where transactions begin and end. It may not know any table.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::ports::StoreError;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Mutex;
use tracing::Instrument;

use crate::armed::{Armed, Watch};
use crate::connection::Connection;
use crate::database::Database;
use crate::error::{is_certain, is_full, store_error};
use crate::log::Log;
use crate::repeats::Repeats;
use crate::session::comparable;
use crate::span;

static TOLD: Repeats = Repeats::new();

/// The work within a transaction.
pub(crate) type Steps<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// How a transaction ended whose work succeeded.
#[derive(Debug)]
pub(crate) enum Ended<T> {
    /// The database has confirmed the COMMIT, and the connection is outside a transaction.
    Written(T),
    /// The answer to COMMIT, or to a statement that is its own, was lost, or was an error: it may or may not be written, or be written yet. Read back to find out.
    Unknown(StoreError),
}

impl<T> Ended<T> {
    /// For work that is simply repeated: an unknown outcome counts as failed.
    pub fn written(self) -> Result<T, StoreError> {
        match self {
            Self::Written(done) => Ok(done),
            Self::Unknown(error) => Err(error),
        }
    }
}

/// An open transaction. If dropped before its end, its connection is closed.
#[derive(Debug)]
pub(crate) struct Tx {
    backend: DbBackend,
    connection: Mutex<Held>,
    armed: Armed,
    log: Option<Arc<Log>>,
}

/// The connection of a transaction that has not ended.
#[derive(Debug)]
struct Held(Option<Connection>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            connection.discard();
        }
    }
}

/// Runs the steps in one transaction: committed if they succeed, otherwise rolled back. The connection returns to the pool only
/// after the database has confirmed the end of the transaction.
///
/// It runs in a separate task, to its end, even if the caller stops waiting. On SQLite it takes the write lock at once, because a
/// transaction that starts to read and then wants to write cannot wait for its turn.
pub(crate) async fn run_tx<T, E, F>(name: &'static str, database: &Database, steps: F) -> Result<Ended<T>, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'a> FnOnce(&'a Tx) -> Steps<'a, T, E> + Send + 'static,
{
    let database = database.clone();
    let span = span::of_transaction(database.writer().get_database_backend(), name);
    let work = async move {
        let tx = Tx::begin(&database).await.map_err(store_error)?;
        match steps(&tx).await {
            Ok(done) => match tx.commit().await {
                Ok(()) => Ok(Ended::Written(done)),
                // SQLite has rolled back, and none of it is whole in the log: it is not written, and will not be.
                Err(full) if is_full(&full) => Err(store_error(full).into()),
                Err(error) => Ok(Ended::Unknown(store_error(error))),
            },
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    };
    match tokio::spawn(work.instrument(span)).await {
        Ok(outcome) => outcome,
        // It may have ended anywhere, even after the COMMIT.
        Err(ended) => Ok(Ended::Unknown(StoreError::Unavailable(format!("transaction {name}: {ended}")))),
    }
}

/// Runs one statement that is committed with its end. It, too, runs to its end even if the caller stops waiting. An error of the database
/// says that nothing is written; without an answer, that is unknown.
pub(crate) async fn run_alone(
    name: &'static str,
    database: &Database,
    statement: Statement,
) -> Result<Ended<()>, DbErr> {
    let session = database.write();
    let span = span::of_transaction(session.get_database_backend(), name);
    let work = async move { session.execute_raw(statement).await };
    match tokio::spawn(work.instrument(span)).await {
        Ok(Ok(_)) => Ok(Ended::Written(())),
        Ok(Err(error)) if is_certain(&error) => Err(error),
        Ok(Err(error)) => Ok(Ended::Unknown(store_error(error))),
        Err(ended) => Ok(Ended::Unknown(StoreError::Unavailable(format!("transaction {name}: {ended}")))),
    }
}

impl Tx {
    async fn begin(database: &Database) -> Result<Self, DbErr> {
        let connection = Connection::take_for_transaction(database.writer(), database.shelf()).await?;
        let backend = connection.backend();
        let connection = Mutex::new(Held(Some(connection)));
        let tx = Self { backend, connection, armed: database.armed().clone(), log: database.log().cloned() };
        if let Some(log) = &tx.log {
            log.ready(tx.connection.lock().await.open()?).await?;
        }
        tx.control("BEGIN", if backend == DbBackend::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }).await?;
        Ok(tx)
    }

    /// PostgreSQL answers the COMMIT of an aborted transaction by rolling back, which the driver takes for success. An aborted
    /// transaction rejects every other statement, so one is sent before it in the same message.
    async fn commit(self) -> Result<(), DbErr> {
        let sql = if self.backend == DbBackend::Sqlite { "COMMIT" } else { "SELECT 1; COMMIT" };
        self.control("COMMIT", sql).await?;
        let log = self.log.clone();
        match (self.give_back(), log) {
            (Some(connection), Some(log)) => log.written(connection),
            (Some(connection), None) => connection.keep(),
            (None, _) => (),
        }
        Ok(())
    }

    async fn roll_back(self) {
        match self.control("ROLLBACK", "ROLLBACK").await {
            Ok(_) => self.give_back().into_iter().for_each(Connection::keep),
            // The database may have rolled back by itself, or be unreachable: the connection is closed either way.
            Err(problem) => {
                if let Some(left_out) = TOLD.due() {
                    tracing::warn!(%problem, left_out, "a transaction was not rolled back; its connection is closed");
                }
            }
        }
    }

    /// The connection, outside a transaction again.
    fn give_back(self) -> Option<Connection> {
        self.connection.into_inner().0.take()
    }

    /// Begins or ends the transaction by `sql`, which is logged as `name`.
    async fn control(&self, name: &str, sql: &str) -> Result<ExecResult, DbErr> {
        let work = async {
            let mut held = self.connection.lock().await;
            let (connection, watch) = held.ready(&self.armed, name).await?;
            watch.after(connection.run(sql).await)
        };
        span::run(span::of(self.backend, name), work).await
    }
}

impl Held {
    fn open(&mut self) -> Result<&mut Connection, DbErr> {
        self.0.as_mut().ok_or_else(|| DbErr::Custom("the transaction has ended".to_owned()))
    }

    /// The connection, about to run a statement.
    async fn ready(&mut self, armed: &Armed, sql: &str) -> Result<(&mut Connection, Watch), DbErr> {
        let connection = self.open()?;
        let watch = connection.ready(armed, sql).await;
        Ok((connection, watch))
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let span = span::of(self.backend, &statement.sql);
        let work = async {
            let mut held = self.connection.lock().await;
            let (connection, watch) = held.ready(&self.armed, &statement.sql).await?;
            watch.after(connection.execute(comparable(statement)).await)
        };
        span::run(span, work).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.control(sql, sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let span = span::of(self.backend, &statement.sql);
        let work = async {
            let mut held = self.connection.lock().await;
            let (connection, watch) = held.ready(&self.armed, &statement.sql).await?;
            watch.after(connection.one(comparable(statement)).await)
        };
        span::run(span, work).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let span = span::of(self.backend, &statement.sql);
        let work = async {
            let mut held = self.connection.lock().await;
            let (connection, watch) = held.ready(&self.armed, &statement.sql).await?;
            watch.after(connection.all(comparable(statement)).await)
        };
        span::run(span, work).await
    }
}
