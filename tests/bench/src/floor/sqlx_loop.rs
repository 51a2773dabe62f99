//! The very statements of CreateOrder by sqlx alone, on either database: what the driver leaves of the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::types::time::OffsetDateTime;
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, query};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::accounting::Watched;
use crate::load::{Load, Until, closed};
use crate::postgres::Database;
use crate::service::migrate;
use crate::site::Site;
use crate::statements::{Kept, Source, Statement, Template, Value};

/// Everything behind `$connection` is the same for both databases, but sqlx's types differ.
macro_rules! run_template {
    ($connection:expr, $template:expr, $begin:expr) => {{
        let unique = next();
        for transaction in &$template.0 {
            let mut open = $begin;
            for statement in transaction {
                let mut bound = query(AssertSqlSafe(statement.sql.as_str()));
                for source in &statement.sources {
                    bound = bind!(bound, source, unique);
                }
                let done = bound.execute(&mut *open).await.with_context(|| statement.sql.clone())?;
                ensure!(done.rows_affected() > 0, "the floor writes nothing by {}", statement.sql);
            }
            open.commit().await?;
        }
        Ok(())
    }};
}

macro_rules! bind {
    ($query:expr, $source:expr, $unique:expr) => {
        match $source {
            Source::Own(salt, Kept::Uuid) => $query.bind(own(salt, $unique)),
            Source::Own(salt, _) => $query.bind(own(salt, $unique).to_string()),
            Source::Same(Value::Uuid(id)) => $query.bind(*id),
            Source::Same(Value::Text(text)) => $query.bind(text.as_str()),
            Source::Same(Value::Integer(number)) => $query.bind(*number),
            Source::Same(Value::Boolean(is_so)) => $query.bind(*is_so),
            Source::Same(Value::Time(time, _)) => $query.bind(*time),
            Source::Same(Value::Bytes(bytes)) => $query.bind(bytes.as_slice()),
            Source::Same(Value::Null(Kept::Uuid)) => $query.bind(None::<Uuid>),
            Source::Same(Value::Null(Kept::Text)) => $query.bind(None::<String>),
            Source::Same(Value::Null(Kept::Integer)) => $query.bind(None::<i64>),
            Source::Same(Value::Null(Kept::Boolean)) => $query.bind(None::<bool>),
            Source::Same(Value::Null(Kept::Time)) => $query.bind(None::<OffsetDateTime>),
            Source::Same(Value::Null(Kept::Bytes)) => $query.bind(None::<Vec<u8>>),
        }
    };
}

/// What makes the next order different from all others.
fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An id that grows with time, as the service's do.
fn own(salt: &str, unique: u64) -> Uuid {
    let salt = salt.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Uuid::from_u64_pair(unique, salt)
}

/// The floor on PostgreSQL: a connection for each caller.
pub struct OnPostgres {
    connections: Vec<Arc<Mutex<PgConnection>>>,
    template: Arc<Template>,
    watched: Watched,
    database: Database,
}

impl OnPostgres {
    /// Prepares a database and connections for so many callers.
    ///
    /// # Errors
    /// They cannot be made.
    pub async fn new(site: &Site, template: Template, callers: usize) -> Result<Self> {
        let database = site.postgres.create("sqlx").await?;
        migrate(site, &database.url())?;
        let mut connections = Vec::new();
        for _ in 0..callers {
            connections.push(Arc::new(Mutex::new(database.connect().await?)));
        }
        let watched = Watched { postgres: Some(site.postgres.postmaster), ..Watched::default() };
        Ok(Self { connections, template: Arc::new(template), watched, database })
    }

    /// Where its orders are, which nobody looks up.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// One turn with so many callers.
    ///
    /// # Errors
    /// A statement fails or writes nothing.
    pub async fn turn(&self, callers: usize, until: Until) -> Result<Load> {
        let (connections, template) = (self.connections.clone(), Arc::clone(&self.template));
        closed(callers, until, &self.watched, move |call| {
            let (connection, template) = (Arc::clone(&connections[call.caller]), Arc::clone(&template));
            async move {
                let mut connection = connection.lock().await;
                run_template!(connection, template, connection.begin().await?)
            }
        })
        .await
    }
}

/// The floor on SQLite: one connection, because one writes at a time.
pub struct OnSqlite {
    connection: Arc<Mutex<SqliteConnection>>,
    template: Arc<Template>,
}

impl OnSqlite {
    /// Prepares a file, as durable as the service's.
    ///
    /// # Errors
    /// It cannot be made.
    pub async fn new(site: &Site, template: Template) -> Result<Self> {
        let file = site.directory().join("sqlx.db");
        migrate(site, &format!("sqlite://{}", file.display()))?;
        let options = SqliteConnectOptions::new().filename(&file).foreign_keys(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let connection = options.disable_statement_logging().connect().await?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), template: Arc::new(template) })
    }

    /// One turn with so many callers.
    ///
    /// # Errors
    /// A statement fails or writes nothing.
    pub async fn turn(&self, callers: usize, until: Until) -> Result<Load> {
        let (connection, template) = (Arc::clone(&self.connection), Arc::clone(&self.template));
        closed(callers, until, &Watched::default(), move |_| {
            let (connection, template) = (Arc::clone(&connection), Arc::clone(&template));
            async move {
                let mut connection = connection.lock().await;
                run_template!(connection, template, connection.begin_with("BEGIN IMMEDIATE").await?)
            }
        })
        .await
    }
}

/// Runs one statement with given values on a connection, and tells how many rows it wrote.
///
/// # Errors
/// It fails.
pub async fn run_one(connection: &mut PgConnection, statement: &Statement) -> Result<u64> {
    let mut bound = query(AssertSqlSafe(statement.sql.as_str()));
    for source in &statement.sources {
        bound = bind!(bound, source, 0);
    }
    Ok(bound.execute(connection).await.with_context(|| statement.sql.clone())?.rows_affected())
}

/// Runs one query with given values on a connection, and tells how many rows it gave.
///
/// # Errors
/// It fails.
pub async fn ask_one(connection: &mut PgConnection, statement: &Statement) -> Result<usize> {
    let mut bound = query(AssertSqlSafe(statement.sql.as_str()));
    for source in &statement.sources {
        bound = bind!(bound, source, 0);
    }
    Ok(bound.fetch_all(connection).await.with_context(|| statement.sql.clone())?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_name_are_one_within_an_order_and_grow_from_order_to_order() {
        assert_eq!(own("order", 7), own("order", 7));
        assert_ne!(own("order", 7), own("operation", 7));
        assert!(own("order", 7) < own("order", 8) && own("order", 7) < own("key", 8));
    }
}
