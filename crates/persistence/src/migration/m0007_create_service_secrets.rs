//! Secrets that all processes of one service share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let secrets = Table::create()
            .table("service_secrets")
            .col(text("name").primary_key())
            .col(blob("value"))
            .take();
        manager.create_table(secrets).await
    }
}
