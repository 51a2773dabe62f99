//! Every statement passes through here on its way to a connection or transaction. It may not know any table.
//!
//! Each is told at TRACE, so that what a use case costs can be counted: its text, never its values, which may be personal.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::armed::{Armed, Watch};
use crate::moment;

/// A connection pool whose moments SQLite can compare.
#[derive(Clone, Debug)]
pub(crate) struct Session<C>(pub C, pub Armed);

/// Tells a statement by its text.
pub(crate) fn tell(sql: &str) {
    tracing::trace!(target: "persistence::statement", sql);
}

/// The driver writes moments to SQLite without trailing zeros, and SQLite compares their texts.
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

impl<C: ConnectionTrait> Session<C> {
    async fn before(&self, sql: &str) -> Watch {
        let (first, watch) = self.1.before(sql);
        for statement in first {
            // Whether it worked shows in what the next statement is answered.
            let _ = self.0.execute_unprepared(&statement).await;
        }
        watch
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Session<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let watch = self.before(&statement.sql).await;
        watch.after(self.0.execute_raw(comparable(statement)).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let watch = self.before(sql).await;
        watch.after(self.0.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let watch = self.before(&statement.sql).await;
        watch.after(self.0.query_one_raw(comparable(statement)).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let watch = self.before(&statement.sql).await;
        watch.after(self.0.query_all_raw(comparable(statement)).await)
    }
}
