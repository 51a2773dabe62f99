//! `order-service demo`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

use super::dev::Stack;
use crate::config::Config;
use crate::demo::{self, Client, Flow, Scenario};

#[derive(clap::Args)]
pub struct Arguments {
    /// An order as JSON: a CreateOrderRequest, such as docs/first-order.json, or Mollie's "Create order"; by default the example
    /// from Mollie's documentation.
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// An everyday case in place of both flows. May be repeated.
    #[arg(long, value_enum, conflicts_with = "order")]
    scenario: Vec<Scenario>,
    /// A running `order-service dev` to use, such as http://127.0.0.1:50051; by default one is started on free ports and in a
    /// temporary directory.
    #[arg(long, value_name = "URL", requires = "simulator")]
    grpc: Option<String>,
    /// The simulator of that service, such as http://127.0.0.1:50053.
    #[arg(long, value_name = "URL", requires = "grpc")]
    simulator: Option<String>,
}

pub async fn run(mut config: Config, arguments: Arguments) -> Result<ExitCode> {
    let order = demo::read(arguments.order.as_deref())?;
    if let (Some(grpc), Some(simulator)) = (&arguments.grpc, &arguments.simulator) {
        return Box::pin(drive(grpc, simulator, &order, &arguments.scenario)).await;
    }
    let directory = Scratch::new()?;
    let path = |name: &str| directory.0.join(name);
    config.database.url = format!("sqlite://{}", path("orders.db").display());
    config.simulator.data = path("simulator");
    config.webhook.public_url = None;
    for listen in [
        &mut config.grpc.listen,
        &mut config.webhook.listen,
        &mut config.monitoring.listen,
        &mut config.simulator.listen,
    ] {
        *listen = ([127, 0, 0, 1], 0).into();
    }
    let stop = CancellationToken::new();
    let stack = Stack::start(config, stop.clone()).await?;
    let (grpc, simulator) = (format!("http://{}", stack.grpc), format!("http://{}", stack.simulator));
    let result = Box::pin(drive(&grpc, &simulator, &order, &arguments.scenario)).await;
    stop.cancel();
    stack.end().await?;
    result
}

/// Drives these cases, or without any the order through both flows.
async fn drive(
    grpc: &str,
    simulator: &str,
    order: &serde_json::Value,
    scenarios: &[Scenario],
) -> Result<ExitCode> {
    let mut client = Client::connect(grpc, simulator).await?;
    let mut right = true;
    for scenario in scenarios {
        let done = Box::pin(demo::play(&mut client, order, *scenario)).await?;
        right &= demo::check(&client, &done).await?;
    }
    for flow in [Flow::Authorized, Flow::Paid].into_iter().filter(|_| scenarios.is_empty()) {
        let done = Box::pin(demo::run(&mut client, order, flow)).await?;
        right &= demo::check(&client, &done).await?;
    }
    if right {
        println!("Every sum agrees with the ledger.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("The sums do not agree with the ledger.");
    Ok(ExitCode::FAILURE)
}

/// A temporary directory, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("order-service-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // If it cannot be removed, it stays in the system's temporary directory, which the system cleans.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
