//! Where operations, and what asks for look-ups, were recorded in the traces of their callers. A release that does not know the columns
//! leaves them empty.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("operations", "trace"), ("lookups", "trace"), ("lookups", "hook_trace")] {
            let added = Table::alter().table(table).add_column(text_null(column)).take();
            manager.alter_table(added).await?;
        }
        Ok(())
    }
}
