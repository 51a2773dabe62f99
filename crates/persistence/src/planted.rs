//! Transactions as they were once, for the tests to catch: the driver counts how deep a connection is, a connection whose
//! ROLLBACK or COMMIT failed goes back to the pool, and from then on what is begun on it are savepoints within nothing. A
//! COMMIT that the server answers with ROLLBACK is taken for done. Only in builds with the feature `planted`.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::ports::StoreError;
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::error::store_error;
use crate::session::{Armed, Session};
use crate::tx::{Steps, Tx};

static CHOSEN: AtomicBool = AtomicBool::new(false);

/// All transactions of this process are as they were once.
pub fn choose() {
    CHOSEN.store(true, Ordering::Relaxed);
}

pub(crate) fn is_chosen() -> bool {
    CHOSEN.load(Ordering::Relaxed)
}

/// What the steps do, in a transaction of the driver's.
#[expect(clippy::disallowed_methods, reason = "what was wrong once has to be done as it was")]
pub(crate) async fn as_yesterday<T, E, F>(
    connection: &DatabaseConnection,
    armed: Armed,
    steps: F,
) -> Result<T, E>
where
    E: From<StoreError>,
    F: for<'a> FnOnce(&'a Tx) -> Steps<'a, T, E>,
{
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    armed.before(connection, "BEGIN").await;
    let begun = armed.after("BEGIN", connection.begin_with_options(options).await).map_err(store_error)?;
    let tx = Session(begun, armed);
    let outcome = steps(&tx).await;
    let Session(tx, armed) = tx;
    match outcome {
        Ok(done) => {
            armed.before(&tx, "COMMIT").await;
            armed.after("COMMIT", tx.commit().await).map_err(store_error)?;
            Ok(done)
        }
        Err(error) => {
            armed.before(&tx, "ROLLBACK").await;
            if let Err(problem) = armed.after("ROLLBACK", tx.rollback().await) {
                tracing::debug!(%problem, "the transaction could not be rolled back");
            }
            Err(error)
        }
    }
}
