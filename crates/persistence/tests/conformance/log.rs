//! SQLite keeps the last writes in a log beside the file. A file that has lost its log must be detected.

use std::fs;
use std::path::Path;

use conformance::samples::*;
use domain::ports::{OrderKey, Store};
use domain::rules::order::Order;
use persistence::{ConnectError, Database};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};

use crate::engines::{opened, options};

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// What a crash leaves of an open database: a copy of its files as they are now.
fn crashed(file: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    let names = ["orders.db", "orders.db-wal"];
    let read = || names.map(|name| fs::read(file.with_file_name(name)).unwrap());
    // All files from the same moment: SQLite may be writing to the log.
    let files = loop {
        let files = read();
        if files == read() {
            break files;
        }
    };
    for (name, bytes) in names.iter().zip(files) {
        fs::write(to.join(name), bytes).unwrap();
    }
}

async fn has(file: &Path, order: &Order) {
    let database = Database::connect(&options(&url(file))).await.unwrap();
    assert_eq!(database.load_order(&OrderKey::Id(order.id)).await.unwrap().as_ref(), Some(order));
    database.close().await;
}

async fn is_refused(file: &Path) {
    let refused = Database::connect(&options(&url(file))).await;
    let Err(error @ ConnectError::LogMissing { .. }) = &refused else { panic!("{refused:?}") };
    assert!(!error.retryable());
    assert!(error.to_string().contains(&format!("{}-wal", file.display())), "{error}");
}

/// A client that is not the service.
async fn stranger(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).disable_statement_logging().connect().await.unwrap()
}

#[tokio::test]
async fn a_file_moved_without_its_log_after_a_crash_is_refused_until_the_log_is_back() {
    let directory = tempfile::tempdir().unwrap();
    let (file, crash) = (directory.path().join("orders.db"), directory.path().join("crash"));
    let database = opened(&url(&file)).await;
    let order = stored(&database, &[], bare_order()).await;
    crashed(&file, &crash);
    database.close().await;

    let moved = directory.path().join("moved.db");
    fs::rename(crash.join("orders.db"), &moved).unwrap();
    is_refused(&moved).await;
    fs::write(directory.path().join("moved.db-wal"), b"").unwrap();
    is_refused(&moved).await;
    fs::rename(crash.join("orders.db-wal"), directory.path().join("moved.db-wal")).unwrap();
    has(&moved, &order).await;
}

#[tokio::test]
async fn a_file_without_its_log_is_refused_whenever_the_crash_happened() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("orders.db");
    let mut crashes = Vec::new();
    let mut crash = |name: &str| {
        let to = directory.path().join(name);
        crashed(&file, &to);
        crashes.push(to);
    };
    let database = Database::connect(&options(&url(&file))).await.unwrap();
    crash("before the schema");
    database.migrate().await.unwrap();
    crash("right after the schema");
    // Enough that the log is emptied several times meanwhile.
    for n in 0..120 {
        database.beat(64 * 1024).await.unwrap();
        if n % 7 == 0 {
            stored(&database, &[], bare_order()).await;
            crash(&format!("after {n}"));
        }
    }
    database.close().await;
    for crash in crashes {
        let log = crash.join("orders.db-wal");
        fs::rename(&log, crash.join("elsewhere")).unwrap();
        is_refused(&crash.join("orders.db")).await;
        fs::rename(crash.join("elsewhere"), &log).unwrap();
        opened(&url(&crash.join("orders.db"))).await.close().await;
    }
}

#[tokio::test]
async fn a_file_closed_cleanly_is_whole_without_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("orders.db");
    let database = opened(&url(&file)).await;
    let order = stored(&database, &[], bare_order()).await;
    database.close().await;
    assert!(!directory.path().join("orders.db-wal").exists());
    let moved = directory.path().join("moved.db");
    fs::rename(&file, &moved).unwrap();
    has(&moved, &order).await;
}

/// Another client that opens the file after a crash moves the log into it, and SQLite removes the log when it closes.
#[tokio::test]
async fn a_file_that_another_client_has_brought_up_to_date_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (file, crash) = (directory.path().join("orders.db"), directory.path().join("crash"));
    let database = opened(&url(&file)).await;
    let order = stored(&database, &[], bare_order()).await;
    crashed(&file, &crash);
    database.close().await;
    let file = crash.join("orders.db");
    let mut looks = stranger(&file).await;
    let row = looks.fetch_one("SELECT count(*) FROM orders").await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 1);
    looks.close().await.unwrap();
    assert!(!crash.join("orders.db-wal").exists());
    has(&file, &order).await;
}

#[tokio::test]
async fn a_backup_made_while_the_service_runs_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (file, backup) = (directory.path().join("orders.db"), directory.path().join("backup.db"));
    let database = opened(&url(&file)).await;
    let order = stored(&database, &[], bare_order()).await;
    let mut client = stranger(&file).await;
    client.execute(AssertSqlSafe(format!("VACUUM INTO '{}'", backup.display()))).await.unwrap();
    // `.backup` copies what a reader sees, this value among it.
    let row = client.fetch_one("PRAGMA user_version").await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
    client.close().await.unwrap();
    has(&backup, &order).await;
    database.close().await;
}

/// The last resort that the error names.
#[tokio::test]
async fn a_file_whose_log_is_lost_for_good_can_be_opened_by_force() {
    let directory = tempfile::tempdir().unwrap();
    let (file, crash) = (directory.path().join("orders.db"), directory.path().join("crash"));
    let database = opened(&url(&file)).await;
    crashed(&file, &crash);
    database.close().await;
    let file = crash.join("orders.db");
    fs::remove_file(crash.join("orders.db-wal")).unwrap();
    is_refused(&file).await;
    let mut insists = stranger(&file).await;
    insists.execute("PRAGMA user_version = 0").await.unwrap();
    insists.close().await.unwrap();
    opened(&url(&file)).await.close().await;
}
