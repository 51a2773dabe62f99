//! Orders as they are now.

use sea_orm::DbBackend;
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
        let mut orders = Table::create()
            .table("orders")
            .col(uuid("id").primary_key())
            .col(text("profile"))
            .col(text("mode"))
            .col(text("caller"))
            .col(text("request_id"))
            .col(text("order_number"))
            .col(text_null("held_number"))
            .col(text_null("mollie_id"))
            .col(text("placement"))
            .col(text_null("status"))
            .col(text("currency"))
            .col(big_integer("amount_minor"))
            .col(big_integer("version"))
            .col(time("created_time"))
            .col(time_null("expires_time"))
            .col(time_null("observed_time"))
            .col(time_null("closed_time"))
            .col(text_null("billing_address"))
            .col(text_null("shipping_address"))
            .col(text_null("consumer_date_of_birth"))
            .col(big_integer("open_items"))
            .col(big_integer("held_shipments"))
            .col(big_integer("open_operations"))
            .col(time_null("ship_by"))
            .col(text_null("ship_by_cause"))
            .col(big_integer("to_capture_minor"))
            .col(time_null("timer_time"))
            .col(text("document"))
            .take();
        // An order changes several times in its first minutes. If its page has room for the new version, PostgreSQL need not
        // touch the indexes that the change does not concern.
        if manager.get_database_backend() != DbBackend::Sqlite {
            orders.extra("WITH (fillfactor = 70)");
        }
        manager.create_table(orders).await?;
        for index in [
            // The name distinguishes a held number from other conflicts.
            index("orders_held_number", &["profile", "held_number"]).unique().take(),
            index("orders_mollie_id", &["mollie_id", "profile"]).unique().take(),
            index("orders_order_number", &["profile", "order_number", "created_time"]),
            index("orders_created_time", &["created_time", "id"]),
            index("orders_profile_created_time", &["profile", "created_time", "id"]),
            // Few orders have any of these, so each index holds only those.
            index("orders_open_items", &["created_time", "id"])
                .and_where(Expr::col("open_items").gt(0))
                .take(),
            index("orders_ship_by", &["ship_by", "id"]).and_where(Expr::col("ship_by").is_not_null()).take(),
            index("orders_held_shipments", &["created_time", "id"])
                .and_where(Expr::col("held_shipments").gt(0))
                .take(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn index(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table("orders").take();
    for column in columns {
        index.col(*column);
    }
    index
}
