//! The database of a trial: made, looked at past the service, and removed. Nothing here goes the service's way.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use mollie_simulator::rules::ApiRequest;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};

use crate::cell::Engine;
use crate::tmpfs::Tmpfs;

/// A database that lasts as long as this.
pub struct Home {
    /// For whoever goes past the service.
    pub url: String,
    server: Option<(String, String)>,
    /// A file system that can be filled up, if the trial wants one.
    pub tmpfs: Option<Arc<Tmpfs>>,
}

impl Home {
    /// An empty database. On SQLite its pages are small, so that a row takes new ones.
    pub async fn make(engine: Engine, directory: &Path, tmpfs: Option<Tmpfs>) -> Self {
        let tmpfs = tmpfs.map(Arc::new);
        let place = tmpfs.as_ref().map_or(directory, |tmpfs| tmpfs.path()).to_owned();
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", place.join("orders.db").display());
                let connection = connect(&format!("{url}?mode=rwc")).await;
                for sql in [
                    "PRAGMA page_size=512",
                    "PRAGMA auto_vacuum=2",
                    "CREATE TABLE made (x)",
                    "DROP TABLE made",
                ] {
                    connection.execute_unprepared(sql).await.unwrap();
                }
                connection.close().await.unwrap();
                Self { url, server: None, tmpfs }
            }
            Engine::Postgres => {
                let server = server().expect("DATABASE_URL names a server");
                let name = format!("store_faults_{}", std::process::id());
                let connection = connect(&server).await;
                let tablespace = match &tmpfs {
                    Some(tmpfs) => {
                        let place = tmpfs.for_postgres();
                        let sql = format!("CREATE TABLESPACE {name} LOCATION '{}'", place.display());
                        connection.execute_unprepared(&sql).await.unwrap();
                        format!("TABLESPACE {name}")
                    }
                    None => String::new(),
                };
                let sql = format!("CREATE DATABASE {name} TEMPLATE template0 {tablespace}");
                connection.execute_unprepared(&sql).await.unwrap();
                connection.close().await.unwrap();
                let url = beside(&server, &name);
                Self { url, server: Some((server, name)), tmpfs }
            }
        }
    }

    /// Removes it.
    pub async fn remove(self) {
        if let Some((server, name)) = &self.server {
            let connection = connect(server).await;
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            connection.execute_unprepared(&drop).await.unwrap();
            if self.tmpfs.is_some() {
                connection.execute_unprepared(&format!("DROP TABLESPACE {name}")).await.unwrap();
            }
            connection.close().await.unwrap();
        }
        drop(self.tmpfs);
    }
}

/// The server for tests, if there is one.
#[must_use]
pub fn server() -> Option<String> {
    std::env::var("DATABASE_URL").ok().filter(|url| url.starts_with("postgres"))
}

/// One connection of our own.
pub async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Looks into the database by a connection of its own: what it sees is committed.
pub struct Witness {
    url: String,
    connection: Mutex<Option<DatabaseConnection>>,
}

impl Witness {
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), connection: Mutex::default() }
    }

    async fn connection(&self) -> DatabaseConnection {
        let held = self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(held) = held {
            return held;
        }
        let made = connect(&self.url).await;
        if self.url.starts_with("sqlite") {
            // Nobody is at work where the witness writes: whoever holds the lock then has forgotten it.
            made.execute_unprepared("PRAGMA busy_timeout=300").await.unwrap();
        }
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        made
    }

    /// Lets go of the database: after a restart nobody has kept it open.
    pub async fn leave(&self) {
        let held = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(held) = held {
            held.close().await.unwrap();
        }
    }

    /// What a query gives.
    pub async fn ask(&self, sql: &str) -> Vec<QueryResult> {
        let connection = self.connection().await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The first number that a query gives.
    pub async fn count(&self, sql: &str) -> i64 {
        self.ask(sql).await[0].try_get_by_index(0).unwrap()
    }

    /// Every lease is over, as if its seconds had passed. Only while nobody works.
    ///
    /// # Errors
    /// The database lets nobody else write.
    pub async fn end_leases(&self) -> Result<(), String> {
        let connection = self.connection().await;
        for table in ["operations", "lookups"] {
            let sql = format!("UPDATE {table} SET lease_until = 1 WHERE lease_token IS NOT NULL");
            connection.execute_unprepared(&sql).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Whether a committed row tells that this is being sent. One that is being found out about was sent before, and is
    /// sent once more under its key.
    pub async fn saw(&self, request: &ApiRequest) -> Result<(), String> {
        let engine_id = |id: &str| match self.url.starts_with("sqlite") {
            true => format!("x'{}'", id.replace('-', "")),
            false => format!("'{id}'"),
        };
        let sent = "o.state IN ('in_flight', 'resolving')";
        let sql = match &request.idempotency_key {
            Some(key) => {
                format!("SELECT count(*) FROM operations AS o WHERE o.key = {} AND {sent}", engine_id(key))
            }
            None => format!(
                "SELECT count(*) FROM operations AS o JOIN orders AS w ON w.id = o.order_id
                 WHERE w.mollie_id = '{}' AND o.kind = '{}' AND {sent}",
                request.path.split('/').nth(3).unwrap_or_default(),
                kind_without_key(request)
            ),
        };
        match self.count(&sql).await {
            1 => Ok(()),
            n => Err(format!("{n} committed operations are in flight for it")),
        }
    }
}

/// What is changed by a call that carries no key.
fn kind_without_key(request: &ApiRequest) -> &'static str {
    match request.method.as_str() {
        "PATCH" => "update_shipment",
        "DELETE" => "cancel_order",
        other => panic!("{other} {} carries no key", request.path),
    }
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let start = address.find("://").expect("an address has a scheme") + 3;
    let end = address[start..].find('/').map_or(address.len(), |slash| start + slash);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{}/{name}{query}", &address[..end])
}
