//! `order-service serve`.

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use super::{signal, start_logging};
use crate::clock::Offset;
use crate::config::{Checked, Config};
use crate::server::Server;
#[cfg(feature = "dev")]
use crate::simulated_time::Follower;

#[derive(clap::Args)]
pub struct Arguments {
    /// The database was restored from a backup: look for all that it lacks at Mollie before anything is sent and calls are taken. Once;
    /// whichever process starts while that is not finished goes on with it.
    #[arg(long)]
    after_restore: bool,
}

pub async fn run((config, checked): (Config, Checked), arguments: &Arguments) -> Result<()> {
    start_logging(&config)?;
    let stop = signal::stop_token()?;
    let offset = offset(&config, &stop).await?;
    let server = Server::prepare(&config, checked, offset, arguments.after_restore).await?;
    server.run(stop).await
}

#[cfg(feature = "dev")]
async fn offset(config: &Config, stop: &CancellationToken) -> Result<Offset> {
    match &config.clock.url {
        Some(url) => Ok(Offset::Followed(Follower::start(url, stop.clone()).await?)),
        None => Ok(Offset::None),
    }
}

#[cfg(not(feature = "dev"))]
#[expect(clippy::unused_async, reason = "in development it asks the simulator")]
async fn offset(_: &Config, _: &CancellationToken) -> Result<Offset> {
    Ok(Offset::None)
}
