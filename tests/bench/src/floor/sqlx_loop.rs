//! The very statements of CreateOrder by sqlx alone, on either database: what the driver leaves of the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, query, raw_sql};
use tokio::sync::Mutex;

use crate::accounting::Watched;
use crate::load::{Load, Until, closed};
use crate::postgres::Database;
use crate::scripts::{CREATE_ORDER, CREATE_ORDER_SQLITE, Statement, UNIQUE, Values, prepared};
use crate::service::migrate;
use crate::site::Site;

/// The same for both databases, but sqlx's types differ.
macro_rules! run {
    ($connection:expr, $orders:expr, $begin:literal) => {{
        let unique = next().to_string();
        for Statement { sql, variables } in &$orders.statements {
            let mut bound = match sql.as_str() {
                "BEGIN" => {
                    raw_sql($begin).execute(&mut *$connection).await?;
                    continue;
                }
                "COMMIT" => {
                    raw_sql("COMMIT").execute(&mut *$connection).await?;
                    continue;
                }
                sql => query(AssertSqlSafe(sql)),
            };
            for name in variables {
                bound = bound.bind(if *name == UNIQUE { &unique } else { &$orders.parts[name] });
            }
            let done = bound.execute(&mut *$connection).await.with_context(|| sql.clone())?;
            ensure!(done.rows_affected() > 0, "the floor writes nothing by {sql}");
        }
        Ok(())
    }};
}

/// What makes the next order different from all others.
fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The orders that a floor writes.
struct Orders {
    statements: Vec<Statement>,
    parts: Values,
}

/// The floor on PostgreSQL: a connection for each caller.
pub struct OnPostgres {
    connections: Vec<Arc<Mutex<PgConnection>>>,
    orders: Arc<Orders>,
    watched: Watched,
    database: Database,
}

impl OnPostgres {
    /// Prepares a database and connections for so many callers.
    pub async fn new(site: &Site, parts: Values, callers: usize) -> Result<Self> {
        let database = site.postgres.create().await?;
        migrate(site, database.url())?;
        let connections = database.connections(callers).await?;
        let watched = Watched { postgres: Some(site.postgres.postmaster), ..Watched::default() };
        let orders = Arc::new(Orders { statements: prepared(CREATE_ORDER), parts });
        Ok(Self { connections, orders, watched, database })
    }

    /// Where its orders are, which nobody looks up.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// One turn with so many callers.
    pub async fn turn(&self, callers: usize, until: Until) -> Result<Load> {
        let (connections, orders) = (self.connections.clone(), Arc::clone(&self.orders));
        closed(callers, until, &self.watched, move |call| {
            let (connection, orders) = (Arc::clone(&connections[call.caller]), Arc::clone(&orders));
            async move {
                let mut connection = connection.lock().await;
                run!(connection, orders, "BEGIN")
            }
        })
        .await
    }
}

/// The floor on SQLite: one connection, because one writes at a time.
pub struct OnSqlite {
    connection: Arc<Mutex<SqliteConnection>>,
    orders: Arc<Orders>,
}

impl OnSqlite {
    /// Prepares a file, as durable as the service's.
    pub async fn new(site: &Site, parts: Values) -> Result<Self> {
        let file = site.directory().join("sqlx.db");
        migrate(site, &format!("sqlite://{}", file.display()))?;
        let options = SqliteConnectOptions::new().filename(&file).foreign_keys(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let connection = options.disable_statement_logging().connect().await?;
        let orders = Orders { statements: prepared(CREATE_ORDER_SQLITE), parts };
        Ok(Self { connection: Arc::new(Mutex::new(connection)), orders: Arc::new(orders) })
    }

    /// One turn with so many callers.
    pub async fn turn(&self, callers: usize, until: Until) -> Result<Load> {
        let (connection, orders) = (Arc::clone(&self.connection), Arc::clone(&self.orders));
        closed(callers, until, &Watched::default(), move |_| {
            let (connection, orders) = (Arc::clone(&connection), Arc::clone(&orders));
            async move {
                let mut connection = connection.lock().await;
                run!(connection, orders, "BEGIN IMMEDIATE")
            }
        })
        .await
    }
}
