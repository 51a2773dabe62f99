//! The echo, running: tonic alone.

use anyhow::{Context, Result};
use grpc_server::proto::Order;
use prost::Message;

use crate::accounting::Watched;
use crate::api::Api;
use crate::process::Process;
use crate::site::{Site, own_command};

pub struct Echo {
    pub process: Process,
    pub api: Api,
}

impl Echo {
    pub async fn start(site: &Site, order: &Order) -> Result<Self> {
        let file = site.directory().join("order.bin");
        std::fs::write(&file, order.encode_to_vec())
            .with_context(|| format!("writing {}", file.display()))?;
        let arguments = ["--order".as_ref(), file.as_os_str()];
        let (process, address) = own_command("echo", &arguments, site.directory()).await?;
        // Its CPU time counts as the service's.
        let watched = Watched { service: Some(process.id()), ..Watched::default() };
        Ok(Self { process, api: Api::connect(address, watched).await? })
    }
}
