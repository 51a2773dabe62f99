//! How many calls are made under each API key, and what Mollie has paused. On PostgreSQL only: SQLite has one process, which counts by
//! itself.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Unlogged: no call waits for the disk because it is counted. After a crash of the server they are empty, and counting begins anew.
const TABLES: &str = "
    CREATE UNLOGGED TABLE call_rates (
        key text PRIMARY KEY,
        spoken_for bigint NOT NULL,
        granted bigint NOT NULL,
        asked bigint NOT NULL
    );
    CREATE UNLOGGED TABLE call_pauses (
        key text NOT NULL,
        name text NOT NULL,
        until bigint NOT NULL,
        PRIMARY KEY (key, name)
    )";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        manager.get_connection().execute_unprepared(TABLES).await.map(drop)
    }
}
