//! A client that anyone could write: gRPC for the service, a form post for the shopper.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::redirect::Policy;
use tonic::transport::Channel;

use crate::proto::get_order_request::Key;
use crate::proto::order_service_client::OrderServiceClient;
use crate::proto::{GetOrderRequest, Order};
use crate::status_text::explained;

/// How long a webhook may take to arrive and be processed.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

pub struct Client {
    pub orders: OrderServiceClient<Channel>,
    http: reqwest::Client,
    simulator: String,
}

impl Client {
    pub async fn connect(grpc: &str, simulator: &str) -> Result<Self> {
        let channel = Channel::from_shared(grpc.to_owned())?.connect().await;
        let channel = channel.with_context(|| format!("no order service answers at {grpc}"))?;
        let simulator = simulator.trim_end_matches('/').to_owned();
        Ok(Self { orders: OrderServiceClient::new(channel), http: http()?, simulator })
    }

    pub async fn order(&mut self, id: &str) -> Result<Order> {
        let request = GetOrderRequest { key: Some(Key::Id(id.to_owned())) };
        Ok(self.orders.get_order(request).await.map_err(explained)?.into_inner())
    }

    /// Reads the order until it satisfies `wish`; Mollie's webhooks inform the service of changes.
    pub async fn until(&mut self, id: &str, what: &str, wish: impl Fn(&Order) -> bool) -> Result<Order> {
        let began = Instant::now();
        loop {
            let order = self.order(id).await?;
            if wish(&order) {
                return Ok(order);
            }
            if began.elapsed() > PATIENCE {
                bail!("the order is not {what} after {} s; it is {}", PATIENCE.as_secs(), order.status_raw);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What a shopper does on the checkout page.
    pub async fn check_out(&self, checkout_url: &str, final_state: &str) -> Result<()> {
        let answer = self.http.post(checkout_url).form(&[("final_state", final_state)]).send().await?;
        let status = answer.status();
        if !status.is_redirection() {
            bail!("the checkout page answers {status}: {}", answer.text().await.unwrap_or_default());
        }
        Ok(())
    }

    /// Opens the checkout in a second tab: another attempt to pay, which the checkout form is then about.
    pub async fn second_tab(&self, mollie_order_id: &str) -> Result<()> {
        let path = format!("orders/{mollie_order_id}/attempts");
        self.control(&path, &serde_json::json!({})).await
    }

    /// Pays by this attempt.
    pub async fn pay(&self, attempt: &str) -> Result<()> {
        let paid = serde_json::json!({ "status": "paid" });
        self.control(&format!("attempts/{attempt}"), &paid).await
    }

    /// Has suppliers decline new addresses, and gives the simulator's switches as they were.
    pub async fn decline_addresses(&self) -> Result<serde_json::Value> {
        let address = format!("{}/_simulator/switches", self.simulator);
        let before: serde_json::Value =
            self.http.get(address).send().await?.error_for_status()?.json().await?;
        let mut declining = before.clone();
        declining["supplier_declines"] = "address".into();
        self.switch(&declining).await?;
        Ok(before)
    }

    /// Sets all switches of the simulator.
    pub async fn switch(&self, switches: &serde_json::Value) -> Result<()> {
        let address = format!("{}/_simulator/switches", self.simulator);
        self.http.put(address).json(switches).send().await?.error_for_status()?;
        Ok(())
    }

    /// Lets simulated time pass, by an ISO 8601 duration.
    pub async fn advance(&self, duration: &str) -> Result<()> {
        self.control("clock", &serde_json::json!({ "advance": duration })).await
    }

    /// Has Mollie refuse the next shipment.
    pub async fn refuse_next_shipment(&self) -> Result<()> {
        let fault = serde_json::json!([{
            "fault": "status", "status": 422, "effect": false, "method": "POST", "path": "/v2/orders/*/shipments"
        }]);
        let address = format!("{}/_simulator/faults", self.simulator);
        self.http.put(address).json(&fault).send().await?.error_for_status()?;
        Ok(())
    }

    async fn control(&self, path: &str, body: &serde_json::Value) -> Result<()> {
        let address = format!("{}/_simulator/{path}", self.simulator);
        self.http.post(address).json(body).send().await?.error_for_status()?;
        Ok(())
    }

    /// The simulator's ledger: what really happened at Mollie.
    pub async fn ledger(&self) -> Result<Vec<serde_json::Value>> {
        let mut ledger: serde_json::Value =
            self.http.get(format!("{}/_simulator/ledger", self.simulator)).send().await?.json().await?;
        match ledger.get_mut("effects").map(serde_json::Value::take) {
            Some(serde_json::Value::Array(effects)) => Ok(effects),
            Some(_) | None => bail!("the simulator's ledger has no effects"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the demonstration's own client, for loopback only")]
fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()?)
}
