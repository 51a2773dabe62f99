//! Shipping what nobody has to pack: unasked, if the order's profile wants that. What a parcel of it has is decided before
//! (`rules/auto_ship.rs`).

use super::held;
use crate::operations::pen::Pen;
use crate::rules::event::EventData;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::policy_notice::{AutoShipSubject, PolicyNotice};
use crate::rules::shipment::ShipmentLine;

/// Records a parcel of these lines alone, and tells people.
pub fn auto_ship(pen: &mut Pen<'_>, parts: Vec<ShipmentLine>) {
    let lines = parts.iter().map(|part| part.line_id).collect();
    let shipment = pen.new_shipment(parts, None);
    let operation_id = held::set_to_work(&shipment, &[], pen);
    let subject = AutoShipSubject::Ships { operation_id, shipment_id: shipment.id };
    pen.tell_policy(PolicyNotice::AutoShip { lines, subject });
    let entries = ledger::ours(Pool::Shipped, Stage::Reserved, &shipment.lines);
    let recorded = Box::new(shipment.clone());
    pen.record(EventData::ShipmentRecorded { shipment: recorded, operation_id: Some(operation_id), entries });
    pen.put(shipment);
}
