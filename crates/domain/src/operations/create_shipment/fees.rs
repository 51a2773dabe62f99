//! What is left when no more goods are to leave. Fees are registered without goods, or their money would never be captured; of what
//! stays open all the same a person is told.

use super::held;
use crate::operations::facts::Lane;
use crate::operations::pen::Pen;
use crate::rules::cause::Unasked;
use crate::rules::companion::{self, Companions};
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::shipment::{self, Shipment, is_shippable};

/// After a reading, once nothing is under way that could free goods: no shipment or cancellation, and no refund of goods that have not
/// left.
pub fn finish(pen: &mut Pen<'_>) {
    if !pen.is_lane_at_rest(Lane::Authorization) || shipment::is_refunded_early(pen.order()) {
        return;
    }
    pen.close(companion::no_longer_open(pen.order()), "nothing of it is left, or more goods are to leave");
    if !is_shippable(pen.order()) {
        return;
    }
    if pen.policy().companions == Companions::Join {
        pen.unasked(Unasked::Fees, register_alone);
    }
    let order = pen.order();
    let open: Vec<_> = companion::left_open(order).map(|line| concern::line_left_open(order, line)).collect();
    pen.tell_anew(open.clone());
    open.into_iter().for_each(|concern| pen.raise(concern));
}

fn register_alone(pen: &mut Pen<'_>) {
    // What Mollie refused once waits for a person.
    let was_refused = |parcel: &Shipment| parcel.is_without_goods() && parcel.rejection.is_some();
    let lines = companion::without_goods(pen.order());
    if lines.is_empty() || pen.shipments().iter().any(was_refused) {
        return;
    }
    let companions = lines.iter().map(|line| line.line_id).collect();
    let shipment = Shipment { companions, ..pen.new_shipment(lines, None) };
    let operation_id = Some(held::set_to_work(&shipment, &[], pen));
    let entries = ledger::ours(Pool::Shipped, Stage::Reserved, &shipment.lines);
    pen.record(EventData::ShipmentRecorded { shipment: Box::new(shipment.clone()), operation_id, entries });
    pen.put(shipment);
}
