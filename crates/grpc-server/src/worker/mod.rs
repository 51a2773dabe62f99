//! Loops that claim due work. They hold no rules: the store says what is due, the workflow what to do.

pub mod clock;
mod feed;
pub mod files;
pub mod gauges;
mod lookups;
mod operations;
mod positions;
mod timers;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::driver::Driver;

/// How often a loop checks for due work without a wake-up.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a wake-up waits for others.
const GATHER: Duration = Duration::from_millis(5);

/// Starts the loop that keeps the process's time; it ends when `stop` is canceled.
pub fn keep_time(driver: &Driver, stop: &CancellationToken) {
    driver.own(clock::run(driver.service.stream.clone(), driver.service.clock.clone(), stop.clone()));
}

/// Starts the other loops; they end when `stop` is canceled.
pub fn start(driver: &Driver, position_pause: Duration, stop: &CancellationToken) {
    driver.own(operations::run(driver.clone(), stop.clone()));
    driver.own(lookups::run(driver.clone(), stop.clone()));
    driver.own(timers::run(driver.clone(), stop.clone()));
    driver.own(waits::run(driver.clone(), stop.clone()));
    driver.own(feed::run(Arc::clone(&driver.service), Arc::clone(&driver.feed), stop.clone()));
    driver.own(positions::run(Arc::clone(&driver.service), position_pause, stop.clone()));
}

/// Claims due work repeatedly: while there may be more, as soon as there is capacity for it; otherwise at the next wake-up or after a pause.
/// `claim_some` gets the free capacity, and returns whether it filled it.
async fn repeat<F: Future<Output = bool> + Send>(
    stop: CancellationToken,
    wake_up: Arc<Notify>,
    room: Arc<Semaphore>,
    claim_some: impl Fn(u32) -> F + Send,
) {
    while !stop.is_cancelled() {
        let free = u32::try_from(room.available_permits()).unwrap_or(u32::MAX);
        if free > 0 && claim_some(free).await {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            // All is taken, and more may be due: one claim serves many then, too.
            _ = room.acquire(), if free == 0 => tokio::time::sleep(GATHER).await,
            // Under load wake-ups come all the time, and one claim serves many.
            () = wake_up.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}
