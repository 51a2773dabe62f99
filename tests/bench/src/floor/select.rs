//! Single statements of the service by sqlx alone: what a reading, or a hook, leaves to the service to be judged by.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::postgres::{PgArguments, PgConnection};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{AssertSqlSafe, Postgres, query};
use tokio::sync::Mutex;

use crate::accounting::Watched;
use crate::load::{Load, Timetable, Until, closed, open};
use crate::postgres::Database;
use crate::scripts::{Statement, Values, prepared};

const CALLERS: usize = 8;

/// A statement on separate connections, with its values in turn.
pub struct Single {
    connections: Vec<Arc<Mutex<PgConnection>>>,
    task: Arc<(Statement, Vec<Values>)>,
    watched: Watched,
}

impl Single {
    pub async fn new(
        database: &Database,
        script: &str,
        values: Vec<Values>,
        postmaster: u32,
    ) -> Result<Self> {
        let connections = database.connections(CALLERS).await?;
        let statement = prepared(script).into_iter().next().context("the script is empty")?;
        let watched = Watched { postgres: Some(postmaster), ..Watched::default() };
        Ok(Self { connections, task: Arc::new((statement, values)), watched })
    }

    /// One turn of queries; each must give so many rows.
    pub async fn ask(&self, callers: usize, until: Until, rows: usize) -> Result<Load> {
        let (connections, task) = (self.connections.clone(), Arc::clone(&self.task));
        closed(callers, until, &self.watched, move |call| {
            let (connection, task) = (Arc::clone(&connections[call.caller]), Arc::clone(&task));
            async move {
                let given = bound(&task, call.number).fetch_all(&mut *connection.lock().await).await?.len();
                ensure!(given == rows, "the floor reads {given} rows, not {rows}");
                Ok(())
            }
        })
        .await
    }

    /// One turn of statements that write one row each, by a timetable.
    pub async fn write(&self, timetable: Timetable) -> Result<Load> {
        let (connections, task) = (self.connections.clone(), Arc::clone(&self.task));
        open(timetable, &self.watched, move |call| {
            let connection = Arc::clone(&connections[call.caller % connections.len()]);
            let task = Arc::clone(&task);
            async move {
                let done = bound(&task, call.number).execute(&mut *connection.lock().await).await?;
                let written = done.rows_affected();
                ensure!(written == 1, "the floor writes {written} rows, not one");
                Ok(())
            }
        })
        .await
    }
}

/// The statement with the values of this call.
fn bound((statement, values): &(Statement, Vec<Values>), number: usize) -> Query<'_, Postgres, PgArguments> {
    let values = &values[number % values.len()];
    let bare = query(AssertSqlSafe(statement.sql.as_str()));
    statement.variables.iter().fold(bare, |bound, name| bound.bind(&values[name]))
}
