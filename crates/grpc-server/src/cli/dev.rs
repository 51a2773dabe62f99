//! `order-service dev`: everything in one process, for a first try.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use domain::rules::ids::ProfileName;
use mollie_adapter::Credential;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{signal, simulator, start_logging};
use crate::clock::Offset;
use crate::config::{Checked, Config};
use crate::server::Server;

/// The key of the only profile; the simulator takes any test key.
const API_KEY: &str = "test_dev0000000000000000000000000";

pub async fn run(config: Config) -> Result<()> {
    start_logging(&config)?;
    let stop = signal::stop_token()?;
    let (database, data) = (config.database.url.clone(), config.simulator.data.clone());
    let stack = Stack::start(config, stop.clone()).await?;
    println!("{}", screen(&stack, &database, &data.display().to_string()));
    stack.end().await
}

/// The service and the simulated Mollie, running.
pub struct Stack {
    pub grpc: SocketAddr,
    pub webhook: SocketAddr,
    monitoring: SocketAddr,
    pub simulator: SocketAddr,
    engine: String,
    service: JoinHandle<Result<()>>,
    mollie: JoinHandle<std::io::Result<()>>,
    mollie_stop: CancellationToken,
}

impl Stack {
    /// Starts both; the service shares the simulator's clock.
    pub async fn start(mut config: Config, stop: CancellationToken) -> Result<Self> {
        let (mollie, listener) = simulator::open(&config).await?;
        let simulator = listener.local_addr()?;
        let offset = Offset::Shared(mollie.offset());
        let mollie_stop = CancellationToken::new();
        let mollie = tokio::spawn(mollie.serve(listener, mollie_stop.clone()));
        config.mollie.base_url = format!("http://{simulator}/v2");
        let key = Credential::key(API_KEY).context("the built-in key")?;
        let keys = vec![(ProfileName::new("main"), key)];
        let checked = Checked::new(&config, keys, &BTreeSet::new()).map_err(anyhow::Error::msg)?;
        let server = Server::prepare(&config, checked, offset, false).await?;
        let (grpc, webhook, monitoring) = (server.grpc, server.webhook, server.monitoring);
        let engine = server.database.clone();
        let service = tokio::spawn(server.run(stop));
        Ok(Self { grpc, webhook, monitoring, simulator, engine, service, mollie, mollie_stop })
    }

    /// Waits for the service to stop, then stops the simulator.
    pub async fn end(self) -> Result<()> {
        self.service.await??;
        self.mollie_stop.cancel();
        self.mollie.await??;
        Ok(())
    }
}

fn screen(stack: &Stack, database: &str, simulator_data: &str) -> String {
    let Stack { grpc, webhook, monitoring, simulator, engine, .. } = stack;
    format!(
        "\
order-service dev: a real order service beside a simulated Mollie

  gRPC       {grpc}   orders.v1.OrderService, with health and reflection
  webhooks   http://{webhook}
  health     http://{monitoring}/readyz
  Mollie     http://{simulator}   simulated: checkout pages, /_simulator/clock, /_simulator/ledger
  orders     {database} ({engine})
  simulator  {simulator_data}

Stop with Ctrl-C; the next start goes on where this one ended. Next, in another terminal:

  cargo run -- demo      the whole life of two orders, on a separate service
  npx @bufbuild/buf curl --protocol grpc --http2-prior-knowledge \\
    -d '{{\"page_size\": 5}}' http://{grpc}/orders.v1.OrderService/ListOrders
"
    )
}
