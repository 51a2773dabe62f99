//! Writing how an operation ended: its outcome, what it means for the order, and the events, in one transaction, and only
//! while the lease is ours.

use super::ROUNDS;
use super::ending::{Before, Ending, Hand, Heard, plan};
use crate::ports::{Clock, CommitError, Ports, Store, StoreError};
use crate::rules::claim::Claim;
use crate::rules::order::Order;
use crate::workflow::step::Progress;

/// Writes the ending. `seen`: the order as it was before Mollie was asked; if it has moved on since, what Mollie answered
/// about the order may be older than what is known by now, and the order is read again instead. A reading without news in
/// between does not count as moving on: the time of it is lost, and the next refusal reads once more.
pub(super) async fn end<P: Ports>(
    ports: &P,
    claim: &Claim,
    seen: &Order,
    ending: &Ending,
) -> Result<Progress, StoreError> {
    let (operation, hand) = (&claim.operation, Hand::Lease(claim.token));
    let mut before = Before::around(ports, seen.clone()).await?;
    for _ in 0..ROUNDS {
        let asked = operation.last_sent_time.unwrap_or_else(|| ports.clock().now());
        let heard = Heard { asked, is_newest: before.order.version == seen.version };
        match ports.store().commit(plan(ports, operation, hand, before, ending, heard)).await {
            Ok(()) => return Ok(Progress::Settled),
            Err(CommitError::VersionMoved) => before = Before::load(ports, operation.order_id).await?,
            Err(CommitError::LeaseLost) => return Ok(Progress::LeaseLost),
            Err(CommitError::Store(error)) => return Err(error),
            Err(error @ (CommitError::RequestTaken | CommitError::NumberHeld)) => {
                return Err(StoreError::Inconsistent(format!("operation {}: {error}", operation.id)));
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {} is changing too fast", operation.order_id)))
}
