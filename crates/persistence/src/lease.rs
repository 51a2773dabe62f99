//! Leases by the database's clock: replicas' clocks differ, and simulated time must not end a lease. It may not know
//! any table.

use std::time::Duration;

use sea_orm::DbBackend;

/// SQL for the database's time, in microseconds since 1970. On PostgreSQL the time of the statement, not of the
/// transaction's begin. SQLite gives milliseconds.
pub(crate) const fn clock(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) {
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
    } else {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    }
}

/// SQL that keeps rows from being claimed twice: PostgreSQL passes over rows another claim is looking at; on SQLite
/// there is one writer.
pub(crate) const fn row_lock(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) { "" } else { "FOR UPDATE SKIP LOCKED" }
}

/// A lease's length in microseconds.
pub(crate) fn micros(lease: Duration) -> i64 {
    i64::try_from(lease.as_micros()).unwrap_or(i64::MAX)
}
