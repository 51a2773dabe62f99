//! Whether commits survive a power cut, as the database itself reports. It may not change a setting.

use domain::ports::StoreError;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::connect::Engine;
use crate::database::Database;
use crate::error::store_error;

/// How durable the database's commits are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durability {
    /// Whether every commit is on disk before it is answered.
    pub is_full: bool,
    /// The settings that decide it, by the engine's own names.
    pub settings: String,
}

impl Database {
    /// Reads it from the database.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn durability(&self) -> Result<Durability, StoreError> {
        match self.engine() {
            Engine::Sqlite => self.of_sqlite().await,
            Engine::Postgres => self.of_postgres().await,
        }
    }

    /// For the connection that writes; 2 is FULL, 3 EXTRA.
    async fn of_sqlite(&self) -> Result<Durability, StoreError> {
        let journal: String = self.asked("PRAGMA journal_mode").await?;
        let synchronous: i32 = self.asked("PRAGMA synchronous").await?;
        let is_full = journal == "wal" && synchronous >= 2;
        Ok(Durability { is_full, settings: format!("journal_mode={journal}, synchronous={synchronous}") })
    }

    async fn of_postgres(&self) -> Result<Durability, StoreError> {
        let mut settings = Vec::new();
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value: String = self.asked(&format!("SELECT current_setting('{name}')")).await?;
            settings.push((name, value));
        }
        let is_full = settings.iter().all(|(_, value)| value != "off");
        let settings: Vec<_> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Ok(Durability { is_full, settings: settings.join(", ") })
    }

    async fn asked<T: sea_orm::TryGetable>(&self, sql: &str) -> Result<T, StoreError> {
        let session = self.write();
        let statement = Statement::from_string(session.get_database_backend(), sql);
        let row = session.query_one_raw(statement).await.map_err(store_error)?;
        let none = || store_error(DbErr::RecordNotFound(sql.to_owned()));
        row.ok_or_else(none)?.try_get_by(0).map_err(store_error)
    }
}
