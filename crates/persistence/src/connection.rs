//! One connection taken out of the pool, for one transaction or one statement. Its holder sees how that ended: a doubtful
//! connection is closed and never reused. It may not know any table.
//!
//! sea-orm's own transactions cannot do that. After SQLite has rolled back by itself (a full disk, an I/O error), ROLLBACK fails,
//! the driver still counts one transaction as open, and later ones become savepoints that never commit.

use std::time::Duration;

#[cfg(feature = "planted")]
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{
    AssertSqlSafe, Connection as _, Error as SqlxError, Executor, Sqlite, query_with, raw_sql,
};
use sea_orm::{DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;

use crate::armed::{Armed, Watch};
use crate::error::{is_of_database, is_refusal};
#[cfg(feature = "planted")]
use crate::planted::Wrong;
use crate::shelf::{Lent, Shelf};

/// How long the thread behind a SQLite connection may take to answer a ping.
const LIFE_SIGN: Duration = Duration::from_secs(5);

/// A connection of either engine, outside the pool.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Lent),
    #[cfg(feature = "planted")]
    Wrong(DbBackend, Wrong),
}

/// Runs `$work` on either connection; the rows and results of both become sea-orm's.
macro_rules! on_either {
    ($self:ident, $connection:pat => $work:expr, $wrong:pat => $planted:expr) => {
        match $self {
            Self::Sqlite($connection) => $work,
            Self::Postgres($connection) => $work,
            #[cfg(feature = "planted")]
            Self::Wrong(_, $wrong) => $planted,
        }
    };
}

impl Connection {
    /// Takes one out of the pool, for a transaction.
    pub async fn take_for_transaction(
        pool: &DatabaseConnection,
        shelf: Option<&Shelf>,
    ) -> Result<Self, DbErr> {
        #[cfg(feature = "planted")]
        if crate::planted::is_chosen() {
            // It asks the driver's pool itself.
            shelf.into_iter().for_each(Shelf::empty);
            return Wrong::begin(pool).await.map(|wrong| Self::Wrong(pool.get_database_backend(), wrong));
        }
        Self::take(pool, shelf).await
    }

    /// Takes one off the shelf, where there is one, or out of the pool.
    pub async fn take(pool: &DatabaseConnection, shelf: Option<&Shelf>) -> Result<Self, DbErr> {
        let taken = match shelf {
            Some(shelf) => shelf.take().await.map(Self::Postgres),
            None => pool.get_sqlite_connection_pool().acquire().await.map(Self::Sqlite),
        };
        taken.map_err(|error| DbErr::Conn(driver_error(error)))
    }

    pub const fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
            #[cfg(feature = "planted")]
            Self::Wrong(backend, _) => *backend,
        }
    }

    /// Runs SQL without parameters; it may hold several statements.
    pub async fn run(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let text = raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = on_either!(
            self,
            connection => connection.execute(text).await.map(ExecResult::from),
            wrong => return wrong.run(sql).await
        );
        self.known(done.map_err(exec_error)).await
    }

    pub async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = on_either!(
            self,
            connection => {
                let (sql, values) = parts(statement);
                query_with(sql, values).execute(&mut **connection).await.map(ExecResult::from)
            },
            wrong => return wrong.tx()?.execute_raw(statement).await
        );
        self.known(done.map_err(exec_error)).await
    }

    pub async fn one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row = on_either!(
            self,
            connection => {
                let (sql, values) = parts(statement);
                let row = query_with(sql, values).fetch_optional(&mut **connection).await;
                row.map(|row| row.map(QueryResult::from))
            },
            wrong => return wrong.tx()?.query_one_raw(statement).await
        );
        self.known(row.map_err(query_error)).await
    }

    pub async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = on_either!(
            self,
            connection => {
                let (sql, values) = parts(statement);
                let rows = query_with(sql, values).fetch_all(&mut **connection).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            },
            wrong => return wrong.tx()?.query_all_raw(statement).await
        );
        self.known(rows.map_err(query_error)).await
    }

    /// The driver runs SQLite in a separate thread. When that dies (it panics if SQLite has no memory for a row), a result simply
    /// ends, as if there were no more rows. So a result counts only if the thread is still alive after it.
    async fn known<T>(&mut self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        let done = outcome?;
        if let Self::Sqlite(connection) = self {
            // A ping sent as the thread dies is never answered.
            let alive = tokio::time::timeout(LIFE_SIGN, connection.ping()).await;
            alive
                .unwrap_or(Err(SqlxError::WorkerCrashed))
                .map_err(|error| DbErr::Conn(driver_error(error)))?;
        }
        Ok(done)
    }

    /// Announces a statement that is about to run, and first runs what a test has armed.
    pub async fn ready(&mut self, armed: &Armed, sql: &str) -> Watch {
        let (first, watch) = armed.before(sql);
        for statement in first {
            // Whether it worked shows in the next statement's answer.
            let _ = self.run(&statement).await;
        }
        watch
    }

    /// Returns it after a single statement: kept if that has gone well or a guard of ours did not hold, tested by the pool if the database
    /// refused it otherwise, and closed if the connection itself has failed.
    pub fn back<T>(self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        match &outcome {
            Ok(_) => self.keep(),
            Err(error) if is_refusal(error) => self.keep(),
            Err(error) if is_of_database(error) => self.doubt(),
            Err(_) => self.discard(),
        }
        outcome
    }

    /// Returns it to the pool, which tests it: a server that stops tells so in an answer.
    fn doubt(self) {
        if let Self::Postgres(connection) = self {
            connection.doubt();
        }
    }

    /// Returns it for the next one: it has answered what it was asked, and no transaction is open.
    pub fn keep(self) {
        match self {
            Self::Postgres(connection) => connection.keep(),
            Self::Sqlite(connection) => drop(connection),
            #[cfg(feature = "planted")]
            Self::Wrong(_, wrong) => drop(wrong),
        }
    }

    /// Closes it as soon as it is dropped, in the background and within the pool's own bound; the pool opens another.
    pub fn discard(self) {
        match self {
            Self::Postgres(connection) => connection.discard(),
            Self::Sqlite(mut connection) => connection.close_on_drop(),
            #[cfg(feature = "planted")]
            Self::Wrong(_, wrong) => drop(wrong),
        }
    }
}

fn parts(statement: Statement) -> (AssertSqlSafe<String>, SqlxValues) {
    (AssertSqlSafe(statement.sql), SqlxValues(statement.values.unwrap_or(Values(Vec::new()))))
}

fn driver_error(error: SqlxError) -> RuntimeErr {
    RuntimeErr::SqlxError(error.into())
}

fn exec_error(error: SqlxError) -> DbErr {
    DbErr::Exec(driver_error(error))
}

fn query_error(error: SqlxError) -> DbErr {
    DbErr::Query(driver_error(error))
}
