//! When this database was restored from a backup, and whether what it lacked was looked for at Mollie. A release that does not know the
//! table may not serve while that is under way; nothing else changes for it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, timestamp_with_time_zone as time, timestamp_with_time_zone_null as time_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let restorations = Table::create()
            .table("restorations")
            .col(big_integer("number").primary_key())
            .col(time("started_time"))
            .col(time_null("known_until"))
            .col(time_null("finished_time"))
            .take();
        manager.create_table(restorations).await
    }
}
