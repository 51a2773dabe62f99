//! Looks after what orders have on their agendas when it is due: warnings, and what a profile's policy does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::{Clock, Ids, Ports, Store, TimerClaim};
use domain::rules::ids::LeaseToken;
use domain::workflow::timer::{Fired, fire};
use persistence::Repeats;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, debug_span, error, info, warn};

use crate::driver::Driver;
use crate::service::Service;

/// How long no timer is claimed after clocks disagreed.
const DISAGREEMENT: Duration = Duration::from_secs(5);

/// How many timers are looked after at once.
const AT_ONCE: usize = 32;

static TOLD: Repeats = Repeats::new();
static DISAGREED: Repeats = Repeats::new();
static UNREAD: Repeats = Repeats::new();

/// Until when no timer is claimed, by time that never jumps.
type Hold = Arc<Mutex<Duration>>;

pub async fn run(driver: Driver, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let permits = Arc::clone(&room);
    // Time alone makes them due.
    let hold = Hold::default();
    super::repeat(stop, Arc::new(Notify::new()), room, move |free| {
        claim_some(driver.clone(), Arc::clone(&permits), Arc::clone(&hold), free)
    })
    .await;
}

async fn claim_some(driver: Driver, room: Arc<Semaphore>, hold: Hold, free: u32) -> bool {
    let service = &driver.service;
    if *lock(&hold) > service.clock().elapsed() {
        return false;
    }
    let token = LeaseToken::new(service.ids().random());
    let (offset, lease) = (service.clock().offset(), service.settings().lookup_lease());
    match service.store().claim_timers(offset, lease, token, free).await {
        Ok(claims) => {
            let full = claims.len() == free as usize;
            for claim in claims {
                let permit = Arc::clone(&room).try_acquire_owned().ok();
                let (tasks, driver) = (driver.clone(), driver.clone());
                let (service, hold) = (Arc::clone(service), Arc::clone(&hold));
                let span = debug_span!(parent: None, "timer", orders.id = %claim.order_id);
                let looking_after = async move {
                    carry_out(&driver, &service, &hold, &claim).await;
                    drop(permit);
                };
                tasks.own(looking_after.instrument(span));
            }
            full
        }
        Err(error) => {
            if let Some(left_out) = TOLD.due() {
                warn!(%error, left_out, "due timers cannot be claimed");
            }
            false
        }
    }
}

async fn carry_out(driver: &Driver, service: &Service, hold: &Hold, claim: &TimerClaim) {
    let order = claim.order_id;
    let late_ms = claim.now.duration_since(claim.due).as_millis();
    match Box::pin(fire(service, claim)).await {
        Ok(Fired::Told(event)) => {
            driver.wake_up.notify_one();
            debug!(%order, event, late_ms, "an order's time has come: its events say what is at stake, and what is done unasked");
        }
        Ok(Fired::Busy) => debug!(%order, "something of the order is under way: its profile's policies wait"),
        Ok(Fired::Nothing) => debug!(%order, late_ms, "nothing is due any more"),
        Ok(Fired::ClocksDisagree(difference)) => {
            *lock(hold) = service.clock().elapsed() + DISAGREEMENT;
            if let Some(left_out) = DISAGREED.due() {
                error!(
                    %order, %difference, left_out,
                    "clocks disagree by more than two minutes: no warning is told and nothing is done unasked by time until \
                     they agree; check the time of this machine, of the database and of Mollie"
                );
            }
        }
        Ok(Fired::Paused) => info!(%order, "the profile is paused: its policy does nothing"),
        Ok(Fired::Rests) => debug!(%order, "the profile has no key: its policy does nothing"),
        Ok(Fired::Waits { until }) => {
            warn!(%order, %until, "as many orders were canceled unasked as may be within an hour; this one waits");
        }
        Ok(Fired::Failed { problem, next }) => {
            if let Some(left_out) = UNREAD.due() {
                warn!(
                    %order, %problem, %next, left_out,
                    "the order cannot be read before anything is done unasked; repeated later"
                );
            }
        }
        Err(error) => {
            if let Some(left_out) = TOLD.due() {
                warn!(%order, %error, left_out, "a timer could not be looked after; repeated when its lease runs out");
            }
        }
    }
}

fn lock(hold: &Hold) -> MutexGuard<'_, Duration> {
    hold.lock().unwrap_or_else(PoisonError::into_inner)
}
