//! What parcels say of money that is not captured: whose goods left without being registered, and whose captures are still to come. It may
//! not count a unit twice: who asks takes no more than is open.

use crate::rules::ids::LineId;
use crate::rules::item::{Item, ItemKind};
use crate::rules::order::Order;
use crate::rules::part::Part;
use crate::rules::shipment::{Shipment, ShipmentState, at_mollie};

/// Whether a person must decide what became of it at Mollie.
pub fn needs_attention(shipment: &Shipment) -> bool {
    shipment.state == ShipmentState::NeedsAttention
}

/// Whether its goods left, and it was refused: nothing captures them. If they were shipped elsewhere, nothing is lost.
pub fn is_rejected(shipment: &Shipment) -> bool {
    shipment.state == ShipmentState::Refused && shipment.elsewhere.is_empty()
}

/// The units of a line in rejected parcels. The remedy is to ship them again, so later parcels of the line count as theirs, once nobody is
/// asked to look at the rejected ones any more; before that, the other way round: it is not said that the later ones hold the same goods.
pub fn rejected(order: &Order, shipments: &[Shipment], line: LineId) -> Part {
    let is_asked = order.items.iter().any(|item| item.kind == ItemKind::ShipmentRefused && item.is_open());
    let mut by_time: Vec<_> = shipments.iter().collect();
    by_time.sort_by_key(|shipment| shipment.sequence);
    let none = Part::none(order.terms.amount);
    by_time.into_iter().fold(none, |sum, shipment| {
        let lines = shipment.lines.iter().filter(|part| part.line_id == line);
        let part = lines.fold(none, |sum, line| sum.and(line.part));
        match shipment.state {
            ShipmentState::Refused if is_rejected(shipment) => sum.and(part),
            ShipmentState::Refused => sum,
            ShipmentState::Recorded | ShipmentState::Registered | ShipmentState::NeedsAttention => {
                match (is_asked, part.quantity >= sum.quantity) {
                    (true, _) => sum,
                    (false, true) => none,
                    (false, false) => sum.without(part),
                }
            }
        }
    })
}

/// What the captures are worth that are still to come. As long as Mollie lists none, what the parcel is worth.
pub fn pending(order: &Order, shipments: &[Shipment]) -> i64 {
    let whole = at_mollie(shipments);
    let is_open = |shipment: &&Shipment| order.open_captures.contains(&shipment.id);
    let worth = |shipment: &Shipment| match &shipment.capture {
        Some(capture) => capture.amount.minor(),
        None => sum(shipment.lines.iter().map(|line| line.part.amount.minor())),
    };
    sum(whole.iter().filter(is_open).map(worth))
}

/// What the captures were to be that failed or never came, as long as no person has dealt with them.
pub fn lost(order: &Order) -> i64 {
    let is_dealt_with = |id: &str| {
        let is_its = |item: &&Item| item.kind == ItemKind::CaptureLost && item.subject == id;
        order.items.iter().filter(is_its).any(|item| !item.is_open())
    };
    let lost = order.lost_captures.iter().filter(|(id, _)| !is_dealt_with(&id.to_string()));
    sum(lost.map(|(_, amount)| amount.minor()))
}

/// Saturates: Mollie bounds the amounts of an order.
fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}
