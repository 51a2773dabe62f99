//! Loops that take up what is due. They hold no rules: what is due is the store's to say, what to do the workflow's.

mod lookups;
mod operations;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::driver::Driver;

/// How often a loop asks for due work when nothing rings.
const PAUSE: Duration = Duration::from_millis(250);

/// Starts both loops; they end when `stop` is canceled.
pub fn start(driver: &Driver, stop: &CancellationToken) {
    driver.own(operations::run(driver.clone(), stop.clone()));
    driver.own(lookups::run(driver.clone(), stop.clone()));
}
