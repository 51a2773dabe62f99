//! Every statement passes through here on its way to a connection or transaction. It may not know any table.
//!
//! Each is logged at TRACE, so that the cost of a use case can be counted: its text, never its values, which may be personal.

use std::sync::Arc;

use domain::ports::StoreError;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::armed::{Armed, Watch};
use crate::connection::Connection;
use crate::error::store_error;
use crate::log::Log;
use crate::shelf::Shelf;
use crate::{moment, span};

/// The pool, for statements that are each a transaction.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub pool: DatabaseConnection,
    pub shelf: Option<Shelf>,
    pub armed: Armed,
    /// SQLite's log, if the statements write.
    pub log: Option<Arc<Log>>,
}

/// Logs a statement by its text.
pub(crate) fn tell(sql: &str) {
    tracing::trace!(target: "persistence::statement", sql);
}

/// The driver writes times to SQLite without trailing zeros, and SQLite compares their texts.
pub(crate) fn comparable(mut statement: Statement) -> Statement {
    if statement.db_backend != DbBackend::Sqlite {
        return statement;
    }
    for value in statement.values.iter_mut().flat_map(|values| &mut values.0) {
        if let Value::TimeDateTimeWithTimeZone(time) = value {
            *value = Value::String(time.map(moment::fixed_width));
        }
    }
    statement
}

/// Runs a statement that gives nothing back. Returns how many rows it has changed.
pub(crate) async fn execute<const N: usize>(
    session: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(session.get_database_backend(), sql, values);
    session.execute_raw(statement).await.map(|done| done.rows_affected()).map_err(store_error)
}

impl Session {
    /// A connection, about to run a statement.
    async fn ready(&self, sql: &str) -> Result<(Connection, Watch), DbErr> {
        let mut connection = Connection::take(&self.pool, self.shelf.as_ref()).await?;
        let watch = connection.ready(&self.armed, sql).await;
        Ok((connection, watch))
    }

    /// Returns the connection after its statement.
    fn back<T>(&self, connection: Connection, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        match &self.log {
            Some(log) if outcome.is_ok() => {
                log.written(connection);
                outcome
            }
            Some(_) | None => connection.back(outcome),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let span = span::of(self.get_database_backend(), &statement.sql);
        let work = async {
            let (mut connection, watch) = self.ready(&statement.sql).await?;
            let outcome = connection.execute(comparable(statement)).await;
            watch.after(self.back(connection, outcome))
        };
        span::run(span, work).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let work = async {
            let (mut connection, watch) = self.ready(sql).await?;
            let outcome = connection.run(sql).await;
            watch.after(self.back(connection, outcome))
        };
        span::run(span::of(self.get_database_backend(), sql), work).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let span = span::of(self.get_database_backend(), &statement.sql);
        let work = async {
            let (mut connection, watch) = self.ready(&statement.sql).await?;
            let outcome = connection.one(comparable(statement)).await;
            watch.after(self.back(connection, outcome))
        };
        span::run(span, work).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let span = span::of(self.get_database_backend(), &statement.sql);
        let work = async {
            let (mut connection, watch) = self.ready(&statement.sql).await?;
            let outcome = connection.all(comparable(statement)).await;
            watch.after(self.back(connection, outcome))
        };
        span::run(span, work).await
    }
}
