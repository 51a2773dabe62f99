//! Claims operations that are due: left behind, put back, or waiting for their turn.

use std::sync::Arc;

use domain::ports::{Clock, Ids, Ports, Store};
use domain::rules::ids::LeaseToken;
use persistence::Repeats;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::driver::{Driver, claim_time};

/// How many steps this loop runs at once; those of RPCs are extra.
const AT_ONCE: usize = 32;

static TOLD: Repeats = Repeats::new();

pub async fn run(driver: Driver, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let (wake_up, permits) = (Arc::clone(&driver.wake_up), Arc::clone(&room));
    super::repeat(stop, wake_up, room, move |free| claim_some(driver.clone(), Arc::clone(&permits), free))
        .await;
}

async fn claim_some(driver: Driver, room: Arc<Semaphore>, free: u32) -> bool {
    let service = &driver.service;
    let token = LeaseToken::new(service.ids().random());
    let claimed_at = claim_time(service);
    let lease = service.settings().lease;
    match service.store().claim_operations(service.clock().now(), lease, token, free).await {
        Ok(claims) => {
            let full = claims.len() == free as usize;
            for claim in claims {
                let permit = Arc::clone(&room).try_acquire_owned().ok();
                driver.take(claim, claimed_at, permit);
            }
            full
        }
        Err(error) => {
            if let Some(left_out) = TOLD.due() {
                warn!(%error, left_out, "due operations cannot be claimed");
            }
            false
        }
    }
}
