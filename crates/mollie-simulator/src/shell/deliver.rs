//! Delivers webhooks: sends what is due, and tells the rules how it went. When to try again, and which of them a fault
//! spoils, is decided there.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, Stopped};
use crate::rules::Hook;

const TIMEOUT: Duration = Duration::from_secs(15);
const AT_ONCE: usize = 16;
/// Retries are due by the simulated clock, which passes without anything telling.
const POLL: Duration = Duration::from_millis(100);

/// Runs until `shutdown`. Hooks that are still on their way then are sent again after the next start.
pub async fn deliver_hooks(engine: Arc<Engine>, shutdown: CancellationToken) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "the simulator cannot send webhooks");
            return;
        }
    };
    let mut sending = JoinSet::new();
    let mut in_flight = HashSet::new();
    loop {
        if start_due(&engine, &client, &mut sending, &mut in_flight).is_err() {
            return;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = engine.changed() => {}
            () = tokio::time::sleep(POLL) => {}
            Some(done) = sending.join_next() => match done {
                Ok(id) => {
                    in_flight.remove(&id);
                }
                // Which one it was is not known; what is still due will be tried again.
                Err(error) => {
                    tracing::error!(%error, "a webhook delivery has broken down");
                    in_flight.clear();
                }
            }
        }
    }
}

fn start_due(
    engine: &Arc<Engine>,
    client: &Client,
    sending: &mut JoinSet<u64>,
    in_flight: &mut HashSet<u64>,
) -> Result<(), Stopped> {
    let room = AT_ONCE.saturating_sub(in_flight.len());
    let due: Vec<Hook> = engine.run(|world, now| {
        engine
            .faults
            .with(|faults| world.hooks_to_send(faults, now, room, |hook_id| in_flight.contains(&hook_id)))
    })?;
    for hook in due {
        in_flight.insert(hook.id);
        sending.spawn(send(Arc::clone(engine), client.clone(), hook));
    }
    Ok(())
}

async fn send(engine: Arc<Engine>, client: Client, hook: Hook) -> u64 {
    let attempted_at = engine.now();
    let status = match client.post(&hook.url).form(&[("id", hook.resource_id.as_str())]).send().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::debug!(%error, url = hook.url, "a webhook was not delivered");
            None
        }
    };
    // A stopped engine forgets the outcome: then the hook is sent once more after the next start.
    let _ = engine.run(|world, _| world.hook_attempted(hook.id, status, attempted_at));
    hook.id
}

#[expect(clippy::disallowed_methods, reason = "the one place of the simulator that builds an HTTP client")]
fn client() -> Result<Client, reqwest::Error> {
    // Building the client needs a provider, also when every hook goes to a plain http address.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Lost only against another thread that has just installed one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Client::builder()
        .timeout(TIMEOUT)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent("mollie-simulator")
        .build()
}
