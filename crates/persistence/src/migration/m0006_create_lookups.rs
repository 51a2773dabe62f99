//! When to read each order at Mollie. No foreign key to the order: a webhook would lock the look-up and then the order, and a
//! change of the order locks them the other way round.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, text, timestamp_with_time_zone_null as time_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lookups = Table::create()
            .table("lookups")
            .col(uuid("order_id").primary_key())
            .col(time_null("due_time"))
            .col(big_integer("hooks"))
            .col(big_integer("failures"))
            .col(text("hints"))
            .col(time_null("owed_time"))
            .col(uuid_null("lease_token"))
            .col(big_integer_null("lease_until"))
            .take();
        manager.create_table(lookups).await?;
        let due = Index::create().name("lookups_due_time").table("lookups").col("due_time").take();
        manager.create_index(due).await
    }
}
