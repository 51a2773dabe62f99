//! Spans around statements and transactions: what they do to which table, never their values or texts. It may not know any table.

use sea_orm::{DbBackend, DbErr};
use tracing::{Span, debug_span, field};

use crate::error::engine_code;

/// A span for one statement. Of a text that is not understood it tells less, never more.
pub(crate) fn of(backend: DbBackend, sql: &str) -> Span {
    debug_span!(
        "db.statement",
        db.system.name = system(backend),
        db.operation.name = Summary::of(sql).operation,
        db.collection.name = Summary::of(sql).collection,
        error.type = field::Empty,
    )
}

/// A span for one transaction, from taking its connection to its end.
pub(crate) fn of_transaction(backend: DbBackend, name: &'static str) -> Span {
    debug_span!("db.transaction", db.system.name = system(backend), transaction = name)
}

/// Runs a statement and ends its span, which learns the engine's code of an error. The span is not entered: SQLite's driver keeps what is
/// entered for a while, and nothing below belongs to it.
pub(crate) async fn run<T>(span: Span, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    let outcome = work.await;
    if let Err(error) = &outcome {
        span.record("error.type", engine_code(error).as_deref().unwrap_or("unavailable"));
    }
    outcome
}

const fn system(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) { "sqlite" } else { "postgresql" }
}

/// What a statement does, and to which table.
#[derive(Debug, PartialEq, Eq)]
struct Summary<'a> {
    operation: &'a str,
    collection: Option<&'a str>,
}

/// How a change begins that is one statement (`part`).
const FIRST_PART: &str = "WITH part_0 AS (";

/// What stands directly before the table of each statement. One that begins with `WITH` is named by what it writes, if it does.
const BEFORE: [(&str, &str); 4] =
    [("INSERT", "INSERT INTO "), ("UPDATE", "UPDATE "), ("DELETE", "DELETE FROM "), ("SELECT", " FROM ")];

impl<'a> Summary<'a> {
    fn of(sql: &'a str) -> Self {
        let sql = sql.trim_start();
        // A change that is one statement goes by its first part.
        let sql = sql
            .strip_prefix(FIRST_PART)
            .map_or(sql, |parts| parts.split(" RETURNING ").next().unwrap_or(parts));
        let word = sql.split_whitespace().next().unwrap_or_default();
        let found = BEFORE.iter().find_map(|(operation, before)| {
            let fits = word == *operation || word == "WITH";
            // What is written by a statement that begins with `WITH` comes last, behind its locks.
            let is_last = word == "WITH" && *operation != "SELECT";
            let at = fits.then(|| if is_last { sql.rfind(before) } else { sql.find(before) }).flatten()?;
            let table = identifier(&sql[at + before.len()..]).filter(|name| *name != "SKIP")?;
            Some(Self { operation, collection: Some(table) })
        });
        found.unwrap_or(Self { operation: word.trim_end_matches(';'), collection: None })
    }
}

/// The name at the beginning of a text, without its quotes; none if it is a function's.
fn identifier(text: &str) -> Option<&str> {
    let text = text.trim_start().trim_start_matches('"');
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    (!name.is_empty() && !rest.starts_with('(')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_what_it_does_to_which_table() {
        for (sql, operation, collection) in [
            ("BEGIN", "BEGIN", None),
            ("BEGIN IMMEDIATE", "BEGIN", None),
            ("COMMIT", "COMMIT", None),
            ("SHOW server_version", "SHOW", None),
            (r#"SELECT "orders"."id" FROM "orders" WHERE "id" = $1"#, "SELECT", Some("orders")),
            (r#"INSERT INTO "events" ("order_id") VALUES ($1)"#, "INSERT", Some("events")),
            ("\n    INSERT INTO lookups (order_id) SELECT id FROM orders", "INSERT", Some("lookups")),
            (r#"UPDATE "operations" SET "state" = $1"#, "UPDATE", Some("operations")),
            ("DELETE FROM timers WHERE order_id = $1", "DELETE", Some("timers")),
            (
                "WITH due AS (SELECT id FROM lookups FOR UPDATE SKIP LOCKED) UPDATE lookups SET x = 1",
                "UPDATE",
                Some("lookups"),
            ),
            ("WITH one AS (SELECT 1) SELECT * FROM orders", "SELECT", Some("orders")),
            (
                "WITH part_0 AS (UPDATE \"orders\" SET x = 1 RETURNING 1), part_1 AS (INSERT INTO events RETURNING 1) SELECT 1",
                "UPDATE",
                Some("orders"),
            ),
            ("SELECT 1", "SELECT", None),
            ("SELECT extract(epoch FROM clock_timestamp())", "SELECT", None),
            ("", "", None),
        ] {
            assert_eq!(Summary::of(sql), Summary { operation, collection }, "{sql}");
        }
    }
}
