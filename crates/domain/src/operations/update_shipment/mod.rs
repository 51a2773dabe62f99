//! Changing the tracking of a shipment. It moves no money and sets a value, so it may be sent again at any time. If Mollie does
//! not have the shipment yet, the change waits for its registration.

mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::Task;

use super::create_shipment;
use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, TrackShipment};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::field::Field;
use crate::rules::ids::{MollieShipmentId, ShipmentId};
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::{Shipment, ShipmentState, Tracking};
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};
use crate::rules::subject::Subject;

/// A request to replace a shipment's tracking.
#[derive(Clone, Debug)]
pub struct Track {
    pub shipment_id: ShipmentId,
    pub tracking: Tracking,
}

impl Request for Track {
    fn needs(&self) -> Needs {
        Needs::Shipments
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        pen.unblocked(FACTS.lane)?;
        let Some(shipment) = pen.known_shipment(self.shipment_id) else {
            return Err(RequestError::Blocked(refusal(format!(
                "The order has no shipment {}.",
                self.shipment_id
            ))));
        };
        if shipment.state != ShipmentState::Refused
            && (shipment.held.is_some() || shipment.carried_by.is_some())
        {
            return Ok(keep_here(shipment, self.tracking.clone(), pen));
        }
        let before = match shipment.state {
            ShipmentState::Registered => None,
            ShipmentState::Recorded | ShipmentState::NeedsAttention => {
                create_shipment::under_way(pen.unsettled(), shipment.id).map(|registration| registration.id)
            }
            ShipmentState::Refused => {
                let text = format!("Shipment {} was refused: it has no parcel to track.", shipment.id);
                return Err(RequestError::Blocked(refusal(text)));
            }
        };
        let (shipment_id, tracking) = (self.shipment_id, self.tracking.clone());
        let task = Task { shipment_id, tracking: tracking.clone() };
        let operation_id = pen.set_to_work_after(before, task);
        pen.record(EventData::ShipmentUpdateRecorded {
            shipment_id,
            operation_id,
            tracking: tracking.clone(),
        });
        pen.put(Shipment { pending_tracking: Some(tracking), ..shipment });
        Ok(Subject::Shipment(shipment_id))
    }
}

/// Of several parcels in one shipment Mollie has the tracking of one; that of the others stays here.
fn keep_here(shipment: Shipment, tracking: Tracking, pen: &mut Pen<'_>) -> Subject {
    let (shipment_id, tracking) = (shipment.id, Some(tracking));
    pen.record(EventData::ShipmentUpdated { shipment_id, operation_id: None, tracking: tracking.clone() });
    pen.put(Shipment { tracking, ..shipment });
    Subject::Shipment(shipment_id)
}

fn refusal(text: String) -> FailedPrecondition {
    FailedPrecondition::of_order(PreconditionReason::ShipmentRefused, text)
}

const FACTS: Facts = Facts {
    name: OperationKind::UpdateShipment,
    lane: Lane::Terms,
    repeat: Repeat::ByValue,
    needs: Needs::Shipments,
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
        let order = book.order.mollie_id.clone().ok_or("the order has no id at Mollie")?;
        let shipment = self.mollie_id(book).cloned().ok_or("the shipment has no id at Mollie")?;
        Ok(Command::UpdateShipment(TrackShipment { order, shipment, tracking: self.tracking.clone() }))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let (Some(snapshot), Some(id)) = (seen.first(), self.mollie_id(book)) else {
            return Observation::Absent;
        };
        if let Some(left_out) = snapshot.shipments_left_out() {
            return Observation::NotUnderstood(left_out);
        }
        let Some(theirs) = snapshot.shipments.iter().flatten().find(|theirs| theirs.mollie_id == *id) else {
            return Observation::NotUnderstood(Misread::from(
                format!("it does not list shipment {id}").as_str(),
            ));
        };
        match &theirs.tracking {
            Field::Value(tracking) if *tracking == self.tracking => {
                Observation::Found(Acceptance::Shipment(theirs.clone()))
            }
            Field::Value(_) | Field::LeftOut => Observation::Absent,
            Field::Unreadable => Observation::NotUnderstood(Misread::left_out("tracking")),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        if self.mollie_id(book).is_none_or(|id| id.as_str() != named) {
            return Named::Other("it is not the id of the shipment".to_owned());
        }
        let is_named = |theirs: &&ShipmentSnapshot| theirs.mollie_id.as_str() == named;
        match seen.first().and_then(|snapshot| snapshot.shipments.iter().flatten().find(is_named)) {
            None => Named::Nothing,
            Some(theirs) => match &theirs.tracking {
                Field::Value(tracking) if *tracking == self.tracking => {
                    Named::Effect(Acceptance::Shipment(theirs.clone()))
                }
                Field::Value(_) | Field::LeftOut => Named::Other("its tracking is different".to_owned()),
                Field::Unreadable => Named::NotUnderstood(Misread::left_out("tracking")),
            },
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let id = self.mollie_id(book);
        let mollie_id = id.map(ToString::to_string);
        let ours = Side { mollie_id, tracking: Some(self.tracking.clone()), ..Side::default() };
        let shown = seen.iter().flat_map(|snapshot| snapshot.shipments.iter().flatten());
        let theirs = shown.filter(|theirs| id == Some(&theirs.mollie_id));
        Comparison { ours, theirs: theirs.map(|theirs| Side::of_shipment(book.order, theirs)).collect() }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::Tracking(id) => sent && id == self.shipment_id,
            Difference::Shipment(_)
            | Difference::Units { .. }
            | Difference::Refund(_)
            | Difference::RefundStatus(_)
            | Difference::NewLine(_)
            | Difference::LineValues(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Mollie may reject it because of the effect of an earlier call.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    /// Mollie's answer shows what it has recorded.
    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let reported = match effect {
            Acceptance::Shipment(theirs) => theirs.tracking.value().cloned(),
            Acceptance::Order(_) | Acceptance::Refund(_) | Acceptance::Payment(_) | Acceptance::Nothing => {
                None
            }
        };
        let tracking = Some(reported.unwrap_or_else(|| self.tracking.clone()));
        pen.record(EventData::ShipmentUpdated {
            shipment_id: self.shipment_id,
            operation_id: Some(of.id),
            tracking: tracking.clone(),
        });
        self.put(pen, |shipment| Shipment { tracking, ..shipment });
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let Some(rejection) = why.rejection() else { return };
        let (shipment_id, operation_id) = (self.shipment_id, of.id);
        pen.record(EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection });
        self.put(pen, |shipment| shipment);
        // While it was undecided, no reading changed the tracking, and a closed order is not looked up on schedule.
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    fn mollie_id<'a>(&self, book: Book<'a>) -> Option<&'a MollieShipmentId> {
        let ours = book.shipments.iter().find(|shipment| shipment.id == self.shipment_id)?;
        ours.mollie_id.as_ref()
    }

    /// Saves the shipment. Changes requested later are still to come.
    fn put(&self, pen: &mut Pen<'_>, change: impl FnOnce(Shipment) -> Shipment) {
        if let Some(shipment) = pen.known_shipment(self.shipment_id) {
            let pending_tracking =
                shipment.pending_tracking.clone().filter(|pending| *pending != self.tracking);
            pen.put(Shipment { pending_tracking, ..change(shipment) });
        }
    }
}
