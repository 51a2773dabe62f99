//! Every change of an order, in order. Positions are given to committed events only, so they start out empty. Until then
//! events wait by the order in which they were written: SQLite counts its rows by itself, and PostgreSQL has to be told to.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, text, text_null, timestamp_with_time_zone as time, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counts_rows = manager.get_database_backend() == DbBackend::Sqlite;
        let mut events = Table::create()
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
        if !counts_rows {
            events.col(big_integer("written").extra("GENERATED ALWAYS AS IDENTITY"));
        }
        manager.create_table(events).await?;
        let is_positioned = Expr::col("position").is_not_null();
        let position = Index::create()
            .name("events_position")
            .table("events")
            .col("position")
            .unique()
            .and_where(is_positioned)
            .take();
        manager.create_index(position).await?;
        // Only the newest have none.
        let unpositioned = Index::create()
            .name("events_unpositioned")
            .table("events")
            .col(if counts_rows { "sequence" } else { "written" })
            .and_where(Expr::col("position").is_null())
            .take();
        manager.create_index(unpositioned).await
    }
}
