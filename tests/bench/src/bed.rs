//! What the measures share: a service on each database, the floors, started once.

use anyhow::{Context, Result};

use crate::floor::echo::Echo;
use crate::floor::pgbench::Pgbench;
use crate::floor::sqlx_loop::{OnPostgres, OnSqlite};
use crate::load::{Load, Until, closed};
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
    pub sqlx: OnPostgres,
    pub sqlx_on_sqlite: OnSqlite,
    pub database: Database,
    pub site: &'a Site,
}

impl<'a> Bed<'a> {
    /// Starts all of it.
    pub async fn make(site: &'a Site, seen: &Seen) -> Result<Self> {
        let database = site.postgres.create("service").await?;
        let service = Service::start(site, &database.url(), Says::Usual).await?;
        let file = format!("sqlite://{}", site.directory().join("service.db").display());
        let on_sqlite = Service::start(site, &file, Says::Usual).await?;
        let echo = Echo::start(site, &seen.order).await?;
        let pgbench = Pgbench::new(site, seen.parts.clone()).await?;
        let sqlx = OnPostgres::new(site, seen.parts.clone(), MOST_CALLERS).await?;
        let sqlx_on_sqlite = OnSqlite::new(site, seen.parts.clone()).await?;
        Ok(Self { service, on_sqlite, echo, pgbench, sqlx, sqlx_on_sqlite, database, site })
    }

    /// One turn of creating orders.
    pub async fn create(service: &Service, callers: usize, until: Until) -> Result<Load> {
        let api = service.api.clone();
        closed(callers, until, service.watched(), move |call| {
            let api = api.clone();
            async move { api.create(call.caller).await.map(drop) }
        })
        .await
    }

    /// New orders, for measures that need some.
    pub async fn orders(&self, count: usize) -> Result<Vec<Placed>> {
        placed(&self.service, count).await
    }
}

/// An order that was placed.
#[derive(Clone, Debug)]
pub struct Placed {
    pub id: String,
    pub mollie_id: String,
}

/// Places so many orders.
pub async fn placed(service: &Service, count: usize) -> Result<Vec<Placed>> {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let api = service.api.clone();
    closed(8, Until::Calls(count), service.watched(), move |call| {
        let (api, tell) = (api.clone(), tell.clone());
        async move {
            let order = api.create(call.caller).await?;
            tell.send(Placed { id: order.id, mollie_id: order.mollie_order_id })
                .context("nobody waits for it")
        }
    })
    .await?;
    let mut orders = Vec::with_capacity(count);
    while let Some(order) = told.recv().await {
        orders.push(order);
    }
    Ok(orders)
}
