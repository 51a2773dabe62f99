//! Tests whether the database can be written, by writing. It may not touch an order's data.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::ports::StoreError;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, Statement};

use crate::database::Database;
use crate::error::store_error;

const BEAT: &str = "UPDATE heartbeat SET beats = beats + 1, room = $1 WHERE id = 1";

impl Database {
    /// Writes this many bytes and commits them. A disk may be too full for an order and still take a small row, so a check after
    /// a failure asks for more room than an order takes.
    ///
    /// # Errors
    /// [`StoreError`]: the database cannot be written now.
    pub async fn beat(&self, room: usize) -> Result<(), StoreError> {
        if self.log().is_some_and(|log| !log.is_marked()) {
            self.empty_log().await?;
        }
        match self.try_to_beat(room).await {
            // SQLite's log may have taken room that it can free.
            Err(problem) if problem.retryable() && self.log().is_some() => {
                self.empty_log().await?;
                self.try_to_beat(room).await
            }
            tried => tried,
        }
    }

    /// The problem, and its cause if the server gives no connection: a pool says only that it has waited in vain.
    pub async fn explained(&self, problem: StoreError) -> String {
        match self.refusal().await {
            Some(refusal) => format!("{refusal} ({problem})"),
            None => problem.to_string(),
        }
    }

    async fn try_to_beat(&self, room: usize) -> Result<(), StoreError> {
        let session = self.write();
        let values = [Value::from(noise(room))];
        let statement = Statement::from_sql_and_values(session.get_database_backend(), BEAT, values);
        let written = session.execute_raw(statement).await.map_err(store_error)?.rows_affected();
        if written == 1 {
            return Ok(());
        }
        Err(StoreError::Inconsistent(format!("{written} rows of heartbeat instead of one")))
    }
}

/// That many bytes that are never the same: SQLite does not rewrite an unchanged page, and PostgreSQL compresses a repetitive
/// row.
fn noise(length: usize) -> Vec<u8> {
    static STATE: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);
    let mut state = STATE.fetch_add(2, Ordering::Relaxed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
