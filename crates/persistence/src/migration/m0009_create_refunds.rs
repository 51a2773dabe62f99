//! Refunds, whole, beside the columns they are searched by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, text, text_null, timestamp_with_time_zone as time,
    timestamp_with_time_zone_null as time_null, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let refunds = Table::create()
            .table("refunds")
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(text("state"))
            .col(text_null("status"))
            .col(text_null("mollie_id"))
            .col(text("currency"))
            .col(big_integer("amount"))
            .col(text("document"))
            .col(time("created_time"))
            .col(time_null("registered_time"))
            .foreign_key(ForeignKey::create().from("refunds", "order_id").to("orders", "id"))
            .take();
        manager.create_table(refunds).await?;
        let order =
            Index::create().name("refunds_order").table("refunds").col("order_id").col("created_time").take();
        manager.create_index(order).await?;
        let status = Index::create()
            .name("refunds_status")
            .table("refunds")
            .col("status")
            .col("registered_time")
            .col("id")
            .take();
        manager.create_index(status).await
    }
}
