//! The schema's history: append-only, each step of it named for what it does. A step that has been released may not be
//! changed; what is no longer needed is dropped by a later one, after the code has stopped using it.
//!
//! Moments are `timestamptz` on PostgreSQL and text of fixed width on SQLite. JSON is kept as text on both: the types
//! `json` and `jsonb` are bound as `jsonb`, which reorders what a caller wrote and refuses `\u0000`.

mod m0001_create_orders;
mod m0002_create_events;
mod m0003_create_operations;
mod m0004_create_shipments;
mod m0005_create_requests;
mod m0006_create_lookups;
mod m0007_create_service_secrets;

use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::connect::{ConnectError, Engine};
use crate::database::Database;
use crate::error::store_error;
use crate::tx::{Tx, run_tx};

/// Taken by whoever migrates, so that replicas starting at once do so one after the other: "orders", in ASCII.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_xact_lock(122537101324915)";

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_create_orders::Migration),
            Box::new(m0002_create_events::Migration),
            Box::new(m0003_create_operations::Migration),
            Box::new(m0004_create_shipments::Migration),
            Box::new(m0005_create_requests::Migration),
            Box::new(m0006_create_lookups::Migration),
            Box::new(m0007_create_service_secrets::Migration),
        ]
    }
}

impl Database {
    /// Applies what is pending, all or nothing, and gives its names. Several processes may do so at once.
    ///
    /// # Errors
    /// [`ConnectError::Database`].
    pub async fn migrate(&self) -> Result<Vec<String>, ConnectError> {
        let engine = self.engine();
        run_tx("schema.migrate", self, move |tx| Box::pin(apply(tx, engine))).await
    }

    /// The names of what is not applied yet. Changes nothing.
    ///
    /// # Errors
    /// [`ConnectError::Database`]; also where the database is of a later release than this one.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, ConnectError> {
        let pending = Migrator::get_pending_migrations_read_only(self.reader()).await;
        let pending = pending.map_err(store_error)?;
        Ok(pending.iter().map(|step| step.name().to_owned()).collect())
    }
}

async fn apply(tx: &Tx, engine: Engine) -> Result<Vec<String>, ConnectError> {
    match engine {
        Engine::Postgres => tx.execute_unprepared(ADVISORY_LOCK).await.map(drop),
        // The transaction has the write lock already.
        Engine::Sqlite => Ok(()),
    }
    .map_err(store_error)?;
    let pending = Migrator::get_pending_migrations(&tx.0).await.map_err(store_error)?;
    Migrator::up(&tx.0, None).await.map_err(store_error)?;
    Ok(pending.iter().map(|step| step.name().to_owned()).collect())
}
