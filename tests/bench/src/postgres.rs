//! The PostgreSQL server: databases of our own on it, and whether it is durable.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, query, raw_sql};
use tokio::sync::Mutex;

use crate::accounting;

/// Without any of these, an answered order may be lost with the power.
const DURABLE: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// A server on this machine where databases may be created.
pub struct Server {
    url: PgConnectOptions,
    /// The first of its processes.
    pub postmaster: u32,
    pub version: String,
}

impl Server {
    pub async fn open() -> Result<Self> {
        let url = std::env::var("DATABASE_URL").unwrap_or_default();
        let url: PgConnectOptions = url.parse().context("DATABASE_URL must be postgres://…")?;
        let mut connection =
            url.connect().await.context("connecting to the server that DATABASE_URL names")?;
        for name in DURABLE {
            let value = one(&mut connection, &format!("SHOW {name}")).await?;
            ensure!(
                value == "on",
                "{name} is {value} on the server that DATABASE_URL names, so that nothing measured there counts: start \
                 one with {name}=on"
            );
        }
        let backend: u32 = one(&mut connection, "SELECT pg_backend_pid()::text").await?.parse()?;
        let postmaster = accounting::parent(backend).context(
            "the server that DATABASE_URL names must run on this machine, where its CPU time can be read",
        )?;
        let name = std::fs::read_to_string(format!("/proc/{backend}/comm"))?;
        ensure!(
            name.trim() == "postgres",
            "process {backend} of this machine is no PostgreSQL: the server runs elsewhere"
        );
        let version = one(&mut connection, "SHOW server_version").await?;
        let version = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        Ok(Self { url, postmaster, version })
    }

    pub async fn create(&self) -> Result<Database> {
        let inner = tests::Database::make(tests::Engine::Postgres, Path::new("")).await;
        Ok(Database { server: self.url.clone(), options: inner.url().parse()?, inner })
    }

    /// Writes to disk what must be written anyhow, so that it does not fall into the next measure.
    pub async fn checkpoint(&self) -> Result<()> {
        execute(&mut self.url.connect().await?, "CHECKPOINT").await
    }

    pub async fn settings(&self) -> Result<String> {
        let mut connection = self.url.connect().await?;
        let mut settings = Vec::new();
        for name in DURABLE.into_iter().chain(["shared_buffers", "max_connections"]) {
            settings.push(format!("{name}={}", one(&mut connection, &format!("SHOW {name}")).await?));
        }
        Ok(settings.join(", "))
    }
}

/// A database that lives as long as this.
pub struct Database {
    inner: tests::Database,
    server: PgConnectOptions,
    options: PgConnectOptions,
}

impl Database {
    /// The address, for other programs.
    pub fn url(&self) -> &str {
        self.inner.url()
    }

    fn name(&self) -> &str {
        self.options.get_database().unwrap_or_default()
    }

    pub async fn connect(&self) -> Result<PgConnection> {
        Ok(self.options.connect().await?)
    }

    pub async fn connections(&self, callers: usize) -> Result<Vec<Arc<Mutex<PgConnection>>>> {
        let mut connections = Vec::new();
        for _ in 0..callers {
            connections.push(Arc::new(Mutex::new(self.connect().await?)));
        }
        Ok(connections)
    }

    /// Buffers touched in it so far, in memory or read. A server process reports them when it ends, or later.
    pub async fn buffers(&self) -> Result<f64> {
        let sql = "SELECT (blks_hit + blks_read)::text FROM pg_stat_database WHERE datname = ";
        let mut connection = self.server.connect().await?;
        Ok(one(&mut connection, &format!("{sql}'{}'", self.name())).await?.parse()?)
    }

    /// Rows inserted, updated and deleted in it so far.
    pub async fn written(&self) -> Result<[f64; 3]> {
        let sql =
            "SELECT concat_ws(' ', sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)) FROM pg_stat_user_tables";
        let numbers = one(&mut self.connect().await?, sql).await?;
        let numbers: Vec<f64> = numbers.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        numbers.try_into().map_err(|odd| anyhow::anyhow!("what was written cannot be read: {odd:?}"))
    }

    /// Waits until nobody is connected.
    pub async fn is_left(&self) -> Result<()> {
        let sql = format!(
            "SELECT count(*)::text FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = '{}'",
            self.name()
        );
        let mut connection = self.server.connect().await?;
        for _ in 0..2000 {
            if one(&mut connection, &sql).await? == "0" {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        anyhow::bail!("a client stays connected to {}", self.name())
    }
}

/// Runs statements that give nothing back.
pub async fn execute(connection: &mut PgConnection, sql: &str) -> Result<()> {
    let done = raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.map(drop).with_context(|| sql.chars().take(300).collect::<String>())
}

/// All rows of a query.
pub async fn rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>> {
    query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.with_context(|| sql.to_owned())
}

/// The one text that a query gives.
pub async fn one(connection: &mut PgConnection, sql: &str) -> Result<String> {
    let row =
        query(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.with_context(|| sql.to_owned())?;
    Ok(row.try_get(0)?)
}

/// Closes a connection in order, so that the server has counted it.
pub async fn close(connection: PgConnection) -> Result<()> {
    Ok(connection.close().await?)
}
