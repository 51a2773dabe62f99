//! What a person decides: to have it read once more what became of an operation, to say what became of it, to close an
//! item. Who and why go into the events. Success is believed only where Mollie shows the effect.

use super::ROUNDS;
use super::ending::{Before, Ending, Hand, Heard, plan};
use crate::ports::{Change, Clock, CommitError, OperationWrite, OrderKey, Ports, Store};
use crate::rules::decision::Decision;
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{OperationId, OrderId};
use crate::rules::operation::{Operation, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::{Shipment, ShipmentState};

mod error;
mod verify;

pub use error::OperatorError;

/// What an operator says became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It had its effect: this order or shipment at Mollie; for a cancellation, the order it canceled.
    Succeeded { mollie_id: String },
    /// It had none, and will have none.
    Rejected,
}

/// Has it read once more what became of an operation, and goes on from there; from now on, due at once.
///
/// # Errors
/// [`OperatorError`]; nothing was changed.
pub async fn retry<P: Ports>(
    ports: &P,
    id: OperationId,
    decision: &Decision,
) -> Result<Operation, OperatorError> {
    for _ in 0..ROUNDS {
        let operation = needing_attention(ports, id).await?;
        let before = Before::load(ports, operation.order_id).await?;
        let (change, after) = plan_retry(ports, operation, before, decision);
        if commit(ports, change).await? {
            return Ok(after);
        }
    }
    Err(OperatorError::Contended)
}

fn plan_retry<P: Ports>(
    ports: &P,
    operation: Operation,
    before: Before,
    decision: &Decision,
) -> (Change, Operation) {
    let (now, expected_version) = (ports.clock().now(), before.order.version);
    let after = Operation {
        state: OperationState::Resolving,
        not_before: now,
        unreadable: 0,
        deferrals: 0,
        ..operation
    };
    let is_its = |shipment: &Shipment| Some(shipment.id) == after.shipment_id;
    let shipment = before.shipments.into_iter().find(is_its);
    let shipment = shipment.map(|shipment| Shipment { state: ShipmentState::Recorded, ..shipment });
    let mut recorder = Recorder::new(before.order, now, Some(decision.by().to_owned()));
    let reason = decision.reason().to_owned();
    recorder.record(EventData::OperationRetried { operation_id: after.id, reason });
    let (order, events) = recorder.finish();
    let change = Change {
        order,
        expected_version: Some(expected_version),
        events,
        request: None,
        operations: vec![OperationWrite::Decide { operation: after.clone() }],
        shipments: shipment.into_iter().collect(),
        lookup: None,
    };
    (change, after)
}

/// Settles an operation as a person says. That it succeeded is verified at Mollie before anything is written; then it is as
/// if Mollie had just answered.
///
/// # Errors
/// [`OperatorError`]; nothing was changed.
pub async fn resolve_as<P: Ports>(
    ports: &P,
    id: OperationId,
    verdict: &Verdict,
    decision: &Decision,
) -> Result<Operation, OperatorError> {
    for _ in 0..ROUNDS {
        let operation = needing_attention(ports, id).await?;
        let before = Before::load(ports, operation.order_id).await?;
        let asked = ports.clock().now();
        let ending = match verdict {
            Verdict::Succeeded { mollie_id } => {
                Box::pin(verify::ending(ports, &operation, &before, mollie_id)).await?
            }
            Verdict::Rejected => Ending::Rejected(Rejection::by_operator(decision)),
        };
        let heard = Heard { asked, is_newest: true };
        let change = plan(ports, &operation, Hand::Operator(decision), before, &ending, heard);
        if commit(ports, change).await? {
            return ports.store().load_operation(id).await?.ok_or(OperatorError::OperationNotFound(id));
        }
    }
    Err(OperatorError::Contended)
}

/// Closes an item of the order; one that is closed stays as it was closed, and that is a success.
///
/// # Errors
/// [`OperatorError`]; nothing was changed.
pub async fn close_item<P: Ports>(
    ports: &P,
    order_id: OrderId,
    number: u32,
    decision: &Decision,
) -> Result<Order, OperatorError> {
    for _ in 0..ROUNDS {
        let order = ports.store().load_order(&OrderKey::Id(order_id)).await?;
        let order = order.ok_or(OperatorError::OrderNotFound(order_id))?;
        let item = order.items.iter().find(|item| item.number == number);
        if !item.ok_or(OperatorError::ItemNotFound { order: order_id, number })?.is_open() {
            return Ok(order);
        }
        let (by, reason, version) = (decision.by().to_owned(), decision.reason().to_owned(), order.version);
        let mut recorder = Recorder::new(order, ports.clock().now(), Some(by.clone()));
        recorder.record(EventData::ItemClosed { number, by, reason });
        let (order, events) = recorder.finish();
        let change = Change {
            order: order.clone(),
            expected_version: Some(version),
            events,
            request: None,
            operations: Vec::new(),
            shipments: Vec::new(),
            lookup: None,
        };
        if commit(ports, change).await? {
            return Ok(order);
        }
    }
    Err(OperatorError::Contended)
}

async fn needing_attention<P: Ports>(ports: &P, id: OperationId) -> Result<Operation, OperatorError> {
    let operation = ports.store().load_operation(id).await?.ok_or(OperatorError::OperationNotFound(id))?;
    match operation.state {
        OperationState::NeedsAttention => Ok(operation),
        is @ (OperationState::Pending
        | OperationState::InFlight
        | OperationState::Resolving
        | OperationState::Succeeded
        | OperationState::Rejected
        | OperationState::Withdrawn) => Err(OperatorError::WrongState { is }),
    }
}

/// Writes a decision; `false` if order or operation have moved on and it must be made again.
async fn commit<P: Ports>(ports: &P, change: Change) -> Result<bool, OperatorError> {
    match ports.store().commit(change).await {
        Ok(()) => Ok(true),
        Err(CommitError::VersionMoved | CommitError::LeaseLost) => Ok(false),
        Err(CommitError::Store(error)) => Err(error.into()),
        // Neither is written here.
        Err(CommitError::RequestTaken | CommitError::NumberHeld) => Err(OperatorError::Contended),
    }
}
