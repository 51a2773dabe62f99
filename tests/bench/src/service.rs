//! The service under measure: the release program, as it is deployed, on a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::sync::Mutex;
use tokio::time::sleep;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::accounting::Watched;
use crate::api::Api;
use crate::load::{Call, Load, Until};
use crate::process::Process;
use crate::site::Site;

/// How long it may take to serve.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// What it says by default.
    Usual,
    /// Every statement too, as JSON.
    Statements,
}

#[derive(Clone, Debug)]
pub struct Placed {
    pub id: String,
    pub mollie_id: String,
}

pub struct Service {
    pub process: Process,
    pub api: Api,
    /// From the start of the process until it called itself serving.
    pub ready: Duration,
}

impl Service {
    /// Starts it on a database and waits until it serves.
    pub async fn start(site: &Site, database_url: &str, says: Says) -> Result<Self> {
        let (grpc, webhook) = (tests::free_address(), tests::free_address());
        let mut environment = environment(site, database_url, grpc, webhook);
        if says == Says::Statements {
            environment.push(pair("LOG__FILTER", "info,persistence::statement=trace"));
            environment.push(pair("LOG__JSON", "true"));
            // Positions are given to many events at once, and belong to no call.
            environment.push(pair("EVENTS__POSITION_MILLISECONDS", "3600000"));
        }
        let began = Instant::now();
        let mut process =
            Process::start("service", &site.service, &["serve".as_ref()], &environment, site.directory())?;
        process.listens(grpc).await?;
        let channel = Endpoint::from_shared(format!("http://{grpc}"))?.connect().await?;
        let mut health = HealthClient::new(channel);
        // It listens before it serves.
        while health.check(HealthCheckRequest::default()).await?.into_inner().status()
            != ServingStatus::Serving
        {
            ensure!(began.elapsed() < LIMIT, "the service listens, but does not serve");
            sleep(Duration::from_millis(1)).await;
        }
        let ready = began.elapsed();
        let postgres = database_url.starts_with("postgres").then_some(site.postgres.postmaster);
        let watched = Watched { service: Some(process.id()), postgres, mollie: Some(site.mollie.id()) };
        Ok(Self { process, api: Api::connect(grpc, watched).await?, ready })
    }

    pub async fn create(&self, callers: usize, until: Until) -> Result<Load> {
        let call = |api: Api, call: Call| async move { api.create(call.caller).await.map(drop) };
        self.api.closed(callers, until, call).await
    }

    pub async fn place(&self, count: usize) -> Result<Vec<Placed>> {
        let placed = Arc::new(Mutex::new(Vec::with_capacity(count)));
        let all = Arc::clone(&placed);
        let create = self.api.closed(8, Until::Calls(count), move |api, call| {
            let placed = Arc::clone(&all);
            async move {
                let order = api.create(call.caller).await?;
                placed.lock().await.push(Placed { id: order.id, mollie_id: order.mollie_order_id });
                Ok(())
            }
        });
        create.await?;
        Ok(std::mem::take(&mut *placed.lock().await))
    }

    pub async fn stop(self) -> Result<()> {
        // It waits for silent connections.
        drop(self.api);
        self.process.stop().await
    }
}

/// Brings a database's schema up to date, as an operator does.
pub fn migrate(site: &Site, database_url: &str) -> Result<()> {
    let environment = environment(site, database_url, tests::free_address(), tests::free_address());
    let arguments = ["migrate".as_ref()];
    let process = Process::start("migrate", &site.service, &arguments, &environment, site.directory())?;
    process.ended().context("`order-service migrate`")
}

fn environment(
    site: &Site,
    database_url: &str,
    grpc: SocketAddr,
    webhook: SocketAddr,
) -> Vec<(String, String)> {
    vec![
        pair("DATABASE__URL", database_url),
        pair("GRPC__LISTEN", &grpc.to_string()),
        pair("WEBHOOK__LISTEN", &webhook.to_string()),
        pair("MONITORING__LISTEN", "127.0.0.1:0"),
        pair("MOLLIE__BASE_URL", &site.mollie.api()),
        pair("PROFILES__MAIN__API_KEY_FILE", &site.key_file()),
        pair("SECURITY__INSECURE", "true"),
    ]
}

fn pair(key: &str, value: &str) -> (String, String) {
    (format!("ORDER_SERVICE__{key}"), value.to_owned())
}
