//! Operator decisions: to resume the resolution of an operation, to resolve it, to close a review item. The events record who
//! decided and why. Success is accepted only if Mollie shows the effect.

use super::claim_at_head::unclaimed;
use super::settle::{self, How, SettledBy};
use super::{ROUNDS, save, taken};
use crate::operations::operation::{Operation, State, Tries};
use crate::operations::{Known, Pen, Reading};
use crate::ports::{Change, Clock, CommitError, OperationWrite, OrderKey, Ports, Store};
use crate::rules::decision::Decision;
use crate::rules::event::EventData;
use crate::rules::ids::{OperationId, OrderId};
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;

mod compare;
mod error;
mod verify;

pub use compare::compare;
pub use error::OperatorError;

/// How an operator resolves an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It had its effect: this order or shipment at Mollie; for a cancellation, the order it canceled.
    Succeeded { mollie_id: String },
    /// It had no effect, and will have none.
    Rejected,
}

/// Resumes the resolution of an operation: reads the order at Mollie again, due at once.
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
        let known = settle::load(ports, &operation, &How::TooLate.into()).await?;
        let (change, after) = plan_retry(ports, operation, known, decision);
        if commit(ports, change).await? == Written::Yes {
            return Ok(after);
        }
    }
    Err(OperatorError::Contended)
}

/// Only an operation that needs attention is resumed, and at once.
fn plan_retry<P: Ports>(
    ports: &P,
    operation: Operation,
    known: Known,
    decision: &Decision,
) -> (Change, Operation) {
    let author = settle::author(ports, &known.order, decision.grounds());
    let tries = Tries { unreadable: 0, deferrals: 0, ..operation.tries };
    let mut after = Operation { tries, not_before: author.now, ..operation };
    if let State::NeedsAttention { sent, refused } = after.state {
        after.state = State::Resolving { sent, refused };
    }
    let mut pen = Pen::new(ports.ids(), author, known);
    after.task.kind().resume(&mut pen);
    let (operation_id, subject) = (after.id, after.task.kind().subject());
    let reason = decision.reason().to_owned();
    pen.record(EventData::OperationRetried { operation_id, subject, reason });
    pen.end(OperationWrite::Decide { operation: after.clone() });
    (unclaimed(ports, pen.finish(None)), after)
}

/// Settles an operation as an operator decides. Success is verified at Mollie before anything is written; from then on it is as
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
    let mut wanted_number = None;
    for _ in 0..ROUNDS {
        let operation = needing_attention(ports, id).await?;
        let asked = ports.clock().now();
        let order = settle::order(ports, operation.order_id).await?;
        let resolution = match verdict {
            Verdict::Succeeded { mollie_id } => {
                How::Succeeded(Box::pin(verify::effect(ports, &operation, &order, mollie_id)).await?)
            }
            Verdict::Rejected => How::Rejected(Rejection::by_operator(decision)),
        };
        let resolution = resolution.into();
        let known = settle::around(ports, &operation, order, &resolution).await?;
        let taken_number = taken::taken(ports, &known.order, wanted_number.take()).await?;
        let known = Known { taken_number, ..known };
        let reading = Reading { as_of: asked, is_latest: true };
        let change =
            settle::plan(ports, &operation, SettledBy::Operator(decision), known, &resolution, reading);
        let number = change.order.held_number().map(str::to_owned);
        match commit(ports, change).await? {
            Written::Yes => {
                return ports.store().load_operation(id).await?.ok_or(OperatorError::OperationNotFound(id));
            }
            Written::Moved => (),
            Written::NumberHeld => wanted_number = number,
        }
    }
    Err(OperatorError::Contended)
}

/// Closes a review item of the order; closing a closed one changes nothing and succeeds.
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
        let (by, reason) = (decision.by().to_owned(), decision.reason().to_owned());
        let author = settle::author(ports, &order, decision.grounds());
        let mut pen = Pen::new(ports.ids(), author, order.into());
        pen.record(EventData::ItemClosed { number, by, reason });
        let order = pen.order().clone();
        let change = unclaimed(ports, pen.finish(None));
        if commit(ports, change).await? == Written::Yes {
            return Ok(order);
        }
    }
    Err(OperatorError::Contended)
}

async fn needing_attention<P: Ports>(ports: &P, id: OperationId) -> Result<Operation, OperatorError> {
    let operation = ports.store().load_operation(id).await?.ok_or(OperatorError::OperationNotFound(id))?;
    match operation.state.name() {
        OperationState::NeedsAttention => Ok(operation),
        is @ (OperationState::Pending
        | OperationState::InFlight
        | OperationState::Resolving
        | OperationState::Succeeded
        | OperationState::Rejected
        | OperationState::Withdrawn) => Err(OperatorError::WrongState { is }),
    }
}

/// Whether a decision was written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Yes,
    /// The order or the operation has changed: it is decided again.
    Moved,
    /// The order would take a number back that another one holds by now.
    NumberHeld,
}

async fn commit<P: Ports>(ports: &P, change: Change) -> Result<Written, OperatorError> {
    match Box::pin(save::commit(ports, change)).await {
        Ok(()) => Ok(Written::Yes),
        Err(CommitError::VersionMoved | CommitError::LeaseLost) => Ok(Written::Moved),
        Err(CommitError::NumberHeld) => Ok(Written::NumberHeld),
        Err(CommitError::Store(error)) => Err(error.into()),
        // No request was made.
        Err(CommitError::RequestTaken) => Err(OperatorError::Contended),
    }
}
