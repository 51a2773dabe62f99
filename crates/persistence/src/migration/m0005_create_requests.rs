//! Callers' requests under their own ids. No foreign key to the order: a request is written before its order, so that the same
//! request made twice at once is noticed first, and the key would lock the order before its version is checked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, timestamp_with_time_zone as time, uuid, uuid_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::create()
            .table("requests")
            .col(text("caller"))
            .col(text("request_id"))
            .col(text("method"))
            .col(text("fingerprint"))
            .col(uuid("order_id"))
            .col(uuid_null("shipment_id"))
            .col(uuid_null("refund_id"))
            .col(uuid_null("return_id"))
            .col(uuid_null("group_id"))
            .col(time("created_time"))
            .primary_key(Index::create().col("caller").col("request_id"))
            .take();
        manager.create_table(requests).await
    }
}
