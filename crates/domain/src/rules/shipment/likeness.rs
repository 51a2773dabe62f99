//! Whether a shipment at Mollie could be one of ours.

use std::collections::HashSet;

use super::{Shipment, ShipmentLine, Tracking};
use crate::rules::order::Order;
use crate::rules::snapshot::ShipmentSnapshot;
use crate::rules::told::Told;

/// Whether it has just our shipment's lines, with their quantities and amounts.
#[must_use]
pub fn has_lines(order: &Order, ours: &Shipment, theirs: &ShipmentSnapshot) -> bool {
    if ours.lines.len() != theirs.lines.len() {
        return false;
    }
    let parts: HashSet<_> = theirs.lines.iter().map(|(id, part)| (id, *part)).collect();
    let has = |line: &ShipmentLine| {
        let id = order.line(line.line_id).and_then(|line| line.mollie_id.as_ref());
        id.is_some_and(|id| parts.contains(&(id, line.part)))
    };
    ours.lines.iter().all(has)
}

/// Whether both are followed under the same code of the same carrier, or neither is followed.
#[must_use]
pub fn same_tracking(ours: Option<&Tracking>, theirs: Option<&Tracking>) -> bool {
    let code = |tracking: Option<&Tracking>| {
        tracking.map(|tracking| (tracking.carrier.trim().to_owned(), tracking.code.trim().to_owned()))
    };
    code(ours) == code(theirs)
}

/// The same of a shipment as Mollie returned it. Tracking that cannot be read may be anybody's.
#[must_use]
pub fn has_tracking(ours: &Shipment, theirs: &ShipmentSnapshot) -> bool {
    match &theirs.tracking {
        Told::Said(tracking) => same_tracking(ours.tracking.as_ref(), Some(tracking)),
        Told::LeftOut => same_tracking(ours.tracking.as_ref(), None),
        Told::Unread => false,
    }
}
