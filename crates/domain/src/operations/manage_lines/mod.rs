//! Changing lines of an order: adding, updating and canceling some by one call, all of it or nothing. A call that adds has another
//! effect each time, and Mollie recognises no repeat, so it is sent again only if it certainly had no effect. A supplier may decline
//! it; then the lines are as they were.

mod beside;
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
use crate::ports::{Acceptance, Command, ManageLines};
use crate::rules::comparison::Comparison;
use crate::rules::event::EventData;
use crate::rules::ids::LineId;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::line_change::{self, LineChangesInput, may_be};
use crate::rules::order::{Line, Order};
use crate::rules::order_update;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::Snapshot;
use crate::rules::subject::Subject;

/// A request to change lines.
#[derive(Clone, Debug)]
pub struct Manage(pub LineChangesInput);

impl Request for Manage {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    /// If all is so already, only the request id is kept.
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let planned = line_change::plan(pen.order(), &self.0);
        let Some(changes) = planned.map_err(|denied| pen.or_attention(denied, FACTS.lane))? else {
            return Ok(Subject::Order);
        };
        pen.unblocked(FACTS.lane)?;
        if let Some(canceling) = cancel_order::under_way(pen.unsettled()) {
            let text = format!("Operation {} cancels the order: its lines stay as they are.", canceling.id);
            let refusal = FailedPrecondition::of_order(PreconditionReason::OrderNotChangeable, text);
            return Err(RequestError::Blocked(refusal));
        }
        let entries = ledger::ours(Pool::Canceled, Stage::Reserved, &changes.canceled);
        let until = order_update::tried_until(pen.now());
        let operation_id = pen.set_to_work(Task { changes: changes.clone(), until }, None);
        let change = Box::new(changes.under_way(pen.order(), operation_id));
        pen.record(EventData::LineChangeRecorded { change, entries });
        Ok(Subject::Order)
    }
}

const FACTS: Facts = Facts {
    name: OperationKind::ManageLines,
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
        Some(self.until)
    }

    fn ready(&self, _book: Book<'_>, _now: Timestamp) -> Ready {
        Ready::Send
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.remote().ok_or("the order has no id at Mollie")?;
        Ok(Command::ManageLines(ManageLines { order, changes: self.changes.clone() }))
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
                "the order whose lines are to be changed is {}",
                snapshot.mollie_id
            ));
        }
        recognise::named(self, book.order, snapshot)
    }

    fn compare(&self, of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let theirs = seen.iter().map(|snapshot| beside::theirs(self, of, book.order, snapshot)).collect();
        Comparison { ours: beside::ours(self), theirs }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::NewLine(theirs) => sent && self.changes.added.iter().any(|ours| may_be(ours, theirs)),
            Difference::LineValues(id) => sent && self.updates(id),
            Difference::Units { pool: Pool::Canceled, line_id, .. } => sent && self.cancels(line_id),
            Difference::Units {
                pool:
                    Pool::Shipped | Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving,
                ..
            }
            | Difference::Shipment(_)
            | Difference::Tracking(_)
            | Difference::Refund(_)
            | Difference::RefundStatus(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Mollie may reject it because of the effect of an earlier call.
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
        let lines = self.lines(pen.order(), reading);
        let entries = ledger::settling(Pool::Canceled, &self.changes.canceled);
        pen.record(EventData::LinesChanged { operation_id: of.id, lines, entries });
        if let Some(snapshot) = reading {
            pen.observe(snapshot);
        }
        // Official answers leave counters out, and hooks of changed lines have gone missing (practice).
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Some(rejection) = why.rejection() {
            let (operation_id, entries) =
                (of.id, ledger::ours(Pool::Canceled, Stage::Freed, &self.changes.canceled));
            pen.record(EventData::LineChangeRefused { operation_id, rejection, entries });
            if let Some(snapshot) = seen.first() {
                pen.observe(snapshot);
            }
        }
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    fn updates(&self, id: LineId) -> bool {
        self.changes.updated.iter().any(|updated| updated.line.id == id)
    }

    fn cancels(&self, id: LineId) -> bool {
        self.changes.canceled.iter().any(|canceled| canceled.line_id == id)
    }

    /// The new lines and those with new values, as they are now. Where its units are is as it was.
    fn lines(&self, order: &Order, reading: Option<&Snapshot>) -> Vec<Line> {
        let updated = self.changes.updated.iter().filter_map(|updated| {
            let before = order.line(updated.line.id)?;
            Some(before.with_values_of(&updated.line))
        });
        let new = recognise::added(self, order, reading).into_iter();
        let added =
            self.changes.added.iter().zip(new).map(|(line, mollie_id)| Line { mollie_id, ..line.clone() });
        updated.chain(added).collect()
    }
}

#[cfg(test)]
mod tests;
