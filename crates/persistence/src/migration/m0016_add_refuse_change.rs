//! What refuses a change whose guards are part of one statement (`part`): an error of its own, whose text is the number of the guard. Only
//! PostgreSQL has such statements. A release that does not know the function does not need it.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

/// "OS", for the order service: a class of errors that PostgreSQL has not.
const CREATE: &str = "
    CREATE FUNCTION refuse_change(guard bigint) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'OS001', MESSAGE = guard::text;
    END
    $$";

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Postgres => manager.get_connection().execute_unprepared(CREATE).await.map(drop),
            DbBackend::Sqlite | DbBackend::MySql | _ => Ok(()),
        }
    }
}
