//! Which faults an engine has at which statement. Said before anything is tried, each with its reason: a cell that is said
//! to be there and is not struck is a failure.

use crate::cell::{Cell, Engine, Fault, Flow, Lasting};

/// A statement that writes, or that begins or commits, with what came before it in its transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub sql: String,
    /// The statements since BEGIN; `None` outside a transaction, where the statement commits by itself.
    pub before: Option<Vec<String>>,
}

/// Whether a statement is counted: it begins, commits or writes.
#[must_use]
pub fn is_point(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    matches!(word.as_str(), "BEGIN" | "COMMIT" | "INSERT" | "UPDATE" | "DELETE" | "WITH")
}

/// Every cell of a flow whose points are known.
#[must_use]
pub fn cells(engine: Engine, flow: Flow, points: &[Point]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (point, at) in points.iter().enumerate() {
        for &fault in Fault::ALL.iter().filter(|fault| exists(engine, **fault, at)) {
            let lengths = Lasting::ALL.iter().filter(|lasting| can_last(engine, fault, **lasting));
            cells.extend(lengths.map(|&lasting| Cell { engine, flow, point, fault, lasting }));
        }
    }
    cells
}

/// Whether the engine has the fault at this point.
#[must_use]
pub fn exists(engine: Engine, fault: Fault, point: &Point) -> bool {
    match (engine, fault) {
        // Only what takes new pages can be refused them.
        (Engine::Sqlite | Engine::Postgres, Fault::Full) | (Engine::Sqlite, Fault::IoStatement) => {
            takes_pages(point)
        }
        // SQLite writes its log when a transaction commits, not before.
        (
            Engine::Sqlite,
            Fault::FullDisk
            | Fault::IoWriteBefore
            | Fault::IoWriteAfter
            | Fault::IoSyncBefore
            | Fault::IoSyncAfter,
        ) => commits(point),
        // What is short may fit into what is left of the last page that the file system gave to the log.
        (Engine::Sqlite, Fault::FullTmpfs) => commits(point) && writes_an_order(point),
        // What is not prepared yet takes memory, and so does a large row. For a small one a connection may have set enough aside.
        (Engine::Sqlite, Fault::NoMemory) => is_word(point, "BEGIN") || takes_pages(point),
        // SQLite looks at it where writing begins; BEGIN IMMEDIATE does. What was begun may be committed.
        (Engine::Sqlite, Fault::ReadOnly) => !is_word(point, "COMMIT"),
        // PostgreSQL's BEGIN writes nothing.
        (Engine::Postgres, Fault::ReadOnly) => !is_word(point, "COMMIT") && !is_word(point, "BEGIN"),
        // SQLite has one lock, which is taken at the beginning.
        (Engine::Sqlite, Fault::Busy) => is_word(point, "BEGIN") || point.before.is_none(),
        // Another session can lock a table as long as the transaction has not touched it.
        (Engine::Postgres, Fault::Busy) => is_untouched(point),
        (Engine::Postgres, Fault::CutBefore | Fault::CutWithin | Fault::CutAfter) => true,
        (Engine::Postgres, Fault::RolledBack) => is_word(point, "COMMIT"),
        // SQLite has no wire.
        (Engine::Sqlite, Fault::CutBefore | Fault::CutWithin | Fault::CutAfter | Fault::RolledBack)
        // PostgreSQL's own log and memory are the server's affair: a client sees the connection end, which is cut.
        | (
            Engine::Postgres,
            Fault::FullDisk
            | Fault::FullTmpfs
            | Fault::IoStatement
            | Fault::IoWriteBefore
            | Fault::IoWriteAfter
            | Fault::IoSyncBefore
            | Fault::IoSyncAfter
            | Fault::NoMemory,
        ) => false,
    }
}

/// Whether the fault can last that long.
const fn can_last(engine: Engine, fault: Fault, lasting: Lasting) -> bool {
    match (engine, fault, lasting) {
        // Memory is given back for good, and a full file system is full until something is removed.
        (_, Fault::NoMemory | Fault::FullTmpfs, Lasting::Once) => false,
        (Engine::Postgres, Fault::Full, Lasting::Once) => false,
        // The transaction of one connection is read only, or rolled back; another never hears of it.
        (Engine::Postgres, Fault::ReadOnly | Fault::RolledBack, Lasting::Lasts) => false,
        // Each new connection would wait its five seconds.
        (_, Fault::Busy, Lasting::Lasts) => false,
        // A page count and a small cache belong to a connection.
        (Engine::Sqlite, Fault::Full | Fault::IoStatement, Lasting::Lasts) => false,
        (_, _, Lasting::Once | Lasting::Lasts) => true,
    }
}

fn is_word(point: &Point, word: &str) -> bool {
    point.sql.trim_start().to_ascii_uppercase().starts_with(word)
}

fn commits(point: &Point) -> bool {
    is_word(point, "COMMIT") || (point.before.is_none() && !is_word(point, "BEGIN"))
}

/// The table that a statement writes.
#[must_use]
pub fn table(sql: &str) -> Option<&str> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let is = |n: usize, word: &str| words.get(n).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let names = |n: &usize| is(*n - 1, "INTO") || (is(*n - 1, "UPDATE") && is(*n + 1, "SET"));
    let at = (1..words.len()).find(names)?;
    Some(words[at].trim_matches('"'))
}

/// The tests make these rows larger than a page, so writing one takes new pages: the fingerprint of a request, the actor of
/// an operation and of the events of a use case, the address an order sends its shopper back to.
fn takes_pages(point: &Point) -> bool {
    let Some(before) = &point.before else { return false };
    match table(&point.sql) {
        Some("requests" | "orders" | "operations") => true,
        // Only the events of a use case, which begins with its request, have an actor.
        Some("events") => before.iter().any(|sql| table(sql) == Some("requests")),
        Some(_) | None => false,
    }
}

/// An order's document alone is larger than a page of a file system.
fn writes_an_order(point: &Point) -> bool {
    point.before.iter().flatten().any(|sql| table(sql) == Some("orders"))
}

fn is_untouched(point: &Point) -> bool {
    let Some(own) = table(&point.sql) else { return false };
    !point.before.iter().flatten().any(|sql| table(sql) == Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_is_written_is_found() {
        assert_eq!(table(r#"INSERT INTO "orders" ("id") VALUES ($1)"#), Some("orders"));
        assert_eq!(table(r#"UPDATE "operations" SET "state" = $1"#), Some("operations"));
        assert_eq!(
            table("WITH told AS (INSERT INTO \"events\" (x) RETURNING y) INSERT INTO q"),
            Some("events")
        );
        assert_eq!(
            table("WITH due AS MATERIALIZED (SELECT 1 FOR UPDATE SKIP LOCKED) UPDATE lookups SET x"),
            Some("lookups")
        );
        assert_eq!(table("COMMIT"), None);
    }
}
