//! Reads how much waits, for the metrics that all replicas share: at its own pace, whoever asks for them, and never for more than a
//! small part of the time.

use std::time::{Duration, Instant};

use domain::ports::Clock;
use persistence::Repeats;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::driver::Driver;
use crate::telemetry;

/// How many times as long as it took is waited before it is read again, at least.
const REST: u32 = 50;

static TOLD: Repeats = Repeats::new();

pub async fn run(driver: Driver, pause: Duration, stop: CancellationToken) {
    let service = &driver.service;
    while !stop.is_cancelled() {
        let began = Instant::now();
        match service.stream.backlog(service.clock.now(), service.clock.offset()).await {
            Ok(backlog) => telemetry::show(backlog),
            Err(error) => {
                if let Some(left_out) = TOLD.due() {
                    warn!(%error, left_out, "what waits cannot be counted; the metrics of the database are old");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause.max(began.elapsed() * REST)) => (),
        }
    }
}
