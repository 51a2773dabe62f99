//! Opening, migrating and closing a database.

use std::io;
use std::path::Path;

use conformance::samples::*;
use domain::ports::{OrderKey, Store};
use domain::rules::order::Order;
use persistence::{ConnectError, Database, Engine, Schema};
use sea_orm::sqlx::sqlite::SqliteConnection;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor};
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;

use crate::engines::{Fresh, administer, opened, options};

const STEPS: [&str; 16] = [
    "m0001_create_orders",
    "m0002_create_events",
    "m0003_create_operations",
    "m0004_create_shipments",
    "m0005_create_requests",
    "m0006_create_lookups",
    "m0007_create_service_secrets",
    "m0008_create_heartbeat",
    "m0009_create_refunds",
    "m0010_create_timers",
    "m0011_create_call_rates",
    "m0012_create_schema_level",
    "m0013_add_traces",
    "m0014_create_archived_orders",
    "m0015_create_restorations",
    "m0016_add_refuse_change",
];

pub async fn migrations_are_applied_once(database: &Database) {
    assert_eq!(database.migrate().await.unwrap(), Vec::<String>::new());
    assert_eq!(database.schema().await.unwrap(), Schema::Current);
}

pub async fn the_first_secret_stays(database: &Database) {
    let mut tasks = JoinSet::new();
    for n in 0..20_u8 {
        let database = database.clone();
        tasks.spawn(async move { database.service_secret("hooks", &[0, n]).await.unwrap() });
    }
    let kept = tasks.join_all().await;
    assert!(kept.iter().all(|secret| *secret == kept[0]), "{kept:?}");
    let other = database.service_secret("seals", b"other").await.unwrap();
    assert_eq!(other, b"other");
}

pub async fn the_database_answers_with_its_version(database: &Database) {
    database.ping().await.unwrap();
    let version = database.version().await.unwrap();
    let name = match database.engine() {
        Engine::Sqlite => "SQLite 3.",
        Engine::Postgres => "PostgreSQL 1",
    };
    assert!(version.starts_with(name) && !version.contains('('), "{version}");
}

/// A test server may be configured not to wait for its disk, and then reports that.
pub async fn the_database_reports_how_durable_it_is(database: &Database) {
    let reported = database.durability().await.unwrap();
    match database.engine() {
        Engine::Sqlite => {
            assert_eq!(
                (reported.is_full, reported.settings.as_str()),
                (true, "journal_mode=wal, synchronous=2")
            )
        }
        Engine::Postgres => {
            let names: Vec<_> =
                reported.settings.split(", ").filter_map(|one| one.split('=').next()).collect();
            assert_eq!(names, ["fsync", "full_page_writes", "synchronous_commit"]);
            assert_eq!(reported.is_full, !reported.settings.contains("=off"), "{reported:?}");
        }
    }
}

pub async fn closing_ends_every_call(database: &Database) {
    let order = stored(database, &[], bare_order()).await;
    database.clone().close().await;
    let read = database.load_order(&OrderKey::Id(order.id)).await;
    assert!(read.as_ref().is_err_and(|error| error.retryable()), "{read:?}");
    let written = database.commit(creation(&bare_order())).await;
    let Err(domain::ports::CommitError::Store(error)) = written else { panic!("{written:?}") };
    assert!(error.retryable(), "{error}");
}

#[tokio::test]
async fn a_second_process_is_kept_off_a_sqlite_file_and_told_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/directory/orders.db");
    let url = format!("sqlite://{}", path.display());
    let first = Database::connect(&options(&url)).await.unwrap();
    let Err(second) = Database::connect(&options(&url)).await else { panic!("two processes on one file") };
    assert!(matches!(&second, ConnectError::InUse(lock) if lock.ends_with("orders.db.lock")));
    assert!(second.to_string().contains("new/directory/orders.db.lock"), "{second}");
    first.close().await;
    Database::connect(&options(&url)).await.unwrap().close().await;
}

/// A file with an order in it, whose database is open, and another name of it. The second process is refused; returns both
/// addresses once the first has gone.
async fn is_kept_off(
    directory: &Path,
    link: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> (String, String, Order) {
    let at = |name: &str| directory.join(name);
    let url = |name: &str| format!("sqlite://{}", at(name).display());
    std::fs::create_dir(at("elsewhere")).unwrap();
    let first = opened(&url("orders.db")).await;
    link(&at("orders.db"), &at("elsewhere/other.db")).unwrap();
    let second = Database::connect(&options(&url("elsewhere/other.db"))).await;
    assert!(matches!(&second, Err(ConnectError::InUse(_))), "{second:?}");
    // The attempt cost the first nothing.
    let order = stored(&first, &[], bare_order()).await;
    first.close().await;
    (url("orders.db"), url("elsewhere/other.db"), order)
}

async fn has(url: &str, order: &Order) {
    let database = Database::connect(&options(url)).await.unwrap();
    assert_eq!(database.load_order(&OrderKey::Id(order.id)).await.unwrap().as_ref(), Some(order));
    database.close().await;
}

#[tokio::test]
async fn a_second_process_is_kept_off_a_sqlite_file_that_it_knows_by_a_symbolic_link() {
    let directory = tempfile::tempdir().unwrap();
    let (_, other, order) =
        Box::pin(is_kept_off(directory.path(), |file, link| std::os::unix::fs::symlink(file, link))).await;
    has(&other, &order).await;
}

/// SQLite finds its log by the file's name: under another name it would miss what only the log holds, as after a crash.
#[tokio::test]
async fn a_sqlite_file_with_two_hard_links_is_opened_by_neither_until_one_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let (own, other, order) =
        Box::pin(is_kept_off(directory.path(), |file, link| std::fs::hard_link(file, link))).await;
    for url in [&other, &own] {
        let refused = Database::connect(&options(url)).await;
        assert!(matches!(&refused, Err(ConnectError::SeveralNames { names: 2, .. })), "{refused:?}");
    }
    std::fs::remove_file(directory.path().join("elsewhere/other.db")).unwrap();
    has(&own, &order).await;
}

#[tokio::test]
async fn a_sqlite_file_keeps_what_was_stored() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/orders.db", directory.path().display());
    let database = Database::connect(&options(&url)).await.unwrap();
    assert_eq!(database.schema().await.unwrap(), Schema::Behind(STEPS.map(str::to_owned).to_vec()));
    assert_eq!(database.migrate().await.unwrap(), STEPS);
    let order = stored(&database, &[], full_order()).await;
    database.close().await;
    let database = Database::connect(&options(&url)).await.unwrap();
    let found = database.load_order(&OrderKey::Id(order.id)).await.unwrap();
    assert_eq!(found, Some(order));
    database.close().await;
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    for url in [
        "mysql://localhost/orders",
        "orders.db",
        "sqlite://",
        "sqlite://:memory:",
        "sqlite://orders.db?mode=rwc",
        "",
    ] {
        let refused = Database::connect(&options(url)).await;
        assert!(matches!(refused, Err(ConnectError::Address)), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_that_start_at_once_migrate_once_on_postgresql() {
    let Some(fresh) = Fresh::create().await else {
        return;
    };
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let options = options(&fresh.url);
        tasks.spawn(async move {
            let database = Database::connect(&options).await.unwrap();
            let applied = database.migrate().await.unwrap();
            database.close().await;
            applied
        });
    }
    let applied = tasks.join_all().await.concat();
    fresh.drop().await;
    assert_eq!(applied, STEPS);
}

#[tokio::test]
async fn a_schema_of_a_newer_release_is_used_until_it_contracts_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/orders.db", directory.path().display());
    let alter = async |sql: &str| {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    };
    Box::pin(is_used_until_it_contracts(&url, alter)).await;
}

#[tokio::test]
async fn a_schema_of_a_newer_release_is_used_until_it_contracts_on_postgresql() {
    let Some(fresh) = Fresh::create().await else {
        return;
    };
    let alter = async |sql: &str| administer(&fresh.url, sql.to_owned()).await;
    Box::pin(is_used_until_it_contracts(&fresh.url, alter)).await;
    fresh.drop().await;
}

async fn is_used_until_it_contracts(url: &str, alter: impl AsyncFn(&str)) {
    let database = opened(url).await;
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let sql = "SELECT oldest FROM schema_level";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let told = connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index::<i64>(0);
    connection.close().await.unwrap();
    assert_eq!(told.unwrap(), 12, "the oldest level that works on it");
    alter("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_split_names', 0)").await;
    let newer = vec!["m9999_split_names".to_owned()];
    assert_eq!(database.schema().await.unwrap(), Schema::Newer(newer.clone()));
    assert_eq!(database.migrate().await.unwrap(), Vec::<String>::new());
    alter(&format!("UPDATE schema_level SET oldest = {}", STEPS.len() + 1)).await;
    for refused in [database.schema().await.err(), database.migrate().await.err()] {
        let Some(ConnectError::NewerSchema { steps }) = refused else { panic!("{refused:?}") };
        assert_eq!(steps, newer);
    }
    alter("DROP TABLE schema_level").await;
    assert!(
        matches!(database.schema().await, Err(ConnectError::NewerSchema { .. })),
        "one that does not say"
    );
    database.close().await;
}
