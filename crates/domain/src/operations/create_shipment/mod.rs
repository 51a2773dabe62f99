//! Shipping: goods that left are recorded as a fact, whether or not Mollie can be reached, and registered as soon as it can.

mod auto_ship;
mod end;
mod fees;
mod held;
mod late;
mod likeness;
mod task;

use jiff::{SignedDuration, Timestamp};

pub use auto_ship::auto_ship;
pub use fees::finish;
pub use held::review;
pub use task::Task;

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, RegisterShipment};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::ShipmentId;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::{self, Shipment, ShipmentRequest, ShipmentState, has_a_line, has_lines};
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};
use crate::rules::subject::Subject;

/// A request to record goods that left: units of lines, or all that is left.
#[derive(Clone, Debug)]
pub struct Ship(pub ShipmentRequest);

impl Request for Ship {
    fn needs(&self) -> Needs {
        if self.0.goods_left { Needs::Shipments } else { Needs::HeldShipments }
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        if self.0.goods_left && shipment::is_over(pen.order()) {
            return late::record(&self.0, pen);
        }
        pen.unblocked(FACTS.lane)?;
        let planned = shipment::plan(pen.order(), &self.0, pen.policy().companions)?;
        let shipment = Shipment {
            companions: planned.companions,
            held: planned.held,
            ..pen.new_shipment(planned.lines, self.0.tracking.clone())
        };
        let subject = Subject::Shipment(shipment.id);
        let operation_id = match shipment.held {
            Some(_) => None,
            None => Some(held::set_to_work(&shipment, &planned.carries, pen)),
        };
        let entries = ledger::ours(Pool::Shipped, Stage::Reserved, &shipment.lines);
        let recorded = Box::new(shipment.clone());
        pen.record(EventData::ShipmentRecorded { shipment: recorded, operation_id, entries });
        if let Some(operation_id) = operation_id {
            held::carry(&planned.carries, shipment.id, operation_id, pen);
        }
        pen.put(shipment);
        Ok(subject)
    }
}

/// The unsettled registration of a shipment.
#[must_use]
pub fn under_way(unsettled: &[Operation], id: ShipmentId) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.task.name() == FACTS.name && operation.task.kind().subject() == Subject::Shipment(id)
    })
}

const FACTS: Facts = Facts {
    name: OperationKind::CreateShipment,
    lane: Lane::Authorization,
    repeat: Repeat::ByKey,
    needs: Needs::Order,
    opens_checkout: false,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Shipment(self.shipment_id)
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        None
    }

    fn ready(&self, _book: Book<'_>, _now: Timestamp) -> Ready {
        Ready::Send
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.remote().ok_or("the order has no id at Mollie")?;
        let (lines, tracking) = (self.lines.clone(), self.tracking.clone());
        Ok(Command::CreateShipment(RegisterShipment { order, lines, tracking }))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        // A missing list is not an empty one.
        if let Some(left_out) = snapshot.shipments_left_out() {
            return Observation::NotUnderstood(left_out);
        }
        // Mollie rejected the only call, so nothing there is ours. The counters also show where its units went.
        if sends.were_all_refused() {
            return snapshot.counter_left_out().map_or(Observation::Absent, Observation::NotUnderstood);
        }
        likeness::find(self, book, sends.sent.first, snapshot)
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        if let Some(left_out) = snapshot.shipments_left_out() {
            return Named::NotUnderstood(left_out);
        }
        let mut shipments = snapshot.shipments.iter().flatten();
        let Some(theirs) = shipments.find(|theirs| theirs.mollie_id.as_str() == named) else {
            return Named::Nothing;
        };
        let is_of = |other: &&Shipment| other.mollie_id.as_ref() == Some(&theirs.mollie_id);
        match book.shipments.iter().find(is_of) {
            Some(other) => Named::Other(format!("it is shipment {}", other.id)),
            None if has_lines(book.order, &self.lines, theirs) => {
                Named::Effect(Acceptance::Shipment(theirs.clone()))
            }
            None => Named::Other("its lines, quantities or amounts differ".to_owned()),
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let ours = Side { tracking: self.tracking.clone(), ..Side::of_lines(&self.lines) };
        let shown = seen.iter().flat_map(|snapshot| snapshot.shipments.iter().flatten());
        let is_other = |theirs: &ShipmentSnapshot| {
            let is_it = |other: &Shipment| other.mollie_id.as_ref() == Some(&theirs.mollie_id);
            book.shipments.iter().any(|other| other.id != self.shipment_id && is_it(other))
        };
        let candidates =
            shown.filter(|theirs| has_a_line(book.order, &self.lines, theirs) && !is_other(theirs));
        Comparison { ours, theirs: candidates.map(|theirs| Side::of_shipment(book.order, theirs)).collect() }
    }

    fn explains(&self, order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::Shipment(theirs) => sent && has_a_line(order, &self.lines, theirs),
            Difference::Units { pool: Pool::Shipped, line_id, .. } => {
                sent && self.lines.iter().any(|line| line.line_id == line_id)
            }
            Difference::Units {
                pool:
                    Pool::Canceled | Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving,
                ..
            }
            | Difference::Tracking(_)
            | Difference::Refund(_)
            | Difference::RefundStatus(_)
            | Difference::NewLine(_)
            | Difference::LineValues(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Its units may have been shipped elsewhere, and that may be the reason.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Acceptance::Shipment(theirs) = effect {
            end::registered(self, of, theirs, seen, pen);
        }
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>) {
        match why.rejection() {
            Some(rejection) => end::refused(self, of, &rejection, seen, pen),
            None => end::is_now(self, ShipmentState::NeedsAttention, pen),
        }
        pen.look_again(pen.now());
    }

    fn resume(&self, pen: &mut Pen<'_>) {
        end::is_now(self, ShipmentState::Recorded, pen);
    }
}
