//! Single statements of the service by sqlx alone: what a reading, or a hook, leaves to the service to be judged by.

use std::sync::Arc;

use anyhow::{Result, ensure};
use sea_orm::sqlx::postgres::PgConnection;
use tokio::sync::Mutex;

use super::sqlx_loop::{ask_one, run_one};
use crate::accounting::Watched;
use crate::load::{Load, Timetable, Until, closed, open};
use crate::postgres::Database;
use crate::statements::Statement;

/// Statements run in turn on connections of their own.
pub struct Single {
    connections: Vec<Arc<Mutex<PgConnection>>>,
    statements: Arc<[Statement]>,
    watched: Watched,
}

impl Single {
    /// Connects for so many callers.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn new(
        database: &Database,
        statements: Vec<Statement>,
        callers: usize,
        postmaster: u32,
    ) -> Result<Self> {
        let mut connections = Vec::new();
        for _ in 0..callers {
            connections.push(Arc::new(Mutex::new(database.connect().await?)));
        }
        let watched = Watched { postgres: Some(postmaster), ..Watched::default() };
        Ok(Self { connections, statements: statements.into(), watched })
    }

    /// One turn of queries; each must give so many rows.
    ///
    /// # Errors
    /// One fails or gives another number of rows.
    pub async fn ask(&self, callers: usize, until: Until, rows: usize) -> Result<Load> {
        let (connections, statements) = (self.connections.clone(), Arc::clone(&self.statements));
        closed(callers, until, &self.watched, move |call| {
            let connection = Arc::clone(&connections[call.caller]);
            let statements = Arc::clone(&statements);
            async move {
                let statement = &statements[call.number % statements.len()];
                let given = ask_one(&mut *connection.lock().await, statement).await?;
                ensure!(given == rows, "the floor reads {given} rows, not {rows}");
                Ok(())
            }
        })
        .await
    }

    /// One turn of statements that write one row each, by a timetable.
    ///
    /// # Errors
    /// One fails or writes nothing.
    pub async fn write(&self, timetable: Timetable) -> Result<Load> {
        let (connections, statements) = (self.connections.clone(), Arc::clone(&self.statements));
        open(timetable, &self.watched, move |call| {
            let connection = Arc::clone(&connections[call.caller % connections.len()]);
            let statements = Arc::clone(&statements);
            async move {
                let statement = &statements[call.number % statements.len()];
                let written = run_one(&mut *connection.lock().await, statement).await?;
                ensure!(written == 1, "the floor writes {written} rows, not one");
                Ok(())
            }
        })
        .await
    }
}
