//! `order-service simulator`: the simulated Mollie alone.

use anyhow::{Context, Result};
use mollie_simulator::{Config as SimulatorConfig, Simulator};
use tokio::net::TcpListener;

use super::{signal, start_logging};
use crate::config::Config;

pub async fn run(config: Config) -> Result<()> {
    start_logging(&config)?;
    let stop = signal::stop_token()?;
    let (simulator, listener) = open(&config).await?;
    let address = listener.local_addr()?;
    println!(
        "The simulated Mollie listens on http://{address} (API http://{address}/v2, clock http://{address}/_simulator/clock, ledger http://{address}/_simulator/ledger)."
    );
    println!("Its state is in {}.", config.simulator.data.display());
    simulator.serve(listener, stop).await?;
    Ok(())
}

/// Opens the simulator where it is configured to listen.
pub async fn open(config: &Config) -> Result<(Simulator, TcpListener)> {
    let address = config.simulator.listen;
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; stop the process that listens there, or choose another address with ORDER_SERVICE__SIMULATOR__LISTEN")
    })?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let data_dir = config.simulator.data.clone();
    let simulator =
        Simulator::open(SimulatorConfig { data_dir, base_url }).context("the simulator's data")?;
    let simulator = match &config.simulator.public_url {
        Some(address) => simulator.at_public_address(address)?,
        None => simulator,
    };
    Ok((simulator, listener))
}
