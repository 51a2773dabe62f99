//! What the service is compared with: an order placed at Mollie as a durable workflow of one step, as DBOS's documentation recommends to
//! write one. It takes CreateOrder over gRPC as the service does, under the same `request_id`, and answers with the order. It keeps no
//! rules, no order numbers and no events, and reads nothing back: that is what the comparison is about.

mod document;
mod front;

use std::sync::Arc;

use anyhow::{Context, Result};
use dbos::{Config, DBOS, RunOptions, WorkflowRef};
use serde::{Deserialize, Serialize};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use front::Front;

/// As the service has it, so that the comparison is none of allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The API's messages.
mod proto {
    #![allow(clippy::all, dead_code, reason = "the generator's style, and most of the API")]
    tonic::include_proto!("orders.v1");
}

/// What the workflow begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wanted {
    request_id: String,
    document: document::Order,
}

/// What Mollie has made of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Placed {
    id: String,
    checkout: Option<String>,
}

/// Mollie has not placed it.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[error("Mollie has not placed the order: {0}")]
struct Refused(String);

type Place = WorkflowRef<Wanted, Placed, Refused>;

/// Mollie's API, and the key for it.
struct Mollie {
    web: reqwest::Client,
    orders: String,
    key: String,
}

impl Mollie {
    async fn create(&self, wanted: &Wanted) -> Result<Placed, dbos::Error<Refused>> {
        let refused = |error: reqwest::Error| dbos::Error::Application(Refused(error.to_string()));
        let call =
            self.web.post(&self.orders).bearer_auth(&self.key).header("idempotency-key", &wanted.request_id);
        let answer =
            call.json(&wanted.document).send().await.map_err(refused)?.error_for_status().map_err(refused)?;
        let order: document::Answer = answer.json().await.map_err(refused)?;
        Ok(Placed { id: order.id, checkout: order.links.checkout.map(|link| link.href) })
    }
}

/// Runs the workflow under the request's id: the same id joins what is under way, or finds what has ended.
async fn place(workflow: &Place, wanted: Wanted) -> Result<Placed, dbos::Error<Refused>> {
    let id = wanted.request_id.clone();
    workflow.run_with(wanted, RunOptions { workflow_id: Some(&id), ..RunOptions::default() }).await
}

fn setting(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}

#[tokio::main]
async fn main() -> Result<()> {
    let mollie = Arc::new(Mollie {
        web: reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?,
        orders: format!("{}/orders", setting("PEER_MOLLIE")?),
        key: setting("PEER_KEY")?,
    });
    let config =
        Config { app_version: Some("1".to_owned()), ..Config::new("peer", setting("PEER_DATABASE")?) };
    let dbos = DBOS::new(config);
    let workflow: Place = dbos.register_workflow("place_order", move |wanted: Wanted| {
        let mollie = Arc::clone(&mollie);
        async move { dbos::step("create_order", || mollie.create(&wanted)).await }
    })?;
    dbos.launch().await?;
    let incoming = TcpIncoming::bind(setting("PEER_LISTEN")?.parse()?)
        .map_err(|error| anyhow::anyhow!("listening: {error}"))?
        .with_nodelay(Some(true));
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let stop = async move {
        terminate.recv().await;
    };
    Server::builder().add_service(Front::new(workflow)).serve_with_incoming_shutdown(incoming, stop).await?;
    dbos.shutdown().await;
    Ok(())
}
