//! A change as the statements that write it, each with what it means that it fails. SQLite runs one after the other; on PostgreSQL, where
//! each costs a round trip, those of one order become one statement. It may not know any table.

use std::fmt::Write;

use domain::ports::CommitError;
use sea_orm::sea_query::Values;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::error::{refused_part, store_error, table_of};

/// One statement of a change.
pub(crate) struct Part {
    pub table: &'static str,
    pub statement: Statement,
    /// What it means that it does not hit exactly one row. `None`: it may hit any number.
    pub miss: Option<Miss>,
    /// What an error of the database means.
    pub refused: fn(DbErr) -> CommitError,
}

/// A guard that did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The order is not at the version that the change was decided on.
    Version,
    /// The operation is in other hands.
    Lease,
}

impl From<Miss> for CommitError {
    fn from(miss: Miss) -> Self {
        match miss {
            Miss::Version => Self::VersionMoved,
            Miss::Lease => Self::LeaseLost,
        }
    }
}

impl Part {
    /// One that may hit any number of rows, and whose errors are the database's own.
    pub fn free(table: &'static str, statement: Statement) -> Self {
        Self { table, statement, miss: None, refused: |error| store_error(error).into() }
    }

    /// One that hits one row, or the change is refused.
    pub fn guarded(table: &'static str, statement: Statement, miss: Miss) -> Self {
        Self { miss: Some(miss), ..Self::free(table, statement) }
    }
}

/// Runs them one after the other, within a transaction.
pub(crate) async fn run(session: &impl ConnectionTrait, parts: Vec<Part>) -> Result<(), CommitError> {
    for Part { statement, miss, refused, .. } in parts {
        let done = session.execute_raw(statement).await.map_err(refused)?;
        if let Some(miss) = miss.filter(|_| done.rows_affected() != 1) {
            return Err(miss.into());
        }
    }
    Ok(())
}

/// All of them as one statement, for PostgreSQL. A guard that does not hold is an error there, so nothing of it is written. What they hit is
/// counted in turn, and each is carried out when it is counted: so they are carried out in turn.
pub(crate) fn together(parts: &[Part]) -> Statement {
    let (mut sql, mut counts, mut values) = (String::new(), Vec::new(), Vec::new());
    for (n, Part { statement, miss, .. }) in parts.iter().enumerate() {
        let before = if n == 0 { "WITH" } else { "," };
        let text = shifted(&statement.sql, values.len());
        // Writing to a text cannot fail.
        let _ = write!(sql, "{before} part_{n} AS ({text} RETURNING 1)");
        values.extend(statement.values.iter().flat_map(|values| values.0.iter().cloned()));
        let hit = format!("(SELECT count(*) FROM part_{n})");
        counts.push(match miss {
            Some(_) => format!("CASE WHEN {hit} <> 1 THEN refuse_change({n}) END"),
            None => hit,
        });
    }
    let _ = write!(sql, " SELECT {}", counts.join(", "));
    let db_backend = sea_orm::DbBackend::Postgres;
    Statement { sql, values: Some(Values(values)), db_backend }
}

/// The same text with its values numbered from another one on.
fn shifted(sql: &str, by: usize) -> String {
    let mut pieces = sql.trim().split('$');
    let mut shifted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        match number.parse::<usize>() {
            Ok(number) => {
                let _ = write!(shifted, "${}{rest}", number + by);
            }
            Err(_) => {
                let _ = write!(shifted, "${piece}");
            }
        }
    }
    shifted
}

/// What an error of all together means: that of the part that it is about.
pub(crate) fn refused(parts: &[Part], error: DbErr) -> CommitError {
    if let Some(miss) = refused_part(&error).and_then(|n| parts.get(n)?.miss) {
        return miss.into();
    }
    let of_table = table_of(&error).and_then(|table| parts.iter().find(|part| part.table == table));
    match of_table {
        Some(part) => (part.refused)(error),
        None => store_error(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;
    use sea_orm::sea_query::Value;

    use super::*;

    fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }

    #[test]
    fn parts_become_one_statement_whose_guards_are_told_apart() {
        let update = statement("UPDATE a SET x = $1 WHERE id = $2", [1.into(), 2.into()]);
        let insert = statement("INSERT INTO b VALUES ($1, $1 || '$', $2)", [3.into(), 4.into()]);
        let release = statement("UPDATE c SET y = $1", [5.into()]);
        let parts = [
            Part::guarded("a", update, Miss::Version),
            Part::free("b", insert),
            Part::guarded("c", release, Miss::Lease),
        ];
        let all = together(&parts);
        assert_eq!(
            all.sql,
            "WITH part_0 AS (UPDATE a SET x = $1 WHERE id = $2 RETURNING 1), \
             part_1 AS (INSERT INTO b VALUES ($3, $3 || '$', $4) RETURNING 1), \
             part_2 AS (UPDATE c SET y = $5 RETURNING 1) \
             SELECT CASE WHEN (SELECT count(*) FROM part_0) <> 1 THEN refuse_change(0) END, \
             (SELECT count(*) FROM part_1), \
             CASE WHEN (SELECT count(*) FROM part_2) <> 1 THEN refuse_change(2) END"
        );
        let expected: Vec<Value> = (1..=5).map(Value::from).collect();
        assert_eq!(all.values.map(|values| values.0), Some(expected));
    }
}
