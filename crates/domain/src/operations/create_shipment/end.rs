//! What a shipment's resolution changes: it is registered, or it was rejected and its units were shipped elsewhere or not.

use super::Task;
use crate::operations::operation::Operation;
use crate::operations::pen::Pen;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::rejection::{RejectedBy, Rejection};
use crate::rules::shipment::{self, Finding, Origin, Shipment, ShipmentState};
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};

/// Mollie has it. While it was undecided, no reading recorded it as somebody else's. But an earlier reading may have counted its
/// units, and then the reading that found it shows no more than is known.
pub(super) fn registered(
    task: &Task,
    of: &Operation,
    theirs: &ShipmentSnapshot,
    seen: &[Snapshot],
    pen: &mut Pen<'_>,
) {
    let Some(mut shipment) = pen.known_shipment(task.shipment_id) else { return };
    shipment.state = ShipmentState::Registered;
    shipment.mollie_id = Some(theirs.mollie_id.clone());
    shipment.registered_time = Some(theirs.created_time);
    let whole = Shipment { lines: task.lines.clone(), ..shipment.clone() };
    if let Some(concern) = concern::made_before(pen.known_shipments(), &whole) {
        pen.raise(concern);
    }
    let is_taken = pen.known_shipments().iter().any(|other| other.mollie_id == shipment.mollie_id);
    let new = match seen.first() {
        Some(snapshot) if snapshot.counter_left_out().is_none() => {
            ledger::not_counted(pen.order(), snapshot, Pool::Shipped, &whole.lines)
        }
        None if !is_taken => whole.lines.clone(),
        Some(_) | None => shipment::newly_shipped(pen.order(), pen.known_shipments(), &whole),
    };
    let freed = ledger::ours(Pool::Shipped, Stage::Freed, &whole.lines);
    let entries = freed.into_iter().chain(ledger::ours(Pool::Shipped, Stage::Settled, &new)).collect();
    pen.record(EventData::ShipmentRegistered {
        shipment_id: shipment.id,
        operation_id: of.id,
        mollie_id: theirs.mollie_id.clone(),
        registered_time: theirs.created_time,
        entries,
    });
    for along in carried(task, pen) {
        pen.record(EventData::ShipmentRegistered {
            shipment_id: along.id,
            operation_id: of.id,
            mollie_id: theirs.mollie_id.clone(),
            registered_time: theirs.created_time,
            entries: Vec::new(),
        });
        let (state, mollie_id) = (ShipmentState::Registered, Some(theirs.mollie_id.clone()));
        pen.put(Shipment { state, mollie_id, registered_time: Some(theirs.created_time), ..along });
    }
    pen.put(shipment);
}

/// The parcels that go along with it.
fn carried(task: &Task, pen: &Pen<'_>) -> Vec<Shipment> {
    task.carries.iter().filter_map(|id| pen.known_shipment(*id)).collect()
}

/// Mollie rejected it, or an operator says that it does not exist. No review item is raised if its units were shipped elsewhere
/// (nothing is lost) or if a person has just decided.
pub(super) fn refused(
    task: &Task,
    of: &Operation,
    rejection: &Rejection,
    seen: &[Snapshot],
    pen: &mut Pen<'_>,
) {
    let Some(mut shipment) = pen.known_shipment(task.shipment_id) else { return };
    let mut found = Finding::default();
    if let Some(snapshot) = seen.first() {
        pen.observe(snapshot);
        let known = pen.known_shipments();
        let is_old = |one: &&Shipment| one.origin == Origin::Elsewhere && one.sequence <= of.turn;
        let old = known.iter().filter(is_old).filter_map(|one| one.mollie_id.clone()).collect();
        let whole = Shipment { lines: task.lines.clone(), ..shipment.clone() };
        found = shipment::look_elsewhere(pen.order(), &whole, known, &old, snapshot);
    }
    shipment.state = ShipmentState::Refused;
    shipment.rejection = Some(rejection.clone());
    shipment.elsewhere = if found.is_all { found.shipments } else { Vec::new() };
    pen.record(EventData::ShipmentRefused {
        shipment_id: shipment.id,
        operation_id: Some(of.id),
        entries: ledger::ours(Pool::Shipped, Stage::Freed, &task.lines),
        rejection: rejection.clone(),
        elsewhere: shipment.elsewhere.clone(),
    });
    if !found.is_all && rejection.by != RejectedBy::Operator {
        let along = carried(task, pen);
        pen.raise(concern::shipment_refused(of.id, &shipment, &along, rejection, &found.text));
    }
    for along in carried(task, pen) {
        pen.record(EventData::ShipmentRefused {
            shipment_id: along.id,
            operation_id: Some(of.id),
            entries: Vec::new(),
            rejection: rejection.clone(),
            elsewhere: shipment.elsewhere.clone(),
        });
        let (state, elsewhere) = (ShipmentState::Refused, shipment.elsewhere.clone());
        pen.put(Shipment { state, rejection: Some(rejection.clone()), elsewhere, ..along });
    }
    pen.put(shipment);
}

/// It now waits for an operator, or no longer does.
pub(super) fn is_now(task: &Task, state: ShipmentState, pen: &mut Pen<'_>) {
    let own = pen.known_shipment(task.shipment_id);
    for shipment in own.into_iter().chain(carried(task, pen)) {
        pen.put(Shipment { state, ..shipment });
    }
}
