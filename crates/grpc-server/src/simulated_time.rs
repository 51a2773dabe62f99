//! Simulated time from a simulator in another process, so that both agree on the time. Development only.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use reqwest::redirect::Policy;
use tokio_util::sync::CancellationToken;

/// How often the simulator is polled.
const PAUSE: Duration = Duration::from_millis(100);

/// The last known simulated offset; it stays while the simulator is away.
#[derive(Clone)]
pub struct Follower(Arc<AtomicI64>);

impl Follower {
    /// Polls once, and then repeatedly until `stop` is canceled.
    pub async fn start(simulator: &str, stop: CancellationToken) -> Result<Self> {
        let (client, address) = (client()?, format!("{}/_simulator/clock", simulator.trim_end_matches('/')));
        let first = ask(&client, &address)
            .await
            .with_context(|| format!("clock.url: no simulated time at {address}"))?;
        let offset = Arc::new(AtomicI64::new(first));
        let follower = Self(Arc::clone(&offset));
        tokio::spawn(async move {
            while stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some() {
                if let Ok(seconds) = ask(&client, &address).await {
                    offset.store(seconds, Ordering::Relaxed);
                }
            }
        });
        Ok(follower)
    }

    /// The current offset.
    pub fn get(&self) -> SignedDuration {
        SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

async fn ask(client: &reqwest::Client, address: &str) -> Result<i64> {
    let reported: serde_json::Value = client.get(address).send().await?.error_for_status()?.json().await?;
    reported["offset_seconds"].as_i64().context("the answer has no offset_seconds")
}

#[expect(clippy::disallowed_methods, reason = "a client of the simulator, in development only")]
fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(2))
        .build()?)
}
