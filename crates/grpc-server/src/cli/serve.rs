//! `order-service serve`.

use anyhow::Result;

use super::{signal, start_logging};
use crate::clock::Offset;
use crate::config::Config;
use crate::server::Server;

pub async fn run(config: Config) -> Result<()> {
    let keys = config.keys()?;
    start_logging(&config)?;
    let stop = signal::stop_token()?;
    let server = Server::prepare(&config, keys, Offset::None).await?;
    server.run(stop).await
}
