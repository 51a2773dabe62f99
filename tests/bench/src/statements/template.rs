//! The transactions of CreateOrder with holes where each order needs values of its own, and everything else as the
//! service wrote it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::parse::{Meaning, parse};
use super::rows::{Kept, Rows, Value};
use super::tokens::fill;

/// How long the service leases an operation, in microseconds.
const LEASE: i64 = 8_000_000;

/// Where a parameter's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The same for every order.
    Same(Value),
    /// Of its own for every order; the same name gives the same value within one.
    Own(&'static str, Kept),
}

/// A statement and its parameters.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: String,
    pub table: String,
    pub sources: Vec<Source>,
    /// Rows it writes anew.
    pub inserts: usize,
}

/// Transactions, each a list of statements.
#[derive(Clone, Debug)]
pub struct Template(pub Vec<Vec<Statement>>);

impl Template {
    /// Makes it of the statements as captured, and the order's rows after each transaction.
    ///
    /// # Errors
    /// A statement is not understood, or the rows do not fit it.
    pub fn new(captured: &[Vec<String>], after: &[Rows]) -> Result<Self> {
        ensure!(
            captured.len() == after.len(),
            "{} transactions, but rows after {}",
            captured.len(),
            after.len()
        );
        let nothing = Rows::default();
        let mut transactions = Vec::new();
        for (n, texts) in captured.iter().enumerate() {
            let before = n.checked_sub(1).map_or(&nothing, |n| &after[n]);
            let statements = texts.iter().map(|sql| statement(sql, before, &after[n]));
            transactions.push(statements.collect::<Result<_>>()?);
        }
        Ok(Self(transactions))
    }

    /// How many rows each table gains by it.
    #[must_use]
    pub fn gains(&self) -> BTreeMap<String, usize> {
        let mut gains = BTreeMap::new();
        for statement in self.0.iter().flatten() {
            *gains.entry(statement.table.clone()).or_default() += statement.inserts;
        }
        gains
    }

    /// A script for pgbench, whose variable `n` is what is unique.
    ///
    /// # Errors
    /// A statement is not understood.
    pub fn pgbench(&self) -> Result<String> {
        let mut script = "\\set n random(1, 9000000000000000000)\n".to_owned();
        for transaction in &self.0 {
            script.push_str("BEGIN;\n");
            for statement in transaction {
                let filled = fill(&statement.sql, |number| Ok(literal(&statement.sources[number - 1])))?;
                script.push_str(filled.trim());
                script.push_str(";\n");
            }
            script.push_str("COMMIT;\n");
        }
        Ok(script)
    }
}

fn statement(sql: &str, before: &Rows, after: &Rows) -> Result<Statement> {
    let parsed = parse(sql)?;
    let (table, inserts) = (parsed.table, parsed.inserts);
    let mut sources = Vec::new();
    for meaning in parsed.parameters {
        let source = match meaning {
            Meaning::Lease => Ok(Source::Same(Value::Integer(LEASE))),
            Meaning::Limit => Ok(Source::Same(Value::Integer(1))),
            Meaning::Compared { column } => source(before, &table, &column, 0),
            Meaning::Written { column, row } => source(after, &table, &column, inserts.max(1) - 1 - row),
        };
        sources.push(source.with_context(|| format!("in {sql}"))?);
    }
    Ok(Statement { sql: sql.to_owned(), table, sources, inserts })
}

/// The value in the table's newest row but so many.
fn source(rows: &Rows, table: &str, column: &str, back: usize) -> Result<Source> {
    let row = rows.0.get(table).and_then(|rows| rows.iter().rev().nth(back));
    let value = row.with_context(|| format!("{table} has no row of the order"))?.get(column);
    let value = value.with_context(|| format!("{table} has no column {column}"))?;
    Ok(match (value, salt(table, column)) {
        (Value::Uuid(_), Some(salt)) => Source::Own(salt, Kept::Uuid),
        (Value::Text(_), Some(salt)) => Source::Own(salt, Kept::Text),
        (value, _) => Source::Same(value.clone()),
    })
}

/// What makes a column different for every order: columns of one name hold one value.
#[must_use]
pub fn salt(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        ("orders", "id") | (_, "order_id") => "order",
        ("operations", "id") | (_, "operation_id") => "operation",
        ("shipments", "id") | (_, "shipment_id") => "shipment",
        ("orders", "mollie_id") => "mollie",
        ("shipments", "mollie_id") => "parcel",
        (_, "key") => "key",
        (_, "request_id") => "request",
        (_, "order_number" | "held_number") => "number",
        (_, "lease_token") => "lease",
        _ => return None,
    })
}

fn literal(source: &Source) -> String {
    match source {
        Source::Own(salt, Kept::Uuid) => format!("md5(:n::text || '{salt}')::uuid"),
        Source::Own(salt, _) => format!("md5(:n::text || '{salt}')"),
        Source::Same(Value::Null(_)) => "NULL".to_owned(),
        Source::Same(Value::Uuid(id)) => format!("'{id}'::uuid"),
        Source::Same(Value::Text(text)) => quoted(text),
        Source::Same(Value::Integer(number)) => format!("{number}::bigint"),
        Source::Same(Value::Boolean(is_so)) => is_so.to_string(),
        Source::Same(Value::Time(_, text)) => format!("{}::timestamptz", quoted(text)),
        Source::Same(Value::Bytes(bytes)) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("decode('{hex}', 'hex')")
        }
    }
}

/// pgbench would take `:word` for a variable, also within a text.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "''").replace(':', "\\x3a");
    format!("E'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str, columns: &[(&str, Value)]) -> Rows {
        let row = columns.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Rows(BTreeMap::from([(table.to_owned(), vec![row])]))
    }

    fn order(version: i64, mollie_id: Value) -> Rows {
        let (id, document) = (Value::Uuid(uuid::Uuid::nil()), Value::Text("{\"a\":\"it's\"}".to_owned()));
        let columns = [
            ("id", id),
            ("version", Value::Integer(version)),
            ("mollie_id", mollie_id),
            ("document", document),
        ];
        rows("orders", &columns)
    }

    fn template() -> Template {
        let captured = [
            vec!["INSERT INTO orders (id, version, mollie_id, document) VALUES ($1, $2, $3, $4)".to_owned()],
            vec!["UPDATE orders SET version = $1, mollie_id = $2 WHERE id = $3 AND version = $4".to_owned()],
        ];
        let placed = order(2, Value::Text("ord_1".to_owned()));
        Template::new(&captured, &[order(1, Value::Null(Kept::Text)), placed]).unwrap()
    }

    #[test]
    fn values_are_those_after_the_transaction_and_compared_are_those_before() {
        let script = template().pgbench().unwrap();
        let expected = "\\set n random(1, 9000000000000000000)\n\
            BEGIN;\n\
            INSERT INTO orders (id, version, mollie_id, document) VALUES (md5(:n::text || 'order')::uuid, 1::bigint, NULL, \
            E'{\"a\"\\x3a\"it''s\"}');\n\
            COMMIT;\n\
            BEGIN;\n\
            UPDATE orders SET version = 2::bigint, mollie_id = md5(:n::text || 'mollie') \
            WHERE id = md5(:n::text || 'order')::uuid AND version = 1::bigint;\n\
            COMMIT;\n";
        assert_eq!(script, expected);
        assert_eq!(template().gains(), BTreeMap::from([("orders".to_owned(), 1)]));
    }

    #[test]
    fn rows_that_do_not_fit_the_statements_are_an_error() {
        let captured = [vec!["INSERT INTO orders (id, colour) VALUES ($1, $2)".to_owned()]];
        assert!(Template::new(&captured, &[order(1, Value::Null(Kept::Text))]).is_err());
        assert!(Template::new(&captured, &[]).is_err());
    }
}
