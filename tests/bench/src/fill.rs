//! A database with many orders: those that the service itself wrote, cloned by SQL in every table.

use anyhow::{Result, ensure};

use crate::postgres::{Database, close, execute, one};

const CLONE: &str = include_str!("../statements/fill.postgres.sql");

/// Clones the orders there are until there are so many, evenly, and lets the server see what it has now.
pub async fn fill(database: &Database, orders: u64) -> Result<()> {
    let mut connection = database.connect().await?;
    let there: u64 = one(&mut connection, "SELECT count(*)::text FROM orders").await?.parse()?;
    ensure!(there > 0 && there <= orders, "{there} orders are there to be cloned to {orders}");
    let clones = (orders - there).div_ceil(there);
    execute(&mut connection, &format!("SET bench.clones = {clones}; {CLONE}")).await?;
    execute(&mut connection, "VACUUM ANALYZE").await?;
    execute(&mut connection, "CHECKPOINT").await?;
    close(connection).await
}
