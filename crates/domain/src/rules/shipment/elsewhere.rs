//! What a reading shows of a shipment that Mollie rejected: whether its units were shipped elsewhere, such as in the dashboard,
//! so that nothing is lost; or where else they went.

use std::collections::BTreeSet;

use super::{Origin, Shipment, ShipmentLine, ShipmentState};
use crate::rules::ids::{LineId, MollieLineId, MollieShipmentId};
use crate::rules::order::Order;
use crate::rules::part::Part;
use crate::rules::snapshot::{LineSnapshot, ShipmentSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};

/// What was found of a rejected shipment's units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The shipments at Mollie that are not ours, were found after ours was recorded, and hold units of its lines.
    pub shipments: Vec<MollieShipmentId>,
    /// Whether they hold every unit of it, which explains the rejection.
    pub is_all: bool,
    /// What was found, in words.
    pub text: String,
}

/// Looks for the units of `ours`. `known`: the order's shipments; `old`: shipments made elsewhere that were known when ours was
/// recorded, so that their units were not available to it.
#[must_use]
pub fn look_elsewhere(
    order: &Order,
    ours: &Shipment,
    known: &[Shipment],
    old: &BTreeSet<MollieShipmentId>,
    snapshot: &Snapshot,
) -> Finding {
    let new: Vec<_> = snapshot.shipments.iter().flatten().filter(|it| is_new(it, known, old)).collect();
    let line_ids: Vec<_> = ours.lines.iter().filter_map(|line| mollie_line(order, line.line_id)).collect();
    let shares = |it: &&&ShipmentSnapshot| it.lines.iter().any(|(id, _)| line_ids.contains(&id));
    let shipments: Vec<_> = new.iter().filter(shares).map(|it| it.mollie_id.clone()).collect();
    let explained = explained(known, ours, &shipments);
    let units = |line: &ShipmentLine| Units {
        asked: line.part.quantity,
        elsewhere: units_in(order, &new, line.line_id).saturating_sub(units_of(&explained, line.line_id)),
        room: room(order, snapshot, line.line_id),
    };
    let lines: Vec<_> = ours.lines.iter().map(|line| (line.line_id, units(line))).collect();
    let is_all = lines.iter().all(|(_, units)| units.elsewhere >= units.asked)
        && lines.iter().any(|(_, units)| units.room < units.asked);
    let text = reported(&lines, &shipments, snapshot);
    Finding { shipments, is_all, text }
}

/// Units of one line.
struct Units {
    asked: u32,
    /// Shipped elsewhere since.
    elsewhere: u32,
    /// Not shipped and not canceled at Mollie.
    room: u32,
}

fn is_new(theirs: &ShipmentSnapshot, known: &[Shipment], old: &BTreeSet<MollieShipmentId>) -> bool {
    let is_ours = |shipment: &Shipment| {
        shipment.origin == Origin::Here && shipment.mollie_id.as_ref() == Some(&theirs.mollie_id)
    };
    !old.contains(&theirs.mollie_id) && !known.iter().any(is_ours)
}

/// What other rejected shipments of ours account for: a parcel made elsewhere matches at most one of ours.
fn explained<'a>(
    known: &'a [Shipment],
    ours: &Shipment,
    found: &[MollieShipmentId],
) -> Vec<&'a ShipmentLine> {
    let others = known.iter().filter(|other| {
        other.id != ours.id
            && other.state == ShipmentState::Refused
            && other.elsewhere.iter().any(|id| found.contains(id))
    });
    others.flat_map(|other| &other.lines).collect()
}

fn units_of(lines: &[&ShipmentLine], id: LineId) -> u32 {
    let own = lines.iter().filter(|line| line.line_id == id).map(|line| line.part.quantity);
    own.fold(0, u32::saturating_add)
}

fn mollie_line(order: &Order, id: LineId) -> Option<&MollieLineId> {
    order.line(id).and_then(|line| line.mollie_id.as_ref())
}

fn units_in(order: &Order, shipments: &[&ShipmentSnapshot], id: LineId) -> u32 {
    let line = mollie_line(order, id);
    let parts = shipments.iter().flat_map(|shipment| &shipment.lines);
    parts.filter(|(id, _)| Some(id) == line).map(|(_, part)| part.quantity).fold(0, u32::saturating_add)
}

fn room(order: &Order, snapshot: &Snapshot, id: LineId) -> u32 {
    let line = mollie_line(order, id);
    // An answer that leaves counters out is not judged.
    let units = |counter: Option<Part>| counter.map_or(0, |part| part.quantity);
    let left = |line: &LineSnapshot| {
        line.quantity.saturating_sub(units(line.shipped)).saturating_sub(units(line.canceled))
    };
    snapshot.lines.iter().find(|theirs| Some(&theirs.mollie_id) == line).map_or(0, left)
}

fn reported(lines: &[(LineId, Units)], shipments: &[MollieShipmentId], snapshot: &Snapshot) -> String {
    let status = match &snapshot.status {
        Some(Read::Known(status)) => OrderStatus::as_str(*status),
        Some(Read::Unknown(word)) => word,
        None => "in a status that Mollie does not report",
    };
    let ids = shipments.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let elsewhere = if ids.is_empty() { "no shipment made elsewhere".to_owned() } else { ids };
    let line = |(id, units): &(LineId, Units)| {
        let Units { asked, elsewhere, room } = units;
        format!("of line {id}, {asked} requested, {elsewhere} shipped elsewhere, {room} left to ship")
    };
    let lines = lines.iter().map(line).collect::<Vec<_>>().join("; ");
    format!("Found at Mollie: the order is {status}; {elsewhere}; {lines}.")
}

#[cfg(test)]
mod tests;
