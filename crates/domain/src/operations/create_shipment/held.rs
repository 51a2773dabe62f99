//! Held parcels: they go along with the one that makes their sum fit, and are given up when their order is over.

use super::Task;
use crate::operations::facts::Lane;
use crate::operations::pen::Pen;
use crate::rules::cause::Unasked;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ids::{OperationId, ShipmentId};
use crate::rules::item::Concern;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;
use crate::rules::shipment::{self, Carried, Fitting, HeldParcel, Shipment, ShipmentState, together};

const OVER: &str = "the order was over while it waited for other parcels";
const OVERTAKEN: &str = "its units went elsewhere while it waited for other parcels";
const LEFT_ALONE: &str = "what it waited for went elsewhere, and its sum can never be captured";

/// Sets the registration of a parcel and of those that go along with it to work.
pub(super) fn set_to_work(shipment: &Shipment, carries: &[Carried], pen: &mut Pen<'_>) -> OperationId {
    let along = carries.iter().flat_map(|carried| &carried.kept);
    let task = Task {
        shipment_id: shipment.id,
        lines: together(shipment.lines.iter().chain(along)),
        carries: carries.iter().map(|carried| carried.shipment_id).collect(),
        tracking: shipment.tracking.clone(),
    };
    pen.set_to_work(task, None)
}

/// Records that held parcels go along with a shipment.
pub(super) fn carry(carries: &[Carried], by: ShipmentId, operation_id: OperationId, pen: &mut Pen<'_>) {
    for Carried { shipment_id, kept, freed } in carries {
        let Some(parcel) = pen.known_shipment(*shipment_id) else { continue };
        pen.record(EventData::ShipmentCarried {
            shipment_id: parcel.id,
            carried_by: by,
            operation_id,
            entries: ledger::ours(Pool::Shipped, Stage::Freed, freed),
        });
        let is_kept = |id: &_| kept.iter().any(|line| line.line_id == *id);
        let companions = parcel.companions.iter().copied().filter(is_kept).collect();
        pen.put(Shipment { held: None, carried_by: Some(by), lines: kept.clone(), companions, ..parcel });
    }
}

/// After a reading: held parcels are refused if their order is over or their units have gone elsewhere, and go if they fit now.
pub fn review(pen: &mut Pen<'_>) {
    if pen.order().held.is_empty() {
        return;
    }
    match shipment::is_over(pen.order()) {
        true => refuse(pen.order().held.clone(), Rejection::of_ours(OVER), concern::late_parcel, pen),
        false => {
            let gone = shipment::overtaken(pen.order());
            let tell: Tell = |_, parcel, _| concern::overtaken_parcel(parcel);
            refuse(gone, Rejection::of_ours_overtaken(OVERTAKEN), tell, pen);
        }
    }
    if !pen.is_lane_at_rest(Lane::Authorization) {
        return;
    }
    pen.unasked(Unasked::HeldParcels, go_if_they_fit);
    if shipment::is_shippable(pen.order()) && shipment::keep_possible(pen.order()).is_err() {
        let all = pen.order().held.clone();
        refuse(all, Rejection::of_ours_overtaken(LEFT_ALONE), concern::parcel_left_alone, pen);
    }
}

/// Tells a person of a parcel, with what nobody pays of it.
type Tell = fn(&Order, &Shipment, Money) -> Concern;

fn refuse(parcels: Vec<HeldParcel>, rejection: Rejection, tell: Tell, pen: &mut Pen<'_>) {
    for parcel in parcels {
        refuse_one(&parcel, rejection.clone(), tell, pen);
    }
}

fn refuse_one(parcel: &HeldParcel, rejection: Rejection, tell: Tell, pen: &mut Pen<'_>) {
    let Some(ours) = pen.known_shipment(parcel.shipment_id) else { return };
    let unpaid = shipment::unpaid(pen.order(), &pen.shipments(), &ours.lines);
    pen.record(EventData::ShipmentRefused {
        shipment_id: ours.id,
        operation_id: None,
        entries: ledger::ours(Pool::Shipped, Stage::Freed, &ours.lines),
        rejection: rejection.clone(),
        elsewhere: Vec::new(),
    });
    pen.raise(tell(pen.order(), &ours, unpaid));
    pen.put(Shipment { state: ShipmentState::Refused, held: None, rejection: Some(rejection), ..ours });
}

/// The last of the held parcels takes the others along.
fn go_if_they_fit(pen: &mut Pen<'_>) {
    let Some(fitting) = shipment::fitting(pen.order()) else { return };
    let Some(parcel) = pen.known_shipment(fitting.last) else { return };
    let Fitting { lines, companions, reserved, freed, others, .. } = fitting;
    let parcel = Shipment { lines, companions, held: None, ..parcel };
    let operation_id = set_to_work(&parcel, &others, pen);
    let freed = ledger::ours(Pool::Shipped, Stage::Freed, &freed);
    let reserved = ledger::ours(Pool::Shipped, Stage::Reserved, &reserved);
    pen.record(EventData::ShipmentCarried {
        shipment_id: parcel.id,
        carried_by: parcel.id,
        operation_id,
        entries: freed.into_iter().chain(reserved).collect(),
    });
    carry(&others, parcel.id, operation_id, pen);
    pen.put(parcel);
}
