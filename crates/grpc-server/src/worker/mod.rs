//! Loops that take up what is due. They hold no rules: what is due is the store's to say, what to do the workflow's.

pub mod health;
mod lookups;
mod operations;
mod positions;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::driver::Driver;

/// How often a loop asks for due work when nothing rings.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a ring waits for others.
const GATHER: Duration = Duration::from_millis(5);

/// Starts the loops; they end when `stop` is canceled.
pub fn start(driver: &Driver, position_pause: Duration, stop: &CancellationToken) {
    driver.own(operations::run(driver.clone(), stop.clone()));
    driver.own(lookups::run(driver.clone(), stop.clone()));
    driver.own(positions::run(Arc::clone(&driver.service), position_pause, stop.clone()));
}

/// Claims due work again and again: at once while there may be more, else when the wake_up rings or a pause is over.
/// `claim_some` is given the room there is, and tells whether it found as much as it had room for.
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
            // Under load the wake_up rings all the time, and one claim serves many rings.
            () = wake_up.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}
