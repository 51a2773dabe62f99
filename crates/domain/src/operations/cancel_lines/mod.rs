//! Canceling units of lines. Each call cancels more, and Mollie recognises no repeat, so it is sent again only if it certainly had
//! no effect. Mollie shows sums, not calls: the effect is what it counts as canceled beyond all that is settled here.

mod recognise;
mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::Task;

use super::cancel_order;
use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, CancelLines, Command};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::{LineId, OperationId};
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::line_cancellation::{self, LineCancellation, LineCancellationRequest};
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::Snapshot;
use crate::rules::subject::Subject;

/// A request to cancel units of lines, or all that is left.
#[derive(Clone, Debug)]
pub struct Cancel(pub LineCancellationRequest);

impl Request for Cancel {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    /// If nothing is left to do, only the request id is kept. A cancellation of the whole order under way does what is asked for.
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let planned = line_cancellation::plan(pen.order(), &self.0);
        let Some(canceled) = planned.map_err(|denied| pen.or_attention(denied, FACTS.lane))? else {
            return Ok(Subject::Order);
        };
        pen.unblocked(FACTS.lane)?;
        if let Some(group) = cancel_order::under_way(pen.unsettled()).map(|operation| operation.group) {
            pen.join(group);
            return Ok(Subject::Order);
        }
        record(pen, canceled);
        Ok(Subject::Order)
    }
}

/// Cancels lines, as planned, as one part of a larger request. What a cancellation of the whole order under way takes cannot be told
/// apart in it, so it is not taken for this one.
///
/// # Errors
/// [`RequestError::Blocked`], if an operation in this lane waits for an operator, or the whole order is being canceled.
pub fn cancel(pen: &mut Pen<'_>, planned: LineCancellation) -> Result<OperationId, RequestError> {
    pen.unblocked(FACTS.lane)?;
    if cancel_order::under_way(pen.unsettled()).is_some() {
        let text = "A cancellation of the whole order is under way, and releases everything that has not left: return only what came \
                    back, or try again when it is settled.";
        let refusal = FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text);
        return Err(RequestError::Blocked(refusal));
    }
    Ok(record(pen, planned))
}

/// Reserves what is canceled, and sets it to work.
fn record(pen: &mut Pen<'_>, planned: LineCancellation) -> OperationId {
    let LineCancellation { lines, releases } = planned;
    let entries = ledger::ours(Pool::Canceled, Stage::Reserved, &lines);
    let operation_id = pen.set_to_work(Task { lines }, None);
    pen.record(EventData::CancellationRecorded { operation_id, release: releases, entries });
    operation_id
}

const FACTS: Facts = Facts {
    name: OperationKind::CancelLines,
    lane: Lane::Authorization,
    repeat: Repeat::Never,
    needs: Needs::Order,
    opens_checkout: false,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        None
    }

    /// If its lines are canceled altogether, whoever did it, nothing is left to do.
    fn ready(&self, book: Book<'_>, _now: Timestamp) -> Ready {
        let is_canceled = |line: &Line| line.canceled.quantity == line.quantity;
        let are_canceled =
            self.lines.iter().all(|ours| book.order.line(ours.line_id).is_some_and(is_canceled));
        if are_canceled { Ready::Done } else { Ready::Send }
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.remote().ok_or("the order has no id at Mollie")?;
        Ok(Command::CancelLines(CancelLines { order, lines: self.lines.clone() }))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        recognise::effect(self, book.order, snapshot, sends.were_all_refused())
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        if snapshot.mollie_id.as_str() != named {
            return Named::Other(format!(
                "the order whose lines are to be canceled is {}",
                snapshot.mollie_id
            ));
        }
        recognise::named(self, book.order, snapshot)
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let theirs = seen.iter().map(|snapshot| recognise::beyond(self, book.order, snapshot)).collect();
        Comparison { ours: Side::of_lines(&self.lines), theirs }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::Units { pool: Pool::Canceled, line_id, .. } => sent && self.has(line_id),
            Difference::Units {
                pool:
                    Pool::Shipped | Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving,
                ..
            }
            | Difference::Shipment(_)
            | Difference::Tracking(_)
            | Difference::Refund(_)
            | Difference::RefundStatus(_)
            | Difference::NewLine(_)
            | Difference::LineValues(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Its units may be canceled already.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let reading = match effect {
            Acceptance::Order(snapshot) => Some(&**snapshot),
            Acceptance::Shipment(_)
            | Acceptance::Refund(_)
            | Acceptance::Payment(_)
            | Acceptance::Nothing => None,
        };
        let settled = ledger::ours(Pool::Canceled, Stage::Settled, &self.settled(pen.order(), reading));
        let entries = self.freed().into_iter().chain(settled).collect();
        pen.record(EventData::CancellationSucceeded { operation_id: of.id, entries });
        if let Some(snapshot) = reading {
            pen.observe(snapshot);
        }
        // Mollie's answer has no body: the lines' and the order's status are read.
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Some(rejection) = why.rejection() {
            let (operation_id, entries) = (of.id, self.freed());
            pen.record(EventData::CancellationRefused { operation_id, rejection, entries });
            if let Some(snapshot) = seen.first() {
                pen.observe(snapshot);
            }
        }
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    fn has(&self, id: LineId) -> bool {
        self.lines.iter().any(|line| line.line_id == id)
    }

    fn freed(&self) -> Vec<ledger::Entry> {
        ledger::ours(Pool::Canceled, Stage::Freed, &self.lines)
    }

    /// What it has canceled: as a reading shows, or else all of it. Of a line that was canceled by somebody else, only what was
    /// left.
    fn settled(&self, order: &Order, reading: Option<&Snapshot>) -> Vec<ShipmentLine> {
        if let Some(snapshot) = reading {
            return ledger::not_counted(order, snapshot, Pool::Canceled, &self.lines);
        }
        let of = |ours: &ShipmentLine| {
            let line = order.line(ours.line_id)?;
            let all = Part { quantity: line.quantity, amount: line.total_amount };
            let room = all.without(line.shipped).without(line.canceled);
            let part = if room.quantity < ours.part.quantity { room } else { ours.part };
            (part.quantity > 0).then_some(ShipmentLine { line_id: ours.line_id, part })
        };
        self.lines.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests;
