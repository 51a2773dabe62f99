//! A look-up: reading an order at Mollie after a webhook or on schedule, and setting the next look-up.

use jiff::{SignedDuration, Timestamp};

use super::duplicates::duplicates;
use super::sync::{self, Because, SyncError, Synced};
use crate::ports::{Clock, GatewayError, LookupClaim, LookupEnd, OrderKey, Ports, Store, StoreError};
use crate::rules::misread::Misread;
use crate::rules::placement::Placement;
use crate::rules::{lookup, webhook_hint};

/// The outcome of a look-up.
#[derive(Debug)]
pub enum LookedUp {
    /// The order was read, if Mollie has it. Without a next time there are no more look-ups.
    Done { next: Option<Timestamp> },
    /// The answer left out a field that money depends on: the rest was recorded, and the order is read again at `next`.
    Incomplete { left_out: Misread, next: Timestamp },
    /// The answer contradicted itself in these fields, `times` times in a row: the rest was recorded, and the order is read again
    /// at `next`.
    Contradictory { fields: Vec<Misread>, times: u32, next: Timestamp },
    /// Mollie does not have it yet: the look-up is repeated at `next`, and the hints are kept.
    Waiting { next: Timestamp },
    /// Calls to Mollie are used up for now: the look-up is repeated at `next`, and the hints are kept. This is no failure.
    PutOff { next: Timestamp },
    /// It could not be read: the look-up is repeated at `next`, and the hints are kept.
    Failed { problem: SyncError, next: Timestamp },
}

impl LookedUp {
    /// In one word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Incomplete { .. } => "incomplete",
            Self::Contradictory { .. } => "contradictory",
            Self::Waiting { .. } => "waiting",
            Self::PutOff { .. } => "put_off",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Carries out a claimed look-up and finishes it.
///
/// # Errors
/// The store failed: the look-up is repeated when its lease has run out.
pub async fn look_up<P: Ports>(ports: &P, claim: &LookupClaim) -> Result<LookedUp, StoreError> {
    let now = ports.clock().now();
    let looked = match Box::pin(read(ports, claim, now)).await {
        Ok(looked) => looked,
        Err(SyncError::Gateway(GatewayError::Later { pause, .. })) => {
            LookedUp::PutOff { next: lookup::put_off(claim.order_id, now, pause) }
        }
        Err(problem) => LookedUp::Failed { problem, next: after(now, pause(claim.failures)) },
    };
    ports.store().finish_lookup(claim, end(&looked, claim.failures)).await?;
    Ok(looked)
}

fn end(looked: &LookedUp, failures: u32) -> LookupEnd {
    let (next, failures, was_read) = match looked {
        LookedUp::Done { next } => (*next, 0, true),
        LookedUp::Incomplete { next, .. } | LookedUp::Contradictory { next, .. } => {
            (Some(*next), failures.saturating_add(1), true)
        }
        LookedUp::Waiting { next } => (Some(*next), 0, false),
        LookedUp::PutOff { next } => (Some(*next), failures, false),
        LookedUp::Failed { next, .. } => (Some(*next), failures.saturating_add(1), false),
    };
    LookupEnd { next, failures, was_read }
}

async fn read<P: Ports>(ports: &P, claim: &LookupClaim, now: Timestamp) -> Result<LookedUp, SyncError> {
    let window = ports.settings().settle_window;
    let looked = match sync::read(ports, claim.order_id, because(claim)).await {
        Ok(reading) => {
            let knows_all = !webhook_hint::name_duplicates(&reading.order, &claim.hints);
            let looked = of_reading(reading, claim, now, window);
            if knows_all {
                return Ok(looked);
            }
            looked
        }
        Err(SyncError::NotPlaced) => match placement(ports, claim).await? {
            // A webhook may arrive before our own create has returned: it waits for the order.
            Placement::Placing => {
                return Ok(LookedUp::Waiting { next: after(now, SignedDuration::from_secs(1)) });
            }
            Placement::Placed => return Ok(LookedUp::Waiting { next: now }),
            Placement::Refused | Placement::Abandoned => LookedUp::Done { next: None },
        },
        Err(
            problem @ (SyncError::OrderNotFound(_)
            | SyncError::Gateway(_)
            | SyncError::Contended
            | SyncError::Store(_)),
        ) => return Err(problem),
    };
    duplicates(ports, claim.order_id, &claim.hints).await?;
    Ok(looked)
}

/// An answer that left fields out or contradicted itself is repeated sooner than the schedule says, even for an ended order.
fn of_reading(reading: Synced, claim: &LookupClaim, now: Timestamp, window: SignedDuration) -> LookedUp {
    let regular = lookup::next(&reading.order, now, window);
    match reading.left_out {
        None => LookedUp::Done { next: regular },
        Some(left_out) => {
            let again = lookup::again(now, claim.failures);
            let next = regular.map_or(again, |regular| regular.min(again));
            let fields = reading.contradictions;
            if fields.is_empty() {
                return LookedUp::Incomplete { left_out, next };
            }
            LookedUp::Contradictory { fields, times: claim.failures.saturating_add(1), next }
        }
    }
}

/// A webhook is certain only if it left a hint: its count counts our own changes, too.
const fn because(claim: &LookupClaim) -> Because {
    if claim.hints.is_empty() { Because::LookupIsDue } else { Because::HookArrived }
}

async fn placement<P: Ports>(ports: &P, claim: &LookupClaim) -> Result<Placement, SyncError> {
    let order = ports.store().load_order(&OrderKey::Id(claim.order_id)).await?;
    order.map(|order| order.placement).ok_or(SyncError::OrderNotFound(claim.order_id))
}

/// From one second, doubled each time, to about four minutes.
fn pause(failures: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << failures.min(8))
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
