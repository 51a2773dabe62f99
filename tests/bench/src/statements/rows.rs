//! The rows an order consists of, read as the service wrote them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::sqlite::SqliteConnection;
use sea_orm::sqlx::types::time::OffsetDateTime;
use sea_orm::sqlx::{AssertSqlSafe, Row, query};
use uuid::Uuid;

use crate::postgres;

/// The tables that hold a part of an order, each with its column of the order and the order its rows were written in.
const TABLES: [(&str, &str, &str); 7] = [
    ("orders", "id", "id"),
    ("requests", "order_id", "created_time"),
    ("events", "order_id", "sequence"),
    ("event_queue", "order_id", "sequence"),
    ("operations", "order_id", "turn"),
    ("shipments", "order_id", "created_time"),
    ("lookups", "order_id", "order_id"),
];

/// A column's type, as far as binding a value needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Uuid,
    Text,
    Integer,
    Boolean,
    Time,
    Bytes,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null(Kept),
    Uuid(Uuid),
    Text(String),
    Integer(i64),
    Boolean(bool),
    /// With the text the database gave for it.
    Time(OffsetDateTime, String),
    Bytes(Vec<u8>),
}

/// The rows of one order, by table, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Rows(pub BTreeMap<String, Vec<BTreeMap<String, Value>>>);

impl Rows {
    /// Reads what an order consists of in PostgreSQL.
    ///
    /// # Errors
    /// The database refuses, or a column is of a new type.
    pub async fn of_postgres(connection: &mut PgConnection, order: Uuid) -> Result<Self> {
        let mut all = BTreeMap::new();
        for (table, of_order, sorted) in TABLES {
            let columns = format!(
                "SELECT column_name::text, data_type::text FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            );
            let mut kinds = Vec::new();
            for row in postgres::rows(connection, &columns).await? {
                let (name, data_type): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                kinds.push((name, kept(&data_type).with_context(|| format!("a column of {table}"))?));
            }
            let selected: Vec<_> = kinds.iter().map(|(name, kind)| selected(name, *kind)).collect();
            let sql = format!(
                "SELECT {} FROM {table} WHERE {of_order} = '{order}' ORDER BY {sorted}",
                selected.join(", ")
            );
            let mut rows = Vec::new();
            for row in postgres::rows(connection, &sql).await? {
                let mut values = BTreeMap::new();
                for (n, (name, kind)) in kinds.iter().enumerate() {
                    let value = value(*kind, row.try_get(2 * n)?, row.try_get(2 * n + 1)?);
                    values.insert(name.clone(), value.with_context(|| format!("{table}.{name}"))?);
                }
                rows.push(values);
            }
            all.insert(table.to_owned(), rows);
        }
        Ok(Self(all))
    }

    /// Reads what an order consists of in SQLite, where a value is of the type it was written with.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn of_sqlite(connection: &mut SqliteConnection, order: Uuid) -> Result<Self> {
        let mut all = BTreeMap::new();
        for (table, of_order, sorted) in TABLES {
            let mut names = Vec::new();
            for row in query(AssertSqlSafe(format!("PRAGMA table_info({table})")))
                .fetch_all(&mut *connection)
                .await?
            {
                names.push(row.try_get::<String, _>(1)?);
            }
            let selected: Vec<_> = names
                .iter()
                .map(|name| format!("typeof(\"{name}\"), CASE typeof(\"{name}\") WHEN 'blob' THEN hex(\"{name}\") ELSE CAST(\"{name}\" AS TEXT) END"))
                .collect();
            let sql = format!(
                "SELECT {} FROM {table} WHERE {of_order} = $1 ORDER BY {sorted}",
                selected.join(", ")
            );
            let mut rows = Vec::new();
            for row in query(AssertSqlSafe(sql)).bind(order).fetch_all(&mut *connection).await? {
                let mut values = BTreeMap::new();
                for (n, name) in names.iter().enumerate() {
                    let (kind, text): (String, Option<String>) =
                        (row.try_get(2 * n)?, row.try_get(2 * n + 1)?);
                    values.insert(
                        name.clone(),
                        of_type(&kind, text).with_context(|| format!("{table}.{name}"))?,
                    );
                }
                rows.push(values);
            }
            all.insert(table.to_owned(), rows);
        }
        Ok(Self(all))
    }
}

fn kept(data_type: &str) -> Result<Kept> {
    Ok(match data_type {
        "uuid" => Kept::Uuid,
        "text" | "character varying" => Kept::Text,
        "bigint" => Kept::Integer,
        "boolean" => Kept::Boolean,
        "timestamp with time zone" => Kept::Time,
        "bytea" => Kept::Bytes,
        other => bail!("{other}: the benchmark must be taught this type"),
    })
}

/// The value as a text, and for a time also its microseconds.
fn selected(name: &str, kind: Kept) -> String {
    let text =
        if kind == Kept::Bytes { format!("encode(\"{name}\", 'hex')") } else { format!("\"{name}\"::text") };
    let micros = if kind == Kept::Time {
        format!("(extract(epoch FROM \"{name}\") * 1000000)::bigint")
    } else {
        "NULL::bigint".to_owned()
    };
    format!("{text}, {micros}")
}

fn value(kind: Kept, text: Option<String>, micros: Option<i64>) -> Result<Value> {
    let Some(text) = text else { return Ok(Value::Null(kind)) };
    Ok(match (kind, micros) {
        (Kept::Uuid, _) => Value::Uuid(text.parse()?),
        (Kept::Text, _) => Value::Text(text),
        (Kept::Integer, _) => Value::Integer(text.parse()?),
        (Kept::Boolean, _) => Value::Boolean(text.parse()?),
        (Kept::Bytes, _) => Value::Bytes(bytes(&text)?),
        (Kept::Time, Some(micros)) => {
            Value::Time(OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)?, text)
        }
        (Kept::Time, None) => bail!("a time without microseconds"),
    })
}

fn of_type(kind: &str, text: Option<String>) -> Result<Value> {
    let text = text.unwrap_or_default();
    Ok(match kind {
        "null" => Value::Null(Kept::Text),
        "integer" => Value::Integer(text.parse()?),
        "text" => Value::Text(text),
        "blob" => {
            let bytes = bytes(&text)?;
            // So the driver writes ids.
            <[u8; 16]>::try_from(bytes.as_slice())
                .map_or(Value::Bytes(bytes), |id| Value::Uuid(Uuid::from_bytes(id)))
        }
        other => bail!("{other}: the benchmark must be taught this type"),
    })
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
    (0..hex.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&hex[at..at + 2], 16)?)).collect()
}
