//! Leases by the database's clock: replicas' clocks differ, and simulated time must not end a lease. It may not know
//! any table.

use std::time::Duration;

use domain::rules::ids::LeaseToken;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, Statement};

use crate::moment;

/// SQL for the database's time, in microseconds since 1970. On PostgreSQL the time of the statement, not of the transaction's
/// start. SQLite provides milliseconds.
pub(crate) const fn clock(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) {
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
    } else {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    }
}

/// The same as of the statement's start, which an index can be searched by: PostgreSQL takes `clock_timestamp()` for another time in each row.
pub(crate) const fn moment(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) {
        clock(backend)
    } else {
        "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)"
    }
}

/// SQL that keeps rows from being claimed twice: PostgreSQL skips rows that another claim has locked; SQLite has one writer.
pub(crate) const fn row_lock(backend: DbBackend) -> &'static str {
    if matches!(backend, DbBackend::Sqlite) { "" } else { "FOR UPDATE SKIP LOCKED" }
}

/// A lease's length in microseconds.
pub(crate) fn micros(lease: Duration) -> i64 {
    i64::try_from(lease.as_micros()).unwrap_or(i64::MAX)
}

/// Claims due rows under a lease. `statement` takes the engine's clock and row lock, and its parameters are now, the token, the
/// lease's length and the limit. The rows come in no particular order.
pub(crate) async fn take<E: EntityTrait>(
    session: &impl ConnectionTrait,
    statement: impl Fn(&str, &str) -> String,
    now: Timestamp,
    length: Duration,
    token: LeaseToken,
    limit: u32,
) -> Result<Vec<E::Model>, DbErr> {
    let backend = session.get_database_backend();
    let sql = statement(clock(backend), row_lock(backend));
    let values =
        [moment::column(now).into(), token.uuid().into(), micros(length).into(), i64::from(limit).into()];
    let taken = E::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values));
    taken.all(session).await
}
