//! What a database failure means to the caller. It may not put row values into texts: some are personal.

use domain::ports::StoreError;
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};

/// SQLite's primary result codes that pass by themselves or with an operator's help: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT,
/// IOERR, FULL, CANTOPEN.
const SQLITE_PASSING: [u32; 8] = [5, 6, 7, 8, 9, 10, 13, 14];

/// PostgreSQL's error classes that pass by themselves or with an operator's help: connection, authorization (a password that is being
/// changed), rollback (serialization, deadlock), resources, prerequisite state (no connections allowed, a lock not available), operator
/// intervention, system (its disk); and single codes: read-only transaction (a standby), no such database (one that is being restored).
const POSTGRES_PASSING: [&str; 9] = ["08", "28", "40", "53", "55", "57", "58", "25006", "3D000"];

/// Tells transient failures from those that need intervention.
pub(crate) fn store_error(error: DbErr) -> StoreError {
    let text = error.to_string();
    if is_passing(&error) { StoreError::Unavailable(text) } else { StoreError::Inconsistent(text) }
}

fn is_passing(error: &DbErr) -> bool {
    match driver_error(error) {
        Some(SqlxError::Database(refused)) => refused.code().is_some_and(|code| is_passing_code(&code)),
        Some(error) => matches!(
            error,
            SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed
                | SqlxError::BeginFailed
        ),
        None => matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)),
    }
}

/// The two engines' codes do not overlap: SQLite's never have five characters.
fn is_passing_code(code: &str) -> bool {
    if code.len() == 5 {
        return POSTGRES_PASSING.iter().any(|passing| code.starts_with(passing));
    }
    // The extended code holds the primary one in its lowest byte.
    code.parse::<u32>().is_ok_and(|code| SQLITE_PASSING.contains(&(code & 0xff)))
}

fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    if let DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error)) = error
    {
        Some(error)
    } else {
        None
    }
}

/// Whether SQLite reports a full disk. Only `write` reports it, and it fails before a transaction is whole in the log.
pub(crate) fn is_full(error: &DbErr) -> bool {
    is_of_sqlite(error, 13)
}

/// Whether SQLite reports a lock held elsewhere.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    is_of_sqlite(error, 5)
}

/// PostgreSQL's codes have five characters; SQLite's primary code is the lowest byte of the extended one.
fn is_of_sqlite(error: &DbErr, primary: u32) -> bool {
    let code = driver_error(error).and_then(SqlxError::as_database_error).and_then(|refused| refused.code());
    code.is_some_and(|code| code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == primary))
}

/// Whether the database itself answered with an error: then its connection works.
pub(crate) fn is_of_database(error: &DbErr) -> bool {
    driver_error(error).is_some_and(|error| error.as_database_error().is_some())
}

/// The engine's own error code; `None` if the engine did not answer.
pub(crate) fn engine_code(error: &DbErr) -> Option<String> {
    Some(driver_error(error)?.as_database_error()?.code()?.into_owned())
}

/// The code by which `refuse_change` refuses a change, with the number of the guard that did not hold.
const REFUSED: &str = "OS001";

/// The number of the guard that did not hold; `None`: it is another error.
pub(crate) fn refused_part(error: &DbErr) -> Option<usize> {
    let refused = driver_error(error)?.as_database_error()?;
    refused.code().filter(|code| code == REFUSED)?;
    refused.message().parse().ok()
}

/// Whether a guard of ours did not hold: that says nothing of the connection.
pub(crate) fn is_refusal(error: &DbErr) -> bool {
    refused_part(error).is_some() || broken_unique_rule(error).is_some()
}

/// The table that PostgreSQL says an error is about.
pub(crate) fn table_of(error: &DbErr) -> Option<&str> {
    driver_error(error)?.as_database_error()?.table()
}

/// PostgreSQL's codes for the end of a connection: what was sent before it may have been done.
const ENDS: [&str; 2] = ["08", "57P"];

/// Whether it is certain that a statement of its own, which is committed with its end, was not carried out.
pub(crate) fn is_certain(error: &DbErr) -> bool {
    let is_unsent = matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
    is_unsent || engine_code(error).is_some_and(|code| !ENDS.iter().any(|end| code.starts_with(end)))
}

/// The code of what a trigger of SQLite refuses. Ours guard what no unique index reaches, and name it.
const SQLITE_TRIGGER: &str = "1811";

/// The unique rule that a write broke: the index's name on PostgreSQL, its columns on SQLite, the trigger's text. `None`: it broke none.
pub(crate) fn broken_unique_rule(error: &DbErr) -> Option<&str> {
    let refused = driver_error(error)?.as_database_error()?;
    let is_of_trigger = refused.code().is_some_and(|code| code == SQLITE_TRIGGER);
    let is_broken = refused.is_unique_violation() || is_of_trigger;
    is_broken.then(|| refused.constraint().unwrap_or(refused.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlocks_busy_files_and_full_disks_are_transient_and_broken_rules_are_not() {
        for code in
            ["40P01", "40001", "57P01", "53300", "55000", "58030", "28P01", "3D000", "5", "261", "13", "2570"]
        {
            assert!(is_passing_code(code), "{code}");
        }
        for code in ["23505", "42P01", "22021", "1555", "2067", "1", "19"] {
            assert!(!is_passing_code(code), "{code}");
        }
    }
}
