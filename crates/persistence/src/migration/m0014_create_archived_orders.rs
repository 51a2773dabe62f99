//! Orders that are closed for good: one row each, with all that belongs to it. The tables in which orders change have nothing of them but
//! their requests and their places in the stream of events.
//!
//! A number that an archived order holds is held all the same. No unique index reaches over two tables, so a trigger sees to it, after the
//! index of `orders` has: it waits for an order that is on its way to the archive. It fails as the index does.
//!
//! A release that does not know the table misses the orders in it; the first order that is archived ends it (`archive::begin`).

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text, text_null, timestamp_with_time_zone as time, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const HELD_ON_POSTGRES: &str = "
    CREATE FUNCTION archived_number_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM archived_orders
            WHERE profile = NEW.profile AND held_number = NEW.held_number)
        THEN
            RAISE unique_violation USING CONSTRAINT = 'orders_held_number', TABLE = 'orders',
                MESSAGE = 'an archived order holds the number';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER orders_held_number_inserted AFTER INSERT ON orders FOR EACH ROW
        WHEN (NEW.held_number IS NOT NULL) EXECUTE FUNCTION archived_number_is_held();
    CREATE TRIGGER orders_held_number_updated AFTER UPDATE OF held_number ON orders FOR EACH ROW
        WHEN (NEW.held_number IS NOT NULL AND NEW.held_number IS DISTINCT FROM OLD.held_number)
        EXECUTE FUNCTION archived_number_is_held()";

const HELD_ON_SQLITE: [&str; 2] = [
    "CREATE TRIGGER orders_held_number_inserted AFTER INSERT ON orders
        WHEN NEW.held_number IS NOT NULL AND EXISTS (SELECT 1 FROM archived_orders
            WHERE profile = NEW.profile AND held_number = NEW.held_number)
        BEGIN SELECT RAISE(ABORT, 'orders_held_number: an archived order holds the number'); END",
    "CREATE TRIGGER orders_held_number_updated AFTER UPDATE OF held_number ON orders
        WHEN NEW.held_number IS NOT NULL AND NEW.held_number IS NOT OLD.held_number
            AND EXISTS (SELECT 1 FROM archived_orders
                WHERE profile = NEW.profile AND held_number = NEW.held_number)
        BEGIN SELECT RAISE(ABORT, 'orders_held_number: an archived order holds the number'); END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let archived = Table::create()
            .table("archived_orders")
            .col(uuid("id").primary_key())
            .col(text("profile"))
            .col(text("mode"))
            .col(text("order_number"))
            .col(text_null("held_number"))
            .col(text_null("mollie_id"))
            .col(time("created_time"))
            .col(time("archived_time"))
            .col(big_integer("format"))
            .col(blob("body"))
            .take();
        manager.create_table(archived).await?;
        for index in [
            index("archived_orders_held_number", &["profile", "held_number"]).unique().take(),
            index("archived_orders_mollie_id", &["mollie_id", "profile"]).unique().take(),
            index("archived_orders_order_number", &["profile", "order_number", "created_time"]),
            index("archived_orders_profile_created_time", &["profile", "created_time"]),
        ] {
            manager.create_index(index).await?;
        }
        // The operations, shipments and refunds of archived orders, by their ids.
        let parts = Table::create()
            .table("archived_parts")
            .col(uuid("id").primary_key())
            .col(uuid("order_id"))
            .take();
        manager.create_table(parts).await?;
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            return connection.execute_unprepared(HELD_ON_POSTGRES).await.map(drop);
        }
        for trigger in HELD_ON_SQLITE {
            connection.execute_unprepared(trigger).await?;
        }
        Ok(())
    }
}

fn index(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table("archived_orders").take();
    for column in columns {
        index.col(*column);
    }
    index
}
