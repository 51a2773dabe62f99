//! What every step of an operation needs, whatever it does: how far it came, and how it is put back to be taken up again.

use jiff::{SignedDuration, Timestamp};

use crate::ports::{Clock, Ports, Store, StoreError};
use crate::rules::claim::Claim;
use crate::rules::operation::Operation;
use crate::rules::order::Order;
use crate::rules::shipment::Shipment;

/// How far a step has brought the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has ended, or waits for an operator.
    Settled,
    /// It will be taken up again.
    Deferred,
    /// Somebody else has taken it over.
    LeaseLost,
}

pub(super) fn missing(what: &str, operation: &Operation) -> StoreError {
    StoreError::Inconsistent(format!("operation {} has no {what}", operation.id))
}

pub(super) async fn shipment<P: Ports>(ports: &P, operation: &Operation) -> Result<Shipment, StoreError> {
    let id = operation.shipment_id.ok_or_else(|| missing("shipment", operation))?;
    ports.store().load_shipment(id).await?.ok_or_else(|| missing("shipment", operation))
}

/// Whether the claim now held is the first under which the operation may have been sent, or the first since its absence
/// was proved.
pub(super) fn is_first_send(operation: &Operation) -> bool {
    operation.first_sent_time == operation.last_sent_time
}

pub(super) fn is_overdue<P: Ports>(ports: &P, order: &Order) -> bool {
    ports.clock().now().duration_since(order.created_time) > ports.settings().placement_age_limit
}

/// Leaves the operation to be taken up again after a pause.
pub(super) async fn put_back<P: Ports>(
    ports: &P,
    claim: &Claim,
    mut operation: Operation,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    operation.not_before = ports.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX);
    let ours = ports.store().defer(&operation, claim.token).await?;
    Ok(if ours { Progress::Deferred } else { Progress::LeaseLost })
}
