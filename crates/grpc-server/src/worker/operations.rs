//! Takes up operations that are due: left behind, put back, or waiting for their turn.

use std::sync::Arc;

use domain::ports::{Clock, Ids, Ports, Store};
use domain::rules::ids::LeaseToken;
use domain::workflow::LEASE;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::PAUSE;
use crate::driver::{Driver, claim_time};

/// How many steps this loop runs at once; calls of RPCs come on top.
const AT_ONCE: usize = 32;

pub async fn run(driver: Driver, stop: CancellationToken) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while !stop.is_cancelled() {
        if !claim_some(&driver, &permits).await {
            tokio::select! {
                () = stop.cancelled() => return,
                () = driver.bell.notified() => (),
                () = tokio::time::sleep(PAUSE) => (),
            }
        }
    }
}

/// Claims as much as there is room for; `true` if there may be more.
async fn claim_some(driver: &Driver, permits: &Arc<Semaphore>) -> bool {
    let service = &driver.service;
    let room = u32::try_from(permits.available_permits()).unwrap_or(u32::MAX);
    if room == 0 {
        return false;
    }
    let token = LeaseToken::new(service.ids().random());
    let claimed_at = claim_time(service);
    match service.store().claim_operations(service.clock().now(), LEASE, token, room).await {
        Ok(claims) => {
            let full = claims.len() == room as usize;
            for claim in claims {
                let permit = Arc::clone(permits).try_acquire_owned().ok();
                driver.take(claim, claimed_at, permit);
            }
            full
        }
        Err(error) => {
            warn!(%error, "worker.operation: due operations cannot be claimed");
            false
        }
    }
}
