//! How connections to PostgreSQL are handed on between calls, which the port does not show: more callers than connections, callers who
//! leave, a server that ends its sessions, and the close.

use std::time::{Duration, Instant};

use conformance::interruptions::recorded;
use conformance::samples::bare_order;
use domain::ports::{Store, StoreError};
use persistence::{Database, Options};
use sea_orm::sqlx::{self, Connection, postgres::PgConnection};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::engines::{Fresh, administer, opened};

const CALLERS: usize = 60;
/// Far below what a call waits for a connection: nobody waits for one that lies idle.
const SOON: Duration = Duration::from_secs(4);

async fn with(fresh: &Fresh, max_connections: u32) -> Database {
    opened(&fresh.url).await.close().await;
    Database::connect(&Options { url: fresh.url.clone(), max_connections }).await.unwrap()
}

/// Statements, transactions and pings, from many callers at once. They leave when this is dropped.
async fn is_used(database: &Database) -> Vec<Result<(), StoreError>> {
    let mut callers = JoinSet::new();
    for n in 0..CALLERS {
        callers.spawn(call(database.clone(), n));
    }
    callers.join_all().await
}

async fn call(database: Database, n: usize) -> Result<(), StoreError> {
    for _ in 0..4 {
        match n % 3 {
            0 => database.commit(recorded(&bare_order())).await.unwrap(),
            1 => database.ping().await?,
            _ => database.time().await.map(drop)?,
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_connection_gets_the_next_that_is_free() {
    let Some(fresh) = Fresh::create().await else { return };
    for connections in [1, 2, 8] {
        let database = with(&fresh, connections).await;
        let began = Instant::now();
        for outcome in is_used(&database).await {
            outcome.unwrap_or_else(|error| panic!("{connections} connections: {error}"));
        }
        // One that waits in vain until its time is up would show here.
        println!("{connections} connections: {:?}", began.elapsed());
        assert!(sessions(&fresh).await <= i64::from(connections));
        database.close().await;
    }
    fresh.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_leaves_takes_no_connection_along() {
    let Some(fresh) = Fresh::create().await else { return };
    let database = with(&fresh, 2).await;
    for _ in 0..20 {
        let left = timeout(Duration::from_micros(200), is_used(&database)).await;
        drop(left);
    }
    for _ in 0..4 {
        timeout(SOON, database.time()).await.unwrap().unwrap();
    }
    database.close().await;
    fresh.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_connections_that_the_server_has_ended_one_call_at_most_hears() {
    let Some(fresh) = Fresh::create().await else { return };
    let database = with(&fresh, 8).await;
    is_used(&database).await.into_iter().for_each(|outcome| outcome.unwrap());
    administer(
        &fresh.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()"
            .to_owned(),
    )
    .await;
    let mut failed = 0;
    for _ in 0..20 {
        failed += usize::from(database.time().await.is_err());
    }
    assert!(failed <= 1, "{failed} calls failed");
    database.close().await;
    fresh.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_ends_what_lies_idle_at_once_and_leaves_no_session() {
    let Some(fresh) = Fresh::create().await else { return };
    let database = with(&fresh, 8).await;
    is_used(&database).await.into_iter().for_each(|outcome| outcome.unwrap());
    timeout(SOON, database.clone().close()).await.unwrap();
    assert!(database.time().await.is_err());
    // A session ends a moment after its connection.
    let mut left = sessions(&fresh).await;
    for _ in 0..200 {
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = sessions(&fresh).await;
    }
    assert_eq!(left, 0);
    fresh.drop().await;
}

/// The service's sessions.
async fn sessions(fresh: &Fresh) -> i64 {
    let mut watcher = PgConnection::connect(&fresh.url).await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'order-service'";
    let count = sqlx::query_scalar(sql).fetch_one(&mut watcher).await.unwrap();
    watcher.close().await.unwrap();
    count
}
