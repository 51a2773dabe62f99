//! The one way in which a request becomes a change of an order: decided on what is known, confirmed at Mollie before anything is
//! refused, saved under the caller's request id, and decided again if the order moved on meanwhile.

use super::intent::{Accepted, Begun, Intent, MutationError};
use super::{ROUNDS, claim_at_head, confirm};
use crate::operations::{Author, Pen, Request, Subject};
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Change, Clock, CommitError, Ports, Store, StoreError};
use crate::rules::denied::Denied;
use crate::rules::ids::OrderId;
use crate::rules::order::Order;
use crate::rules::shipment;

/// Decides the request and saves what it decided.
///
/// # Errors
/// [`MutationError`]; what depends on the order's state is refused only after that state was confirmed at Mollie. A repeated
/// request is no error: it gives what its first call was answered about.
pub async fn submit<P: Ports, R: Request>(
    ports: &P,
    intent: &Intent,
    order_id: OrderId,
    request: &R,
) -> Result<Accepted, MutationError> {
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let standing = match intent.begin(ports, order_id).await? {
            Begun::Before(accepted) => return Ok(*accepted),
            Begun::Now(standing) => *standing,
        };
        let (caller, actor, now) = (intent.caller.clone(), intent.actor.clone(), ports.clock().now());
        let mut pen = Pen::new(ports.ids(), Author { caller, actor, now }, standing);
        let subject = match request.decide(&mut pen) {
            Ok(subject) => subject,
            Err(denied) => {
                if let Some(before) = intent.seen(ports).await? {
                    return Ok(before);
                }
                let order = pen.discard();
                if may_be_outdated(&denied) && confirmed.is_none() && confirm::is_stale(ports, &order).await?
                {
                    confirmed = Some(Box::pin(confirm::confirm(ports, order_id)).await?);
                    continue;
                }
                let hangs_on_counters = denied.hangs_on_counters();
                let refusal = refused(with_whereabouts(ports, &order, denied).await?);
                return Err(confirm::refuse(&order, hangs_on_counters, confirmed, refusal));
            }
        };
        if let Err(late) = intent.in_time(ports) {
            return intent.seen(ports).await?.ok_or(late);
        }
        let (change, accepted) = saved(ports, intent, pen, subject);
        match ports.store().commit(change).await {
            Ok(()) => return Ok(accepted),
            #[cfg(feature = "planted")]
            Err(CommitError::Store(_)) if Planted::AcknowledgesUnsaved.is_chosen() => return Ok(accepted),
            // An operation was taken up in this very moment, or the order moved on.
            Err(CommitError::VersionMoved | CommitError::LeaseLost) => (),
            Err(CommitError::RequestTaken) => {
                return intent.seen(ports).await?.ok_or(MutationError::Contended);
            }
            Err(error @ (CommitError::NumberHeld | CommitError::Store(_))) => {
                return Err(MutationError::from_commit(error));
            }
        }
    }
    Err(MutationError::Contended)
}

/// Mollie knows nothing of what stands in the way here.
const fn may_be_outdated(denied: &Denied) -> bool {
    match denied {
        Denied::Invalid(_) | Denied::State(_) => true,
        Denied::Blocked(_) => false,
    }
}

fn refused(denied: Denied) -> MutationError {
    match denied {
        Denied::Invalid(faults) => MutationError::Invalid(faults),
        Denied::State(refusal) | Denied::Blocked(refusal) => MutationError::Refused(refusal),
    }
}

/// Whoever asks for units that are gone is told where they went.
async fn with_whereabouts<P: Ports>(ports: &P, order: &Order, denied: Denied) -> Result<Denied, StoreError> {
    match denied {
        Denied::State(refusal) if refusal.asks_where_units_went() => {
            let shipments = ports.store().list_shipments(order.id).await?;
            Ok(Denied::State(shipment::with_whereabouts(refusal, &shipments)))
        }
        Denied::State(_) | Denied::Invalid(_) | Denied::Blocked(_) => Ok(denied),
    }
}

/// What is saved: the first of the new operations is claimed at once, if nothing of its order is before it.
fn saved<P: Ports>(ports: &P, intent: &Intent, pen: Pen<'_>, subject: Subject) -> (Change, Accepted) {
    let (order_id, now) = (pen.order().id, pen.now());
    let Subject { shipment_id, operation_id } = subject;
    let mut written = pen.finish(intent.record(order_id, shipment_id, operation_id, now));
    let (writes, claim) = claim_at_head::claim(ports, &mut written);
    (written.change(writes), Accepted { order_id, shipment_id, operation_id, claim })
}
