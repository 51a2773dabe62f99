//! What the measures share, started once: a service on each database, and the floors.

use anyhow::Result;
use sea_orm::sqlx::{PgConnection, SqliteConnection};

use crate::floor::echo::Echo;
use crate::floor::pgbench::Pgbench;
use crate::floor::sqlx_loop::Loop;
use crate::measure::statements::Seen;
use crate::postgres::Database;
use crate::service::{Says, Service};
use crate::site::Site;

/// As many callers as any measure has at most.
pub const MOST_CALLERS: usize = 32;

/// What the measures share. What is declared first goes first.
pub struct Bed<'a> {
    pub service: Service,
    pub on_sqlite: Service,
    pub echo: Echo,
    pub pgbench: Pgbench,
    pub sqlx: Loop<PgConnection>,
    pub sqlx_on_sqlite: Loop<SqliteConnection>,
    /// Of the loop on PostgreSQL.
    pub floor: Database,
    pub database: Database,
    pub site: &'a Site,
}

impl<'a> Bed<'a> {
    pub async fn make(site: &'a Site, seen: &Seen) -> Result<Self> {
        let database = site.postgres.create().await?;
        let service = Service::start(site, database.url(), Says::Usual).await?;
        let file = format!("sqlite://{}", site.directory().join("service.db").display());
        let on_sqlite = Service::start(site, &file, Says::Usual).await?;
        let echo = Echo::start(site, &seen.order).await?;
        let pgbench = Pgbench::new(site, seen.parts.clone()).await?;
        let floor = site.postgres.create().await?;
        let sqlx = Loop::<PgConnection>::new(site, &floor, seen.parts.clone(), MOST_CALLERS).await?;
        let sqlx_on_sqlite = Loop::<SqliteConnection>::new(site, seen.parts.clone()).await?;
        Ok(Self { service, on_sqlite, echo, pgbench, sqlx, sqlx_on_sqlite, floor, database, site })
    }
}
