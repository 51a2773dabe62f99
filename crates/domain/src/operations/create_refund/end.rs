//! What the outcome of a refund's request changes.

use super::Task;
use crate::operations::kind::Failure;
use crate::operations::operation::Operation;
use crate::operations::pen::Pen;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ledger::Stage;
use crate::rules::refund::{Refund, RefundState};
use crate::rules::rejection::Rejection;
use crate::rules::snapshot::RefundSnapshot;

/// Mollie has it, whatever its status. While it was undecided, no reading took it for somebody else's.
pub(super) fn registered(task: &Task, of: &Operation, theirs: &RefundSnapshot, pen: &mut Pen<'_>) {
    let Some(before) = pen.known_refund(task.refund_id) else { return };
    let refund = Refund {
        state: RefundState::Registered,
        mollie_id: Some(theirs.mollie_id.clone()),
        payment_id: theirs.payment_id.clone().or_else(|| before.payment_id.clone()),
        status: Some(theirs.status.clone()),
        settlement_amount: theirs.settlement_amount,
        registered_time: Some(theirs.created_time),
        ..before
    };
    let mut entries = refund.entries(Stage::Freed);
    if refund.counts() {
        entries.extend(refund.entries(Stage::Settled));
    }
    pen.record(EventData::RefundRegistered {
        refund_id: refund.id,
        operation_id: of.id,
        mollie_id: theirs.mollie_id.clone(),
        payment_id: refund.payment_id.clone(),
        status: theirs.status.clone(),
        registered_time: theirs.created_time,
        entries,
    });
    if refund.is_void() {
        pen.raise(concern::refund_failed(&refund, &theirs.status));
    }
    pen.put_refund(refund);
}

/// Mollie rejected it, or it was given up. If nobody was told within the call, a person must know.
pub(super) fn refused(task: &Task, of: &Operation, why: &Failure, rejection: &Rejection, pen: &mut Pen<'_>) {
    let Some(before) = pen.known_refund(task.refund_id) else { return };
    let refund = Refund { state: RefundState::Refused, rejection: Some(rejection.clone()), ..before };
    pen.record(EventData::RefundRefused {
        refund_id: refund.id,
        operation_id: of.id,
        rejection: rejection.clone(),
        entries: refund.entries(Stage::Freed),
    });
    if *why == Failure::TooLate {
        pen.raise(concern::refund_refused(of.id, of.last_problem.as_deref(), &refund, rejection));
    }
    pen.put_refund(refund);
}

/// It now waits for an operator, or no longer does.
pub(super) fn is_now(task: &Task, state: RefundState, pen: &mut Pen<'_>) {
    if let Some(refund) = pen.known_refund(task.refund_id) {
        pen.put_refund(Refund { state, ..refund });
    }
}
