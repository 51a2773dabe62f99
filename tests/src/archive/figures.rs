//! What archiving came to.

use std::fmt;
use std::time::Duration;

use crate::database::Database;

const HOT: [&str; 6] = ["orders", "events", "operations", "shipments", "refunds", "lookups"];
const ARCHIVE: [&str; 2] = ["archived_orders", "archived_parts"];

/// What tables take on the disk, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The rows, with what lies beside them because it is large.
    pub rows: i64,
    pub indexes: i64,
}

impl Size {
    pub(super) async fn of_hot(database: &Database) -> Self {
        Self::of(database, &HOT).await
    }

    pub(super) async fn of_archive(database: &Database) -> Self {
        Self::of(database, &ARCHIVE).await
    }

    async fn of(database: &Database, tables: &[&str]) -> Self {
        let names: Vec<_> = tables.iter().map(|table| format!("'{table}'::regclass")).collect();
        let sql = format!(
            "SELECT sum(pg_table_size(t))::bigint, sum(pg_indexes_size(t))::bigint FROM unnest(ARRAY[{}]) AS t",
            names.join(", ")
        );
        let row = database.query(&sql).await.remove(0);
        let number = |n| row.try_get_by_index(n).expect("a size");
        Self { rows: number(0), indexes: number(1) }
    }

    const fn of_each(self, orders: i64) -> [i64; 2] {
        [self.rows / orders, self.indexes / orders]
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Archived {
    pub orders: usize,
    pub events: usize,
    /// How often a process was killed.
    pub deaths: usize,
    pub took: Duration,
    pub hot: Size,
    pub cold: Size,
    /// How long a watcher took for the whole stream, before and after.
    pub read_hot: Duration,
    pub read_archived: Duration,
}

impl fmt::Display for Archived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, events, deaths, .. } = self;
        let each = i64::try_from(*orders).unwrap_or(i64::MAX);
        let ([hot_rows, hot_indexes], [rows, indexes]) = (self.hot.of_each(each), self.cold.of_each(each));
        writeln!(f, "{orders} orders with {events} events, archived in {} s", self.took.as_secs())?;
        writeln!(f, "killed meanwhile: {deaths} processes")?;
        writeln!(f, "bytes of an order before: {hot_rows} in rows, {hot_indexes} in indexes")?;
        writeln!(f, "bytes of an order in the archive: {rows} in rows, {indexes} in indexes")?;
        write!(
            f,
            "a watcher reads all events in {} ms before, {} ms afterwards",
            self.read_hot.as_millis(),
            self.read_archived.as_millis()
        )
    }
}
