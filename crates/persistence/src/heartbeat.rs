//! Whether the database can be written: by writing. It may not touch anything of an order.

use domain::ports::StoreError;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, Statement};

use crate::database::Database;
use crate::error::store_error;

const BEAT: &str = "UPDATE heartbeat SET beats = beats + 1, room = $1 WHERE id = 1";

impl Database {
    /// Writes so many bytes and commits them. A disk may be too full for an order and still take a small row, so whoever doubts
    /// asks for more room than an order takes.
    ///
    /// # Errors
    /// [`StoreError`]: the database cannot be written now.
    pub async fn beat(&self, room: usize) -> Result<(), StoreError> {
        let session = self.write();
        let values = [Value::from(vec![0_u8; room])];
        let statement = Statement::from_sql_and_values(session.get_database_backend(), BEAT, values);
        let written = session.execute_raw(statement).await.map_err(store_error)?.rows_affected();
        if written == 1 {
            return Ok(());
        }
        Err(StoreError::Inconsistent(format!("{written} rows of heartbeat instead of one")))
    }
}
