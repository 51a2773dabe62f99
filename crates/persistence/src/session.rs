//! Every statement passes through here on its way to a connection or transaction. It may not know any table.
//!
//! Each is told at TRACE, so that what a use case costs can be counted: its text, never its values, which may be personal.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::moment;

/// What a test has armed; nothing, and of no size, in a product.
#[derive(Clone, Default)]
pub(crate) struct Armed(#[cfg(feature = "faults")] pub Option<std::sync::Arc<dyn crate::faults::Faults>>);

impl std::fmt::Debug for Armed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Armed")
    }
}

/// A connection pool or a transaction whose moments SQLite can compare.
#[derive(Clone, Debug)]
pub(crate) struct Session<C>(pub C, pub Armed);

/// Tells a statement by its text.
pub(crate) fn tell(sql: &str) {
    tracing::trace!(target: "persistence::statement", sql);
}

impl Armed {
    /// Tells the statement, and lets the faults act before it.
    #[cfg_attr(
        not(feature = "faults"),
        expect(clippy::unused_async, reason = "only faults have to be waited for")
    )]
    pub(crate) async fn before(&self, connection: &impl ConnectionTrait, sql: &str) {
        tell(sql);
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.0 {
            for statement in faults.before(sql) {
                // Whether it worked shows in what the next statement is answered.
                let _ = connection.execute_unprepared(&statement).await;
            }
        }
        #[cfg(not(feature = "faults"))]
        let _ = connection;
    }

    /// Lets the faults hear how it ended.
    pub(crate) fn after<T>(&self, sql: &str, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        #[cfg(feature = "faults")]
        if let (Some(faults), Err(error)) = (&self.0, &outcome) {
            faults.failed(sql, crate::error::engine_code(error).as_deref());
        }
        #[cfg(not(feature = "faults"))]
        let _ = sql;
        outcome
    }
}

/// The driver writes moments to SQLite without trailing zeros, and SQLite compares their texts.
fn comparable(mut statement: Statement) -> Statement {
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

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Session<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let sql = statement.sql.clone();
        self.1.before(&self.0, &sql).await;
        self.1.after(&sql, self.0.execute_raw(comparable(statement)).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.1.before(&self.0, sql).await;
        self.1.after(sql, self.0.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        self.1.before(&self.0, &sql).await;
        self.1.after(&sql, self.0.query_one_raw(comparable(statement)).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        self.1.before(&self.0, &sql).await;
        self.1.after(&sql, self.0.query_all_raw(comparable(statement)).await)
    }
}
