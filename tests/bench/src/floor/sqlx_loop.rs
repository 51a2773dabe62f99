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

/// What makes the next order different from all others.
fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The statements of one order.
struct Orders {
    statements: Vec<Statement>,
    parts: Values,
}

/// The floor: connections, at most one for each caller.
pub struct Loop<C> {
    connections: Vec<Arc<Mutex<C>>>,
    orders: Arc<Orders>,
    watched: Watched,
}

/// The same for both databases, but sqlx's types differ.
macro_rules! turns {
    ($connection:ty, $begin:literal) => {
        impl Loop<$connection> {
            pub async fn turn(&self, callers: usize, until: Until) -> Result<Load> {
                let (connections, orders) = (self.connections.clone(), Arc::clone(&self.orders));
                closed(callers, until, &self.watched, move |call| {
                    let connection = Arc::clone(&connections[call.caller % connections.len()]);
                    let orders = Arc::clone(&orders);
                    async move {
                        let (mut connection, unique) = (connection.lock().await, next().to_string());
                        for Statement { sql, variables } in &orders.statements {
                            if let "BEGIN" | "COMMIT" = sql.as_str() {
                                let bound = if sql == "BEGIN" { $begin } else { "COMMIT" };
                                raw_sql(bound).execute(&mut *connection).await?;
                                continue;
                            }
                            let mut bound = query(AssertSqlSafe(sql.as_str()));
                            for name in variables {
                                bound =
                                    bound.bind(if *name == UNIQUE { &unique } else { &orders.parts[name] });
                            }
                            let done = bound.execute(&mut *connection).await.with_context(|| sql.clone())?;
                            ensure!(done.rows_affected() > 0, "the floor writes nothing by {sql}");
                        }
                        Ok(())
                    }
                })
                .await
            }
        }
    };
}

turns!(PgConnection, "BEGIN");
turns!(SqliteConnection, "BEGIN IMMEDIATE");

impl Loop<PgConnection> {
    /// Prepares connections for so many callers on a database, where nobody looks up the orders.
    pub async fn new(site: &Site, database: &Database, parts: Values, callers: usize) -> Result<Self> {
        migrate(site, database.url())?;
        let watched = Watched { postgres: Some(site.postgres.postmaster), ..Watched::default() };
        let orders = Arc::new(Orders { statements: prepared(CREATE_ORDER), parts });
        Ok(Self { connections: database.connections(callers).await?, orders, watched })
    }
}

impl Loop<SqliteConnection> {
    /// Prepares a file, as durable as the service's, with one connection, because one writes at a time.
    pub async fn new(site: &Site, parts: Values) -> Result<Self> {
        let file = site.directory().join("sqlx.db");
        migrate(site, &format!("sqlite://{}", file.display()))?;
        let options = SqliteConnectOptions::new().filename(&file).foreign_keys(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let connection = options.disable_statement_logging().connect().await?;
        let orders = Arc::new(Orders { statements: prepared(CREATE_ORDER_SQLITE), parts });
        Ok(Self { connections: vec![Arc::new(Mutex::new(connection))], orders, watched: Watched::default() })
    }
}
