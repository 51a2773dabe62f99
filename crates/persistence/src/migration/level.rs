//! Which releases a schema serves. Steps expand first and contract later, so that what a newer release has migrated still serves
//! the release before it: both run side by side while replicas are replaced, and one can go back.
//!
//! A release's level is the number of steps it knows. The schema says the oldest level whose code works on it; a step that drops
//! what that level uses raises it.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, Statement};
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::seaql_migrations::Entity as Applied;

use super::Migrator;
use crate::connect::ConnectError;
use crate::error::store_error;

/// The oldest level that works on the schema as this release leaves it. Raise it with a step that contracts.
pub(super) const OLDEST: i64 = 12;

/// What the schema is to this release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// As this release wants it.
    Current,
    /// It lacks these steps.
    Behind(Vec<String>),
    /// A newer release has applied these steps, and this one works on the schema all the same.
    Newer(Vec<String>),
}

/// Compares the schema with this release. Changes nothing.
pub(super) async fn compare(session: &impl ConnectionTrait) -> Result<Schema, ConnectError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let applied = applied(session).await.map_err(store_error)?;
    let unknown: Vec<String> = applied.iter().filter(|name| !known.contains(name)).cloned().collect();
    if !unknown.is_empty() {
        let oldest = oldest(session).await.map_err(store_error)?;
        let works =
            oldest.is_some_and(|oldest| usize::try_from(oldest).is_ok_and(|oldest| oldest <= known.len()));
        return if works {
            Ok(Schema::Newer(unknown))
        } else {
            Err(ConnectError::NewerSchema { steps: unknown })
        };
    }
    let missing: Vec<String> = known.into_iter().filter(|name| !applied.contains(name)).collect();
    Ok(if missing.is_empty() { Schema::Current } else { Schema::Behind(missing) })
}

/// Has the schema say the oldest level that works on it, once this release's steps are applied.
pub(super) async fn tell(session: &impl ConnectionTrait) -> Result<(), DbErr> {
    require(session, OLDEST).await.map(drop)
}

/// Has the schema say that no older level works on it, whatever else may; `false`: it says so already. What is in the tables may require
/// more than their shape does.
pub(crate) async fn require(session: &impl ConnectionTrait, level: i64) -> Result<bool, DbErr> {
    let sql = format!("UPDATE schema_level SET oldest = {level} WHERE id = 1 AND oldest < {level}");
    session.execute_unprepared(&sql).await.map(|done| done.rows_affected() == 1)
}

/// The steps that were applied.
async fn applied(session: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    if !has_table(session, "seaql_migrations").await? {
        return Ok(BTreeSet::new());
    }
    Ok(Applied::find().all(session).await?.into_iter().map(|row| row.version).collect())
}

/// Whether there is such a table. The library's own way asks the driver's pool itself, past the rest of this crate.
async fn has_table(session: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    let backend = session.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            format!("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '{name}'")
        }
        DbBackend::MySql | DbBackend::Postgres | _ => format!("SELECT COUNT(to_regclass('{name}'))"),
    };
    let row = session.query_one_raw(Statement::from_string(backend, sql)).await?;
    let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(count == Some(1))
}

/// The oldest level that works on the schema; `None` if the schema does not say.
async fn oldest(session: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    if !has_table(session, "schema_level").await? {
        return Ok(None);
    }
    let sql = "SELECT oldest FROM schema_level WHERE id = 1";
    let row = session.query_one_raw(Statement::from_string(session.get_database_backend(), sql)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
