//! Assigns positions to committed events. Any replica may; one at a time.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::EventStream;
use persistence::Repeats;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::service::Service;
use crate::telemetry::meters;

/// How many positions are assigned in one transaction.
const AT_ONCE: u32 = 1_000;

static TOLD: Repeats = Repeats::new();

pub async fn run(service: Arc<Service>, pause: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match service.stream.position_events(AT_ONCE).await {
            Ok(given) => {
                meters().events.add(given.into(), &[]);
                if given == AT_ONCE {
                    continue;
                }
            }
            Err(error) => {
                if let Some(left_out) = TOLD.due() {
                    warn!(%error, left_out, "positions cannot be assigned; tried again");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => (),
        }
    }
}
