//! What dropped callers leave in the pool, which the port does not show.

use conformance::interruptions::{abandon_changes, recorded};
use conformance::samples::bare_order;
use domain::ports::Store;
use sea_orm::sqlx::{self, Connection, postgres::PgConnection};

use crate::engines::{Fresh, opened};

/// Waits until no session is within a transaction: a change being written is so for a moment, a lost one for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dropped_changes_leave_no_session_in_a_transaction_on_postgresql() {
    let Some(fresh) = Fresh::create().await else {
        return;
    };
    let database = opened(&fresh.url).await;
    abandon_changes(&database).await;
    let mut watcher = PgConnection::connect(&fresh.url).await.unwrap();
    let mut open = i64::MAX;
    for _ in 0..500 {
        let sql = "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        open = sqlx::query_scalar(sql).fetch_one(&mut watcher).await.unwrap();
        if open == 0 {
            break;
        }
    }
    watcher.close().await.unwrap();
    database.commit(recorded(&bare_order())).await.unwrap();
    database.close().await;
    fresh.drop().await;
    assert_eq!(open, 0);
}
