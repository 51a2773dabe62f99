//! Finding an effect whose answer was lost, and knowing when it is certain that there is none.

use crate::rules::ids::MollieShipmentId;
use crate::rules::order::Order;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};

/// What an observation shows of a shipment whose answer was lost.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Exactly one shipment fits.
    One(&'a ShipmentSnapshot),
    /// None fits.
    None,
    /// Several fit, and nobody can tell which is ours.
    Several(Vec<MollieShipmentId>),
}

/// Looks for our shipment among those at Mollie that no shipment of ours accounts for: the same lines, quantities,
/// amounts and tracking.
pub(super) fn find<'a>(
    order: &Order,
    ours: &Shipment,
    known: &[Shipment],
    snapshot: &'a Snapshot,
) -> Found<'a> {
    let is_known = |id: &MollieShipmentId| {
        known
            .iter()
            .any(|shipment| shipment.mollie_id.as_ref() == Some(id))
    };
    let theirs = snapshot.shipments.iter().flatten();
    let fitting: Vec<_> = theirs
        .filter(|theirs| !is_known(&theirs.mollie_id) && is_same(order, ours, theirs))
        .collect();
    match fitting.as_slice() {
        [] => Found::None,
        [one] => Found::One(one),
        several => Found::Several(several.iter().map(|theirs| theirs.mollie_id.clone()).collect()),
    }
}

fn is_same(order: &Order, ours: &Shipment, theirs: &ShipmentSnapshot) -> bool {
    let code = |tracking: &Option<crate::rules::shipment::Tracking>| {
        tracking
            .as_ref()
            .map(|tracking| (tracking.carrier.clone(), tracking.code.clone()))
    };
    let has = |line: &crate::rules::shipment::ShipmentLine| {
        let id = order.line(line.line_id).and_then(|line| line.mollie_id.as_ref());
        theirs
            .lines
            .iter()
            .any(|(their_id, part)| Some(their_id) == id && *part == line.part)
    };
    ours.lines.len() == theirs.lines.len()
        && ours.lines.iter().all(has)
        && code(&ours.tracking) == code(&theirs.tracking)
}
