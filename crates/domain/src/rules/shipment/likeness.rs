//! Whether a shipment at Mollie could be one of ours.

use std::collections::HashSet;

use super::{ShipmentLine, Tracking};
use crate::rules::field::Field;
use crate::rules::order::Order;
use crate::rules::snapshot::ShipmentSnapshot;

/// Whether it has exactly these lines of ours, with their quantities and amounts.
#[must_use]
pub fn has_lines(order: &Order, ours: &[ShipmentLine], theirs: &ShipmentSnapshot) -> bool {
    if ours.len() != theirs.lines.len() {
        return false;
    }
    let parts: HashSet<_> = theirs.lines.iter().map(|(id, part)| (id, *part)).collect();
    let has = |line: &ShipmentLine| {
        let id = order.line(line.line_id).and_then(|line| line.mollie_id.as_ref());
        id.is_some_and(|id| parts.contains(&(id, line.part)))
    };
    ours.iter().all(has)
}

/// Whether it holds any of these lines. If it holds none, it is not ours.
#[must_use]
pub fn has_a_line(order: &Order, ours: &[ShipmentLine], theirs: &ShipmentSnapshot) -> bool {
    let ids: HashSet<_> = theirs.lines.iter().map(|(id, _)| id).collect();
    let mut lines = ours.iter().filter_map(|line| order.line(line.line_id)?.mollie_id.as_ref());
    lines.any(|id| ids.contains(id))
}

/// Whether both have the same code of the same carrier, or neither has tracking.
#[must_use]
pub fn same_tracking(ours: Option<&Tracking>, theirs: Option<&Tracking>) -> bool {
    let code = |tracking: Option<&Tracking>| {
        tracking.map(|tracking| (tracking.carrier.trim().to_owned(), tracking.code.trim().to_owned()))
    };
    code(ours) == code(theirs)
}

/// The same for a shipment as Mollie returned it. Tracking that cannot be read matches none.
#[must_use]
pub fn has_tracking(ours: Option<&Tracking>, theirs: &ShipmentSnapshot) -> bool {
    match &theirs.tracking {
        Field::Value(tracking) => same_tracking(ours, Some(tracking)),
        Field::LeftOut => same_tracking(ours, None),
        Field::Unreadable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro, placed};
    use crate::rules::ids::{LineId, MollieShipmentId};
    use crate::rules::part::Part;
    use crate::rules::status::{LineStatus, OrderStatus};

    #[test]
    fn a_shipment_without_a_line_of_ours_is_not_ours() {
        let order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        let part = Part { quantity: 1, amount: euro("1.00") };
        let of = |id: u32| ShipmentLine { line_id: LineId::new(id), part };
        let theirs = ShipmentSnapshot {
            mollie_id: MollieShipmentId::new("shp_a"),
            created_time: at(2),
            tracking: Field::LeftOut,
            lines: vec![(order.lines[1].mollie_id.clone().unwrap(), part)],
        };
        assert!(has_a_line(&order, &[of(1), of(2)], &theirs));
        assert!(!has_a_line(&order, &[of(1)], &theirs));
        assert!(!has_a_line(&order, &[], &theirs));
    }

    #[test]
    fn tracking_that_cannot_be_read_matches_none() {
        let theirs = ShipmentSnapshot {
            mollie_id: MollieShipmentId::new("shp_a"),
            created_time: at(2),
            tracking: Field::Unreadable,
            lines: Vec::new(),
        };
        assert!(!has_tracking(None, &theirs));
    }
}
