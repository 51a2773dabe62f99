//! Which releases the schema serves: see [`super::level`], which fills it in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let level = Table::create()
            .table("schema_level")
            .col(big_integer("id").primary_key())
            .col(big_integer("oldest"))
            .take();
        manager.create_table(level).await?;
        let row = Query::insert()
            .into_table("schema_level")
            .columns(["id", "oldest"])
            .values_panic([1_i64.into(), 0_i64.into()])
            .take();
        manager.execute(row).await
    }
}
