//! The statements that the floors run, as checked-in scripts: pgbench runs them as they are, and the bare loops of sqlx read
//! them here. Each is a statement of the service with a value in place of each parameter; `held` fails where one is not.

#[cfg(test)]
mod held;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sea_orm::sqlx::Row;
use serde_json::Value;

use crate::postgres::{Database, rows};

pub const CREATE_ORDER: &str = include_str!("../../statements/create-order.postgres.sql");
pub const CREATE_ORDER_SQLITE: &str = include_str!("../../statements/create-order.sqlite.sql");
pub const GET_ORDER: &str = include_str!("../../statements/get-order.postgres.sql");
pub const LIST_ORDERS: &str = include_str!("../../statements/list-orders.postgres.sql");
pub const STORE_HOOK: &str = include_str!("../../statements/store-hook.postgres.sql");

/// A number that no other order has; ids made of it grow with time, as the service's do.
pub const UNIQUE: &str = "unique";
/// The id of an order that is there.
pub const ORDER: &str = "order";
/// What an order consists of.
const PARTS: [&str; 7] = [
    "billing_address",
    "shipping_address",
    "recorded_document",
    "placed_document",
    "recorded_event",
    "placed_event",
    "task",
];

/// Values of a script's variables, by their names.
pub type Values = BTreeMap<&'static str, String>;

/// A statement as sqlx takes it, and the variables that its parameters are, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub sql: String,
    pub variables: Vec<&'static str>,
}

/// The statements of a script, with BEGIN and COMMIT, without comments and what is meant for pgbench alone.
pub fn statements(script: &str) -> Vec<String> {
    let lines = script.lines().filter(|line| !line.starts_with("--") && !line.starts_with('\\'));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split(';').map(|sql| sql.trim().to_owned()).filter(|sql| !sql.is_empty()).collect()
}

pub fn prepared(script: &str) -> Vec<Statement> {
    statements(script).iter().map(|sql| Statement::new(sql)).collect()
}

impl Statement {
    fn new(sql: &str) -> Self {
        let mut statement = Self { sql: sql.to_owned(), variables: Vec::new() };
        for name in PARTS.into_iter().chain([UNIQUE, ORDER]) {
            let variable = format!(":{name}");
            if sql.contains(&variable) {
                statement.variables.push(name);
                let number = format!("${}", statement.variables.len());
                statement.sql = statement.sql.replace(&variable, &number);
            }
        }
        statement
    }
}

/// What an order that the service has placed consists of, byte for byte as it was written: no floor writes less.
pub async fn parts(database: &Database) -> Result<Values> {
    let sql = "SELECT o.billing_address, o.shipping_address, o.document, r.data, p.data, t.task
        FROM orders o JOIN operations t ON t.order_id = o.id
        JOIN events r ON r.order_id = o.id AND r.kind = 'order.recorded'
        JOIN events p ON p.order_id = o.id AND p.kind = 'order.placed' LIMIT 1";
    let found = rows(&mut database.connect().await?, sql).await?;
    let row = found.first().context("the service has placed no order")?;
    let [billing, shipping, placed, recorded_event, placed_event, task] =
        [0, 1, 2, 3, 4, 5].map(|n| row.try_get(n));
    let recorded_event: String = recorded_event?;
    // The document at first is what the first event says.
    let event: Value = serde_json::from_str(&recorded_event)?;
    let recorded = event["order_recorded"]["order"]["parts"].to_string();
    let values = [billing?, shipping?, recorded, placed?, recorded_event, placed_event?, task?];
    Ok(PARTS.into_iter().zip(values).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_statements_with_numbered_variables() {
        let script =
            "-- a; b\n\\set n 1\nBEGIN;\nINSERT INTO a VALUES (:unique,\n  :task, :unique::text);\nCOMMIT;\n";
        let [begin, insert, commit] = prepared(script).try_into().unwrap();
        let sql = "INSERT INTO a VALUES ($2,\n  $1, $2::text)".to_owned();
        assert_eq!(insert, Statement { sql, variables: vec!["task", "unique"] });
        assert_eq!((begin.sql.as_str(), commit.sql.as_str()), ("BEGIN", "COMMIT"));
    }
}
