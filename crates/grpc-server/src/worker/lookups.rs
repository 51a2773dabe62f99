//! Looks orders up at Mollie after a webhook or on schedule.

use std::sync::Arc;

use domain::ports::{Clock, Ids, LookupClaim, LookupOrigin, Ports, Store};
use domain::rules::ids::LeaseToken;
use domain::workflow::lookup::{LookedUp, look_up};
use persistence::Repeats;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, debug, debug_span, field, warn};

use crate::driver::Driver;
use crate::service::Service;
use crate::telemetry;

/// How many look-ups run at once.
const AT_ONCE: usize = 16;

static TOLD: Repeats = Repeats::new();
static NOTED: Repeats = Repeats::new();
/// An outage of Mollie fails them all.
static FAILED: Repeats = Repeats::new();

pub async fn run(driver: Driver, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let (wake_up, permits) = (Arc::clone(&driver.hook_wake_up), Arc::clone(&room));
    super::repeat(stop, wake_up, room, move |free| claim_some(driver.clone(), Arc::clone(&permits), free))
        .await;
}

async fn claim_some(driver: Driver, room: Arc<Semaphore>, free: u32) -> bool {
    let service = &driver.service;
    let token = LeaseToken::new(service.ids().random());
    let lease = service.settings().lookup_lease();
    match service.store().claim_lookups(service.clock().now(), lease, token, free).await {
        Ok(claims) => {
            let full = claims.len() == free as usize;
            for claim in claims {
                let permit = Arc::clone(&room).try_acquire_owned().ok();
                let service = Arc::clone(service);
                let LookupOrigin { change, hook } = &claim.origin;
                let span = debug_span!(parent: None, "lookup", orders.id = %claim.order_id, orders.lookup.outcome = field::Empty);
                let span = telemetry::linked(span, change.iter().chain(hook));
                let looking = async move {
                    carry_out(&service, &claim).await;
                    drop(permit);
                };
                driver.own(looking.instrument(span));
            }
            full
        }
        Err(error) => {
            if let Some(left_out) = TOLD.due() {
                warn!(%error, left_out, "due look-ups cannot be claimed");
            }
            false
        }
    }
}

async fn carry_out(service: &Service, claim: &LookupClaim) {
    let order = claim.order_id;
    let late = service.clock().now().duration_since(claim.due);
    let looked = Box::pin(look_up(service, claim)).await;
    let waited = service.clock().now().duration_since(claim.due);
    if let (false, Ok(LookedUp::Done { .. })) = (claim.hints.is_empty(), &looked) {
        telemetry::meters().hooks.record(waited.as_secs_f64(), &[]);
    }
    if !matches!(looked, Ok(LookedUp::Rests { .. })) {
        service.lookup_lag.tell(late, matches!(looked, Ok(LookedUp::PutOff { .. })), service.pace());
    }
    Span::current().record("orders.lookup.outcome", looked.as_ref().map_or("not_saved", LookedUp::name));
    match looked {
        Ok(LookedUp::Done { next: Some(next) }) => debug!(%order, %next, "order looked up at Mollie"),
        Ok(LookedUp::Done { next: None }) => debug!(%order, "order looked up at Mollie; it is closed"),
        Ok(LookedUp::Incomplete { left_out, next }) => {
            warn!(%order, %left_out, %next, "Mollie's answer is incomplete; the order is read again");
        }
        Ok(LookedUp::Contradictory { fields, times, next }) => {
            let fields = fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            warn!(
                %order, fields, times, %next,
                "Mollie's answer contradicts itself and is not believed there; the order is read again"
            );
        }
        Ok(LookedUp::Waiting { next }) => debug!(%order, %next, "order not placed yet; its look-up waits"),
        Ok(LookedUp::PutOff { next }) => {
            debug!(%order, %next, "no call is left for the look-up; it is put off")
        }
        Ok(LookedUp::Rests { next }) => debug!(%order, %next, "the profile has no key: its look-up rests"),
        Ok(LookedUp::Failed { problem, next }) => {
            if let Some(left_out) = FAILED.due() {
                warn!(%order, %problem, %next, left_out, "look-up failed; repeated later");
            }
        }
        Err(error) => {
            if let Some(left_out) = NOTED.due() {
                warn!(%order, %error, left_out, "look-up not saved; repeated when its lease runs out");
            }
        }
    }
}
