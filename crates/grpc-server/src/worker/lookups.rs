//! Reads orders at Mollie when their hook has come or their time has.

use std::sync::Arc;

use domain::ports::{Clock, Ids, LookupClaim, OrderKey, Ports, Store};
use domain::rules::ids::LeaseToken;
use domain::rules::lookup;
use domain::rules::placement::Placement;
use domain::workflow::sync::{SyncError, sync};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::driver::Driver;
use crate::service::Service;

/// How many orders are read at once.
const AT_ONCE: usize = 16;

pub async fn run(driver: Driver, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let (bell, permits) = (Arc::clone(&driver.hook_bell), Arc::clone(&room));
    super::repeat(stop, bell, room, move |free| claim_some(driver.clone(), Arc::clone(&permits), free)).await;
}

async fn claim_some(driver: Driver, room: Arc<Semaphore>, free: u32) -> bool {
    let service = &driver.service;
    let token = LeaseToken::new(service.ids().random());
    // A reading that takes longer than this is begun by another replica as well: that does no harm.
    let lease = service.settings().lease;
    match service.store().claim_lookups(service.clock().now(), lease, token, free).await {
        Ok(claims) => {
            let full = claims.len() == free as usize;
            for claim in claims {
                let permit = Arc::clone(&room).try_acquire_owned().ok();
                let service = Arc::clone(service);
                driver.own(async move {
                    look_up(&service, &claim).await;
                    drop(permit);
                });
            }
            full
        }
        Err(error) => {
            warn!(%error, "due look-ups cannot be claimed");
            false
        }
    }
}

async fn look_up(service: &Service, claim: &LookupClaim) {
    let now = service.clock().now();
    let (next, failures) = match sync(service, claim.order_id).await {
        Ok(order) => (lookup::next(&order, now), 0),
        Err(SyncError::NotPlaced) => (when_placed(service, claim, now).await, 0),
        Err(error) => {
            warn!(order = %claim.order_id, %error, "order not looked up; tried again later");
            (Some(after(now, pause(claim.failures))), claim.failures.saturating_add(1))
        }
    };
    if let Err(error) = service.store().finish_lookup(claim, next, failures).await {
        warn!(order = %claim.order_id, %error, "look-up not noted; made again when its lease is over");
        return;
    }
    match next {
        Some(next) => info!(order = %claim.order_id, %next, "order looked up at Mollie"),
        None => info!(order = %claim.order_id, "order looked up at Mollie; it is over"),
    }
}

/// A hook may come before our own create has returned: it waits for the order, unless that never comes to stand.
async fn when_placed(service: &Service, claim: &LookupClaim, now: Timestamp) -> Option<Timestamp> {
    let order = service.store().load_order(&OrderKey::Id(claim.order_id)).await;
    match order {
        Ok(Some(order)) if !order.placement.is_alive() => None,
        Ok(Some(order)) if order.placement == Placement::Placed => Some(now),
        Ok(Some(_) | None) | Err(_) => Some(after(now, SignedDuration::from_secs(1))),
    }
}

/// From one second, doubled each time, to about four minutes.
fn pause(failures: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << failures.min(8))
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
