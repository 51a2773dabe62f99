//! Every change of an order, in order; which of them wait for a position; and the stream, which gives each its position.
//!
//! Events are written once and never changed. The queue is a small table beside them, in the order of writing.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, text_null, timestamp_with_time_zone as time, uuid};

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
            .col(text("cause"))
            .col(text_null("actor"))
            .primary_key(Index::create().col("order_id").col("sequence"))
            .foreign_key(ForeignKey::create().from("events", "order_id").to("orders", "id"))
            .take();
        manager.create_table(events).await?;
        // For lists of the orders that changed lately. New entries come at its end, so it costs little to write.
        let by_time = Index::create().name("events_time").table("events").col("time").col("order_id").take();
        manager.create_index(by_time).await?;
        // SQLite numbers the rows of such a column by itself; PostgreSQL needs an identity.
        let mut written = if manager.get_database_backend() == DbBackend::Sqlite {
            ColumnDef::new("written").integer().take()
        } else {
            big_integer("written").extra("GENERATED ALWAYS AS IDENTITY").take()
        };
        let queue = Table::create()
            .table("event_queue")
            .col(written.primary_key())
            .col(uuid("order_id"))
            .col(big_integer("sequence"))
            .take();
        manager.create_table(queue).await?;
        let stream = Table::create()
            .table("event_stream")
            .col(big_integer("position").primary_key())
            .col(uuid("order_id"))
            .col(big_integer("sequence"))
            .take();
        manager.create_table(stream).await
    }
}
