//! The schema's history: append-only, each step named for what it does. A released step may not be changed; a later one drops
//! what is no longer needed, once the code has stopped using it.
//!
//! A column that is added to `orders`, `events`, `operations`, `shipments`, `refunds` or `lookups` may be null or has a default: rows that were
//! archived before do not have it (`archive`).
//!
//! Times are `timestamptz` on PostgreSQL and text of fixed width on SQLite. JSON is kept as text on both: the types `json` and
//! `jsonb` are bound as `jsonb`, which reorders what a caller wrote and refuses `\u0000`.

mod level;
mod m0001_create_orders;
mod m0002_create_events;
mod m0003_create_operations;
mod m0004_create_shipments;
mod m0005_create_requests;
mod m0006_create_lookups;
mod m0007_create_service_secrets;
mod m0008_create_heartbeat;
mod m0009_create_refunds;
mod m0010_create_timers;
mod m0011_create_call_rates;
mod m0012_create_schema_level;
mod m0013_add_traces;
mod m0014_create_archived_orders;
mod m0015_create_restorations;
mod m0016_add_refuse_change;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub use level::Schema;
use level::compare;
pub(crate) use level::require;

use crate::connect::{ConnectError, Engine};
use crate::database::Database;
use crate::error::store_error;

/// Held while migrating, so that replicas that start together migrate one after the other: "orders", in ASCII.
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
            Box::new(m0008_create_heartbeat::Migration),
            Box::new(m0009_create_refunds::Migration),
            Box::new(m0010_create_timers::Migration),
            Box::new(m0011_create_call_rates::Migration),
            Box::new(m0012_create_schema_level::Migration),
            Box::new(m0013_add_traces::Migration),
            Box::new(m0014_create_archived_orders::Migration),
            Box::new(m0015_create_restorations::Migration),
            Box::new(m0016_add_refuse_change::Migration),
        ]
    }
}

impl Database {
    /// Applies the steps that the schema lacks, all or nothing, and returns their names. Several processes may do so at once. A newer
    /// schema stays as it is.
    ///
    /// # Errors
    /// [`ConnectError::NewerSchema`] and [`ConnectError::Database`].
    pub async fn migrate(&self) -> Result<Vec<String>, ConnectError> {
        if let Some(shelf) = self.shelf() {
            // It begins past the shelf.
            shelf.empty();
        }
        let tx = begin(self.writer()).await.map_err(store_error)?;
        let applied = apply(&tx, self.engine()).await?;
        tx.commit().await.map_err(store_error)?;
        if !applied.is_empty() {
            self.empty_log().await?;
        }
        Ok(applied)
    }

    /// What the schema is to this release. Changes nothing.
    ///
    /// # Errors
    /// [`ConnectError::NewerSchema`] and [`ConnectError::Database`].
    pub async fn schema(&self) -> Result<Schema, ConnectError> {
        compare(&self.read()).await
    }
}

/// The migrator accepts only sea-orm's own transactions. A process whose migration fails does not start, and its connection goes
/// with it.
#[expect(clippy::disallowed_methods, reason = "the schema's own transaction")]
async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    pool.begin_with_options(options).await
}

async fn apply(tx: &DatabaseTransaction, engine: Engine) -> Result<Vec<String>, ConnectError> {
    match engine {
        Engine::Postgres => tx.execute_unprepared(ADVISORY_LOCK).await.map(drop),
        // The transaction already holds the write lock.
        Engine::Sqlite => Ok(()),
    }
    .map_err(store_error)?;
    let Schema::Behind(missing) = compare(tx).await? else { return Ok(Vec::new()) };
    Migrator::up(tx, None).await.map_err(store_error)?;
    level::tell(tx).await.map_err(store_error)?;
    Ok(missing)
}
