//! A database may hold what this release would not write: later releases add fields, and people make mistakes.

use conformance::samples::*;
use domain::ports::{OrderKey, Store, StoreError};
use domain::rules::order::Order;
use persistence::Database;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, SqliteConnection};
use serde_json::Value;
use tempfile::TempDir;

use crate::engines::options;

/// A closed SQLite file with one order and one event.
struct Kept {
    directory: TempDir,
    order: Order,
}

impl Kept {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let kept = Self { directory, order: full_order() };
        let database = Database::connect(&options(&kept.url())).await.unwrap();
        database.migrate().await.unwrap();
        let mut change = creation(&kept.order);
        let recorded = every_event(&kept.order).remove(0);
        change.events = vec![event(&kept.order, 1, recorded)];
        database.commit(change).await.unwrap();
        database.close().await;
        kept
    }

    fn url(&self) -> String {
        format!("sqlite://{}/orders.db", self.directory.path().display())
    }

    /// Rewrites a column of the only row.
    async fn edit(&self, table: &str, column: &str, edit: impl FnOnce(String) -> String) {
        let mut file = SqliteConnection::connect(&self.url()).await.unwrap();
        let select = AssertSqlSafe(format!("SELECT {column} FROM {table}"));
        let text: String = sqlx::query_scalar(select).fetch_one(&mut file).await.unwrap();
        let update = AssertSqlSafe(format!("UPDATE {table} SET {column} = $1"));
        let updated = sqlx::query(update).bind(edit(text)).execute(&mut file).await;
        assert_eq!(updated.unwrap().rows_affected(), 1);
        file.close().await.unwrap();
    }

    async fn read(&self) -> (Result<Option<Order>, StoreError>, Result<usize, StoreError>) {
        let database = Database::connect(&options(&self.url())).await.unwrap();
        let order = database.load_order(&OrderKey::Id(self.order.id)).await;
        let events = database.list_events(self.order.id, 0, 10).await;
        database.close().await;
        (order, events.map(|page| page.items.len()))
    }
}

fn with_a_field_more(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // The data of the caller and Mollie is not ours to extend.
            let theirs = ["metadata", "extra", "parameters"];
            let ours = fields.iter_mut().filter(|(key, _)| !theirs.contains(&key.as_str()));
            ours.for_each(|(_, field)| with_a_field_more(field));
            // An enum's tag is not a field.
            if !["known", "unknown", "order_recorded"].iter().any(|tag| fields.contains_key(*tag)) {
                fields.insert("since_tomorrow".into(), Value::Bool(true));
            }
            if let Some(Value::Object(tagged)) = fields.get_mut("resource") {
                tagged.remove("since_tomorrow");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_a_field_more),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn extended(text: String) -> String {
    let mut value: Value = serde_json::from_str(&text).unwrap();
    with_a_field_more(&mut value);
    assert_ne!(value.to_string(), text);
    value.to_string()
}

#[tokio::test]
async fn fields_of_a_later_release_are_ignored() {
    let kept = Kept::new().await;
    for (table, column) in [("orders", "document"), ("orders", "billing_address"), ("events", "data")] {
        kept.edit(table, column, extended).await;
    }
    let (order, events) = kept.read().await;
    assert_eq!((order.unwrap(), events.unwrap()), (Some(kept.order), 1));
}

#[tokio::test]
async fn an_unreadable_value_is_named_by_table_column_and_row_without_personal_data() {
    for (column, from, to, said) in [
        ("document", "\"authorized\"", "\"authorised\"", "order status \"authorised\""),
        ("document", "\"quantity\":2", "\"quantity\":\"Piet\"", "Data error at 1:"),
        ("billing_address", "\"Piet\"", "7", "Data error at 1:"),
        ("consumer_date_of_birth", "1872", "born 1872", "not a date"),
        ("placement", "placed", "misplaced", "a value this release does not know"),
    ] {
        let kept = Kept::new().await;
        kept.edit("orders", column, |text| {
            assert!(text.contains(from), "{text}");
            text.replace(from, to)
        })
        .await;
        let (order, _) = kept.read().await;
        let Err(StoreError::Inconsistent(text)) = order else { panic!("{column}: {order:?}") };
        let place = format!("orders.{column} of row {}", kept.order.id);
        assert!(text.contains(&place) && text.contains(said), "{text}");
        assert!(!text.contains("1872") && !text.contains("Mondriaan"), "{text}");
    }
}
