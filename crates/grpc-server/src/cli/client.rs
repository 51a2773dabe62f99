//! How commands reach a running service: as ordinary gRPC clients. They read no database and no configuration.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use tonic::transport::{Channel, Endpoint};

const ADDRESS: &str = "http://127.0.0.1:50051";

const CONNECT: Duration = Duration::from_secs(5);
/// Longer than the service takes to answer with the durable state.
const ANSWER: Duration = Duration::from_secs(30);

/// Where the service is.
#[derive(Args)]
pub struct Address {
    /// Where the service listens.
    #[arg(long, global = true, value_name = "URL", default_value = ADDRESS)]
    address: String,
}

impl Address {
    /// The option that a printed command needs to reach the same service.
    pub fn option(&self) -> Option<&str> {
        (self.address != ADDRESS).then_some(self.address.as_str())
    }

    pub async fn connect(&self) -> Result<Channel> {
        let Self { address } = self;
        if address.starts_with("https://") {
            bail!(
                "--address {address}: this release speaks no TLS; name what is behind it, with http://HOST:PORT"
            );
        }
        let url = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let endpoint =
            Endpoint::from_shared(url).with_context(|| format!("--address {address} is not an address"))?;
        let connected = endpoint.connect_timeout(CONNECT).timeout(ANSWER).connect().await;
        connected.with_context(|| {
            format!("no order service answers at {address}; choose another with --address http://HOST:PORT")
        })
    }
}
