//! When each order wants to be looked after, what policies did unasked, and which profiles are paused. Without foreign keys, as for
//! look-ups.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, text, timestamp_with_time_zone as time, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Due by the database's own clock, so it is kept in that clock's unit.
        let timers = Table::create()
            .table("timers")
            .col(uuid("order_id").primary_key())
            .col(big_integer("due"))
            .col(big_integer("failures"))
            .col(uuid_null("lease_token"))
            .col(big_integer_null("lease_until"))
            .take();
        manager.create_table(timers).await?;
        let due = Index::create().name("timers_due").table("timers").col("due").take();
        manager.create_index(due).await?;
        let runs = Table::create()
            .table("runs")
            .col(text("profile"))
            .col(text("fused"))
            .col(boolean("dry_run"))
            .col(big_integer("number"))
            .col(time("time"))
            .col(uuid("order_id"))
            .primary_key(
                Index::create().name("runs_number").col("profile").col("fused").col("dry_run").col("number"),
            )
            .take();
        manager.create_table(runs).await?;
        let pauses = Table::create()
            .table("pauses")
            .col(text("profile").primary_key())
            .col(time("time"))
            .col(text("paused_by"))
            .col(text("reason"))
            .take();
        manager.create_table(pauses).await
    }
}
