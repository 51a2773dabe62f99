//! One row that is written to test whether the database can be written.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let heartbeat = Table::create()
            .table("heartbeat")
            .col(big_integer("id").primary_key())
            .col(big_integer("beats"))
            .col(blob("room"))
            .take();
        manager.create_table(heartbeat).await?;
        let columns = ["id", "beats", "room"];
        let first = Query::insert()
            .into_table("heartbeat")
            .columns(columns)
            .values_panic([1_i64.into(), 0_i64.into(), Vec::<u8>::new().into()])
            .take();
        manager.execute(first).await
    }
}
