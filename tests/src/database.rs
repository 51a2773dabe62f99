//! A database for one test: a file of its own, or a database of its own on the server that DATABASE_URL names.

use std::path::Path;
use std::sync::OnceLock;

use sea_orm::{
    ConnectionTrait, Database as Connections, DatabaseConnection, DatabaseTransaction, QueryResult,
    Statement, TransactionTrait,
};
use uuid::Uuid;

use crate::engine::Engine;

/// A database that lives as long as this.
pub struct Database {
    url: String,
    /// Its name on the server, if it lies on one.
    name: Option<String>,
}

impl Database {
    /// Makes an empty one.
    pub async fn make(engine: Engine, directory: &Path) -> Self {
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", directory.join("orders.db").display());
                Self { url, name: None }
            }
            Engine::Postgres => {
                let name = format!("order_service_test_{}", random().simple());
                execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).await;
                Self { url: beside(&server().expect("DATABASE_URL is set"), &name), name: Some(name) }
            }
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn engine(&self) -> Engine {
        if self.name.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// Asks the database itself, past the service.
    pub async fn query(&self, sql: &str) -> Vec<QueryResult> {
        let connection =
            Connections::connect(&self.url).await.expect("the test's own database can be reached");
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.unwrap();
        rows
    }

    /// Changes the database itself, past the service: any number of statements.
    pub async fn change(&self, sql: &str) {
        let connection =
            Connections::connect(&self.url).await.expect("the test's own database can be reached");
        connection.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.unwrap();
    }

    /// How many rows there are, and how many hooks were counted in them: what a hook that is none leaves as it was.
    pub async fn rows_and_hooks(&self) -> i64 {
        let tables = ["orders", "events", "operations", "shipments", "requests", "lookups"];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})")).join(" + ");
        let sql = format!("SELECT CAST({counts} + (SELECT coalesce(sum(hooks), 0) FROM lookups) AS BIGINT)");
        self.query(&sql).await[0].try_get_by_index(0).unwrap()
    }

    /// A copy of it as it is now, whatever the service is doing: a backup.
    pub async fn back_up(&self, directory: &Path) -> Backup {
        let Some(name) = &self.name else {
            let path = directory.join(format!("backup-{}.db", random().simple()));
            self.change(&format!("VACUUM INTO '{}'", path.display())).await;
            return Backup(path.display().to_string());
        };
        let backup = format!("order_service_test_{}", random().simple());
        // A server copies only what nobody uses.
        self.shut().await;
        execute(&format!("CREATE DATABASE {backup} TEMPLATE {name}")).await;
        self.reopen().await;
        Backup(backup)
    }

    /// Puts a copy in its place. Nobody may use it.
    pub async fn restore(&self, backup: Backup) {
        let Some(name) = &self.name else {
            let path = Path::new(self.url.trim_start_matches("sqlite://"));
            for suffix in ["-wal", "-shm"] {
                let log = path.with_file_name(format!("orders.db{suffix}"));
                assert!(!log.exists() || std::fs::remove_file(&log).is_ok(), "{}", log.display());
            }
            std::fs::rename(&backup.0, path).expect("a copy can be put in its place");
            return;
        };
        execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        execute(&format!("ALTER DATABASE {} RENAME TO {name}", backup.0)).await;
        self.reopen().await;
    }

    /// Ends all connections, and refuses new ones, as a server does that is gone.
    pub async fn shut(&self) {
        let name = self.name.as_ref().expect("only a server can refuse");
        execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        execute(&format!("{end} = '{name}'")).await;
    }

    /// Takes connections again.
    pub async fn reopen(&self) {
        let name = self.name.as_ref().expect("only a server can refuse");
        execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    }

    /// Holds a table, so that whoever wants it waits.
    pub async fn hold(&self, table: &str) -> Held {
        self.hold_by(&format!("LOCK TABLE {table}")).await
    }

    /// Holds what a statement takes until its transaction ends.
    #[expect(clippy::disallowed_methods, reason = "it writes nothing")]
    pub async fn hold_by(&self, sql: &str) -> Held {
        let connection =
            Connections::connect(&self.url).await.expect("the test's own database can be reached");
        let transaction = connection.begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        Held(transaction)
    }

    /// The service's sessions on the server.
    pub async fn sessions(&self) -> Vec<Session> {
        let name = self.name.as_ref().expect("only a server has sessions");
        let sql = format!(
            "SELECT pid, xact_start::text FROM pg_stat_activity
             WHERE datname = '{name}' AND application_name = 'order-service'"
        );
        let connection = connect().await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        let session = |row: &QueryResult| Session {
            process: row.try_get_by_index(0).unwrap(),
            since: row.try_get_by_index(1).unwrap(),
        };
        rows.iter().map(session).collect()
    }
}

/// A copy of a database: a file, or a database beside it on its server.
pub struct Backup(String);

/// A table that nobody else can use.
pub struct Held(DatabaseTransaction);

impl Held {
    pub async fn release(self) {
        self.0.rollback().await.unwrap();
    }
}

/// A session of the service on PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub process: i32,
    /// Since when it is within the transaction it is in, if it is in one.
    pub since: Option<String>,
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else { return };
        // Drop cannot wait; a thread of its own can. What remains after a failure is an empty name on a test server.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        })
        .join();
    }
}

/// The server that this process uses in place of the one that DATABASE_URL names.
static SERVER: OnceLock<String> = OnceLock::new();

/// Makes databases on another server from now on.
pub fn use_server(url: String) {
    SERVER.set(url).expect("a process uses one server");
}

/// The server for tests, if there is one.
pub fn server() -> Option<String> {
    if let Some(url) = SERVER.get() {
        return Some(url.clone());
    }
    std::env::var("DATABASE_URL").ok().filter(|url| url.starts_with("postgres"))
}

/// What an engine calls itself, with its release.
pub async fn version(engine: Engine) -> String {
    let (connection, name, query) = match engine {
        Engine::Sqlite => {
            (Connections::connect("sqlite::memory:").await.unwrap(), "SQLite", "SELECT sqlite_version()")
        }
        Engine::Postgres => {
            (connect().await, "PostgreSQL", "SELECT split_part(current_setting('server_version'), ' ', 1)")
        }
    };
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let row = connection.query_one_raw(statement).await.unwrap().expect("one row");
    format!("{name} {}", row.try_get_by_index::<String>(0).unwrap())
}

async fn connect() -> DatabaseConnection {
    let url = server().expect("DATABASE_URL is set");
    Connections::connect(&url).await.expect("the server that DATABASE_URL names can be reached")
}

async fn execute(sql: &str) {
    let connection = connect().await;
    connection.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.unwrap();
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let (address, query) =
        server.split_once('?').map_or((server, None), |(address, query)| (address, Some(query)));
    let start = address.find("://").expect("an address has a scheme") + 3;
    let end = address[start..].find('/').map_or(address.len(), |slash| start + slash);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}

#[expect(clippy::disallowed_methods, reason = "tests make up names of their own")]
pub(crate) fn random() -> Uuid {
    Uuid::new_v4()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_a_server_keeps_its_address_and_options() {
        assert_eq!(beside("postgres://me@host:5432/first", "second"), "postgres://me@host:5432/second");
        assert_eq!(beside("postgres://me@host", "second"), "postgres://me@host/second");
        assert_eq!(beside("postgres://h/a?sslmode=require", "b"), "postgres://h/b?sslmode=require");
    }
}
