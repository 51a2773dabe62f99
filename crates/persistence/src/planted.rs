//! A wrong store, to show that the tests of the store's faults catch it: transactions as in sea-orm, whose connection goes back
//! to the pool however they ended, and a lost COMMIT counts as failed. Only in builds with the feature `planted`, and only if
//! chosen.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

static CHOSEN: AtomicBool = AtomicBool::new(false);

/// From now on transactions of this process are the wrong ones.
pub fn choose() {
    CHOSEN.store(true, Ordering::Relaxed);
}

pub(crate) fn is_chosen() -> bool {
    CHOSEN.load(Ordering::Relaxed)
}

/// A transaction that has begun.
#[derive(Debug)]
pub(crate) struct Wrong(Option<DatabaseTransaction>);

impl Wrong {
    #[expect(clippy::disallowed_methods, reason = "the wrong way to begin one")]
    pub async fn begin(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        pool.begin_with_options(options).await.map(|tx| Self(Some(tx)))
    }

    pub fn tx(&self) -> Result<&DatabaseTransaction, DbErr> {
        self.0.as_ref().ok_or_else(|| DbErr::Custom("the transaction has ended".to_owned()))
    }

    /// Ends it if the text says so; runs anything else unchanged.
    pub async fn run(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let ended = match self.0.take_if(|_| sql.ends_with("COMMIT") || sql == "ROLLBACK") {
            Some(tx) if sql == "ROLLBACK" => tx.rollback().await,
            Some(tx) => tx.commit().await,
            None if sql.starts_with("BEGIN") => Ok(()),
            None => return self.tx()?.execute_unprepared(sql).await,
        };
        // The result is not read.
        ended.map(|()| sea_orm::sqlx::sqlite::SqliteQueryResult::default().into())
    }
}
