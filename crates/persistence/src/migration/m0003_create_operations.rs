//! Intended changes at Mollie, and their leases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob_null, boolean, text, text_null, timestamp_with_time_zone as time,
    timestamp_with_time_zone_null as time_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let operations = Table::create()
            .table("operations")
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .col(big_integer("turn"))
            .col(text("profile"))
            .col(uuid("group_id"))
            .col(uuid_null("after_id"))
            .col(text("kind"))
            .col(text("lane"))
            .col(text("task"))
            .col(text("state"))
            .col(boolean("yields"))
            .col(uuid("key"))
            .col(big_integer("attempts"))
            .col(big_integer("deferrals"))
            .col(big_integer("unreadable"))
            .col(time("created_time"))
            .col(time_null("first_sent_time"))
            .col(time_null("last_sent_time"))
            .col(time("not_before"))
            .col(time_null("settled_time"))
            .col(text_null("rejection"))
            .col(text_null("last_problem"))
            .col(boolean("key_refused"))
            .col(blob_null("sealed"))
            .col(text_null("actor"))
            .col(text("caller"))
            .col(uuid_null("lease_token"))
            .col(big_integer_null("lease_until"))
            .foreign_key(ForeignKey::create().from("operations", "order_id").to("orders", "id"))
            .take();
        manager.create_table(operations).await?;
        // Almost all are settled, so the index leaves those out.
        let due = Index::create()
            .name("operations_due")
            .table("operations")
            .col("not_before")
            .and_where(Expr::col("state").is_in(["pending", "in_flight", "resolving"]))
            .take();
        manager.create_index(due).await?;
        let unsettled = Index::create()
            .name("operations_unsettled")
            .table("operations")
            .col("created_time")
            .col("id")
            .and_where(Expr::col("state").is_in(["pending", "in_flight", "resolving", "needs_attention"]))
            .take();
        manager.create_index(unsettled).await?;
        // An order has at most one call under way, whichever worker sends it.
        let in_flight = Index::create()
            .name("operations_in_flight")
            .table("operations")
            .col("order_id")
            .and_where(Expr::col("state").eq("in_flight"))
            .unique()
            .take();
        manager.create_index(in_flight).await?;
        let turn =
            Index::create().name("operations_turn").table("operations").col("order_id").col("turn").take();
        manager.create_index(turn).await
    }
}
