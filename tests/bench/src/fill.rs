//! A database with many orders: those that the service itself wrote, cloned by SQL in every table.

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::Row;

use crate::postgres::{Database, close, execute, one, rows};
use crate::statements::salt;

/// The tables that hold a part of an order, parents first.
const TABLES: [&str; 6] = ["orders", "requests", "events", "operations", "shipments", "lookups"];

/// As the service gives them.
const POSITIONS: &str = "
    INSERT INTO event_stream (position, order_id, sequence)
    SELECT (SELECT COALESCE(max(position), 0) FROM event_stream) + row_number() OVER (ORDER BY order_id, sequence),
        order_id, sequence
    FROM (SELECT order_id, sequence FROM events EXCEPT ALL SELECT order_id, sequence FROM event_stream
        EXCEPT ALL SELECT order_id, sequence FROM event_queue) AS cloned";

/// Clones the orders there are until there are so many, evenly, and lets the server see what it has now.
///
/// # Errors
/// There is no order to clone, or the server refuses.
pub async fn fill(database: &Database, orders: u64) -> Result<()> {
    let mut connection = database.connect().await?;
    let there: u64 = one(&mut connection, "SELECT count(*)::text FROM orders").await?.parse()?;
    ensure!(there > 0 && there <= orders, "{there} orders are there to be cloned to {orders}");
    let clones = (orders - there).div_ceil(there);
    execute(&mut connection, "CREATE TEMPORARY TABLE models AS SELECT id FROM orders").await?;
    // What is cloned refers to what was cloned before it.
    execute(&mut connection, "SET synchronous_commit = on; SET session_replication_role = replica").await?;
    for table in TABLES {
        let sql = format!(
            "SELECT column_name::text, data_type::text FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        );
        let mut columns = Vec::new();
        for row in rows(&mut connection, &sql).await? {
            columns.push((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?));
        }
        execute(&mut connection, &clone(table, &columns, clones)).await.context("cloning orders")?;
    }
    execute(&mut connection, POSITIONS).await.context("giving the cloned events their positions")?;
    execute(&mut connection, "VACUUM ANALYZE").await?;
    execute(&mut connection, "CHECKPOINT").await?;
    close(connection).await
}

/// Clones every row of the models; `g` numbers the clones.
fn clone(table: &str, columns: &[(String, String)], clones: u64) -> String {
    let of_order = if table == "orders" { "id" } else { "order_id" };
    let names: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let values: Vec<_> = columns.iter().map(|(name, data_type)| value(table, name, data_type)).collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} AS t JOIN models AS m ON t.{of_order} = m.id
            CROSS JOIN generate_series(1, {clones}) AS g",
        names.join(", "),
        values.join(", ")
    )
}

fn value(table: &str, name: &str, data_type: &str) -> String {
    match (salt(table, name), data_type, name) {
        // Older than the models, and in the order of their time, as the service's own ids are.
        (Some(_), "uuid", _) => format!(
            "CASE WHEN t.\"{name}\" IS NULL THEN NULL ELSE (lpad(to_hex(1700000000000 - g * 60000), 12, '0')
                || '7' || substr(md5(t.\"{name}\"::text || g), 1, 19))::uuid END"
        ),
        (Some(_), _, _) => format!("t.\"{name}\" || '-' || g"),
        // Nothing shall be due while something is measured.
        (None, _, "due_time") => {
            "CASE WHEN t.due_time IS NULL THEN NULL ELSE now() + interval '10 years' END".to_owned()
        }
        (None, "timestamp with time zone", "created_time") => {
            "t.created_time - g * interval '1 minute'".to_owned()
        }
        (None, _, _) => format!("t.\"{name}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_get_values_of_their_own_where_they_must_and_are_never_due() {
        let columns = [("order_id", "uuid"), ("due_time", "timestamp with time zone"), ("hooks", "bigint")];
        let columns = columns.map(|(name, data_type)| (name.to_owned(), data_type.to_owned()));
        let sql = clone("lookups", &columns, 7);
        assert!(
            sql.starts_with("INSERT INTO lookups (\"order_id\", \"due_time\", \"hooks\") SELECT CASE WHEN")
        );
        assert!(sql.contains("interval '10 years'") && sql.contains("t.\"hooks\" FROM lookups AS t"));
        assert!(sql.ends_with("generate_series(1, 7) AS g"));
    }
}
