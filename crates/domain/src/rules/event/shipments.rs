//! What events of shipments do to the order: which parcels it holds, and of which captures it awaits news.

use crate::rules::ids::ShipmentId;
use crate::rules::order::Order;
use crate::rules::part::Part;
use crate::rules::shipment::{Capture, HeldParcel, Shipment};

impl Order {
    /// Keeps a parcel in mind that waits for others.
    pub(super) fn hold(&mut self, shipment: &Shipment) {
        let held = HeldParcel { shipment_id: shipment.id, lines: shipment.lines.clone() };
        self.held.extend(shipment.held.is_some().then_some(held));
    }

    /// Follows the capture of a shipment, if it is to bring money.
    pub(super) fn expect_capture(&mut self, id: ShipmentId, parts: impl Iterator<Item = Part>) {
        let minor = parts.fold(0_i64, |sum, part| sum.saturating_add(part.amount.minor()));
        self.open_captures.extend((minor > 0 && self.captures_by_shipment()).then_some(id));
    }

    /// Mollie tells what has become of a capture.
    pub(super) fn follow_capture(&mut self, id: ShipmentId, capture: &Capture) {
        self.open_captures.retain(|other| *other != id);
        self.open_captures.extend(capture.is_open().then_some(id));
        self.lost_captures.retain(|(other, _)| *other != id);
        self.lost_captures.extend(capture.is_lost().then_some((id, capture.amount)));
    }
}
