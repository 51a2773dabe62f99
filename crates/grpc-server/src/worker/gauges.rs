//! Reads how much waits, for the metrics that all replicas share: at its own pace, whoever asks for them, and for a small part of the
//! time, as far as that leaves no metric older than a minute.

use std::time::{Duration, Instant};

use domain::ports::Clock;
use persistence::Repeats;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::driver::Driver;
use crate::telemetry;

/// How many times as long as it took is waited before it is read again, at least.
const REST: u32 = 50;
/// And at most: a reading that waited for a lock was slow without being work, and alerts look at what it brings.
const LONGEST: Duration = Duration::from_secs(60);

static TOLD: Repeats = Repeats::new();

pub async fn run(driver: Driver, pause: Duration, stop: CancellationToken) {
    let service = &driver.service;
    while !stop.is_cancelled() {
        let began = Instant::now();
        let mut rest = pause;
        match service.stream.backlog(service.clock.now(), service.clock.offset()).await {
            Ok(backlog) => {
                telemetry::show(backlog);
                rest = rest_after(began.elapsed(), pause);
            }
            // A database that was away for long is asked again soon.
            Err(error) => {
                if let Some(left_out) = TOLD.due() {
                    warn!(%error, left_out, "what waits cannot be counted; the metrics of the database are old");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => (),
        }
    }
}

fn rest_after(took: Duration, pause: Duration) -> Duration {
    pause.max((took * REST).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_took_long_is_rested_from_but_metrics_are_not_blind_for_it() {
        let rest =
            |took, pause| rest_after(Duration::from_millis(took), Duration::from_secs(pause)).as_secs();
        assert_eq!([rest(10, 15), rest(600, 15)], [15, 30]);
        assert_eq!([rest(2_000, 1), rest(17_000, 15), rest(17_000, 90)], [60, 60, 90]);
    }
}
