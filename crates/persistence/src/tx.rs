//! The one place where transactions begin and end. It may not know any table.

use std::future::Future;
use std::pin::Pin;

use domain::ports::StoreError;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tracing::Instrument;

use crate::database::Database;
use crate::error::store_error;
#[cfg(feature = "planted")]
use crate::planted;
use crate::session::{Armed, Session};

/// An open transaction.
pub(crate) type Tx = Session<DatabaseTransaction>;

/// What is done within a transaction.
pub(crate) type Steps<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Runs the steps in one transaction: committed if they succeed, else rolled back.
///
/// It runs in a task of its own, to its end, whoever stops waiting for it: a transaction whose future is dropped while
/// it begins may go back to the pool still open (sqlx issue 4385). On SQLite it takes the write lock at once, because
/// a transaction that starts to read and then wants to write cannot wait for its turn.
pub(crate) async fn run_tx<T, E, F>(name: &'static str, database: &Database, steps: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'a> FnOnce(&'a Tx) -> Steps<'a, T, E> + Send + 'static,
{
    let (connection, armed) = (database.writer().clone(), database.armed().clone());
    let span = tracing::debug_span!("db.transaction", name);
    let work = async move {
        #[cfg(feature = "planted")]
        if planted::is_chosen() {
            return planted::as_yesterday(&connection, armed, steps).await;
        }
        let tx = begin(&connection, armed).await?;
        match steps(&tx).await {
            Ok(done) => {
                let Session(tx, armed) = tx;
                armed.before(&tx, "COMMIT").await;
                armed.after("COMMIT", tx.commit().await).map_err(store_error)?;
                Ok(done)
            }
            Err(error) => {
                let Session(tx, armed) = tx;
                armed.before(&tx, "ROLLBACK").await;
                // The connection may be the reason; then the server has rolled back by itself.
                if let Err(problem) = armed.after("ROLLBACK", tx.rollback().await) {
                    tracing::debug!(%problem, "the transaction could not be rolled back");
                }
                Err(error)
            }
        }
    };
    match tokio::spawn(work.instrument(span)).await {
        Ok(outcome) => outcome,
        Err(ended) => Err(StoreError::Unavailable(format!("transaction {name}: {ended}")).into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where transactions begin")]
async fn begin(connection: &DatabaseConnection, armed: Armed) -> Result<Tx, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    armed.before(connection, "BEGIN").await;
    let begun = armed.after("BEGIN", connection.begin_with_options(options).await);
    begun.map(|tx| Session(tx, armed)).map_err(store_error)
}
