//! A fresh database of each engine for every test.

use std::future::Future;

use persistence::{Database, Options};
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor};

const CONNECTIONS: u32 = 8;

pub fn options(url: &str) -> Options {
    Options { url: url.to_owned(), max_connections: CONNECTIONS }
}

pub async fn opened(url: &str) -> Database {
    let database = Database::connect(&options(url)).await.unwrap();
    database.migrate().await.unwrap();
    database
}

pub async fn on_sqlite<F, T>(test: F)
where
    F: FnOnce(Database) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/orders.db", directory.path().display());
    let database = opened(&url).await;
    test(database.clone()).await;
    database.close().await;
}

/// Runs the test in a task, so that the database is dropped even if it fails.
pub async fn on_postgres<F, T>(test: F)
where
    F: FnOnce(Database) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let Some(fresh) = Fresh::create().await else {
        return;
    };
    let database = opened(&fresh.url).await;
    let outcome = tokio::spawn(test(database.clone())).await;
    database.close().await;
    fresh.drop().await;
    if let Err(failed) = outcome {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// A database that exists for one test.
pub struct Fresh {
    server: String,
    name: String,
    pub url: String,
}

impl Fresh {
    /// `None` without `DATABASE_URL`, and says so.
    pub async fn create() -> Option<Self> {
        let Ok(server) = std::env::var("DATABASE_URL") else {
            println!("PostgreSQL part left out: DATABASE_URL is not set");
            return None;
        };
        let name = format!("conformance_{}_{}", std::process::id(), conformance::samples::number());
        let (address, settings) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = address.rsplit_once('/').unwrap();
        let url = format!("{host}/{name}?{settings}");
        administer(&server, format!("CREATE DATABASE {name}")).await;
        Some(Self { server, name, url })
    }

    pub async fn drop(self) {
        administer(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

pub async fn administer(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}
