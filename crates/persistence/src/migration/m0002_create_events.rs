//! Every change of an order, in order. Positions are given to committed events only, so they start out empty.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, text, text_null, timestamp_with_time_zone as time, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let events = Table::create()
            .table("events")
            .col(uuid("order_id"))
            .col(big_integer("sequence"))
            .col(time("time"))
            .col(text("kind"))
            .col(text("data"))
            .col(text_null("actor"))
            .col(big_integer_null("position"))
            .primary_key(Index::create().col("order_id").col("sequence"))
            .foreign_key(ForeignKey::create().from("events", "order_id").to("orders", "id"))
            .take();
        manager.create_table(events).await?;
        let position =
            Index::create().name("events_position").table("events").col("position").unique().take();
        manager.create_index(position).await
    }
}
