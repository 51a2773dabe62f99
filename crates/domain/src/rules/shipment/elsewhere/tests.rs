//! When a rejected shipment is found elsewhere, and when money may be lost.

use uuid::Uuid;

use super::*;
use crate::rules::field::Field;
use crate::rules::fixtures::{at, euro, placed, snapshot};
use crate::rules::ids::ShipmentId;
use crate::rules::status::LineStatus;

/// Units of lines 1 and 2, of which the order has two and one.
fn ours(parts: &[(u32, u32)]) -> Shipment {
    let line = |(id, quantity): &(u32, u32)| ShipmentLine {
        line_id: LineId::new(*id),
        part: Part { quantity: *quantity, amount: euro("1.00") },
    };
    Shipment {
        id: ShipmentId::new(Uuid::from_u128(9)),
        order_id: order().id,
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        sequence: 2,
        mollie_id: None,
        lines: parts.iter().map(line).collect(),
        tracking: None,
        first_tracking: None,
        pending_tracking: None,
        created_time: at(3),
        registered_time: None,
        capture: None,
        rejection: None,
        held: None,
        carried_by: None,
        elsewhere: Vec::new(),
        companions: Vec::new(),
        shares: Vec::new(),
    }
}

fn order() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

/// The order as Mollie shows it with these shipments.
fn with(shipments: &[(&str, u32, u32)]) -> Snapshot {
    let mut seen = snapshot(OrderStatus::Shipping, LineStatus::Shipping);
    let shipment = |(id, line, quantity): &(&str, u32, u32)| {
        let part = Part { quantity: *quantity, amount: euro("1.00") };
        let line = seen.lines[usize::try_from(line - 1).unwrap()].mollie_id.clone();
        ShipmentSnapshot {
            mollie_id: MollieShipmentId::new(*id),
            created_time: at(2),
            tracking: Field::LeftOut,
            lines: vec![(line, part)],
        }
    };
    let made: Vec<_> = shipments.iter().map(shipment).collect();
    for (_, line, quantity) in shipments {
        let counter = &mut seen.lines[usize::try_from(line - 1).unwrap()].shipped;
        counter.as_mut().unwrap().quantity += quantity;
    }
    seen.shipments = Some(made);
    seen
}

fn found(ours: &Shipment, known: &[Shipment], old: &[&str], seen: &Snapshot) -> (String, bool) {
    let old = old.iter().map(|id| MollieShipmentId::new(*id)).collect();
    let finding = look_elsewhere(&order(), ours, known, &old, seen);
    (finding.shipments.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), finding.is_all)
}

#[test]
fn units_found_in_one_or_several_parcels_made_elsewhere_are_all_found() {
    assert_eq!(found(&ours(&[(1, 2)]), &[], &[], &with(&[("shp_a", 1, 2)])), ("shp_a".into(), true));
    let two = with(&[("shp_a", 1, 1), ("shp_b", 1, 1), ("shp_c", 2, 1)]);
    assert_eq!(found(&ours(&[(1, 2)]), &[], &[], &two), ("shp_a shp_b".into(), true));
    assert_eq!(found(&ours(&[(1, 1), (2, 1)]), &[], &[], &two), ("shp_a shp_b shp_c".into(), true));
}

#[test]
fn finding_a_part_elsewhere_is_not_finding_all() {
    let one = with(&[("shp_a", 1, 1)]);
    assert_eq!(found(&ours(&[(1, 2)]), &[], &[], &one), ("shp_a".into(), false));
    assert_eq!(found(&ours(&[(1, 1), (2, 1)]), &[], &[], &one), ("shp_a".into(), false));
}

#[test]
fn a_rejection_that_the_units_do_not_explain_stays_unexplained() {
    assert_eq!(found(&ours(&[(1, 1)]), &[], &[], &with(&[("shp_a", 1, 1)])), ("shp_a".into(), false));
    assert_eq!(found(&ours(&[(1, 1)]), &[], &[], &with(&[])), (String::new(), false));
}

#[test]
fn neither_our_shipments_nor_those_known_before_count_as_made_elsewhere() {
    let both = with(&[("shp_a", 1, 1), ("shp_b", 1, 1)]);
    assert_eq!(found(&ours(&[(1, 1)]), &[], &["shp_a", "shp_b"], &both), (String::new(), false));
    let registered = Shipment {
        id: ShipmentId::new(Uuid::from_u128(8)),
        mollie_id: Some(MollieShipmentId::new("shp_a")),
        state: ShipmentState::Registered,
        ..ours(&[(1, 1)])
    };
    assert_eq!(found(&ours(&[(1, 1)]), &[registered], &[], &both), ("shp_b".into(), true));
}

#[test]
fn one_parcel_made_elsewhere_accounts_for_one_of_ours() {
    let earlier = Shipment {
        id: ShipmentId::new(Uuid::from_u128(8)),
        state: ShipmentState::Refused,
        elsewhere: vec![MollieShipmentId::new("shp_a")],
        ..ours(&[(1, 1)])
    };
    let one = with(&[("shp_a", 1, 1)]);
    let mut gone = one.clone();
    gone.lines[0].canceled.as_mut().unwrap().quantity = 1;
    assert_eq!(found(&ours(&[(1, 1)]), std::slice::from_ref(&earlier), &[], &gone), ("shp_a".into(), false));
    let two = with(&[("shp_a", 1, 2)]);
    assert_eq!(found(&ours(&[(1, 1)]), &[earlier], &[], &two), ("shp_a".into(), true));
}

#[test]
fn only_rejected_shipments_with_parcels_of_their_own_account_for_one() {
    let earlier = Shipment {
        id: ShipmentId::new(Uuid::from_u128(8)),
        state: ShipmentState::Registered,
        elsewhere: vec![MollieShipmentId::new("shp_a")],
        ..ours(&[(1, 1)])
    };
    let mut one = with(&[("shp_a", 1, 1)]);
    one.lines[0].canceled.as_mut().unwrap().quantity = 1;
    let alone = found(&ours(&[(1, 1)]), &[], &[], &one);
    assert_eq!(found(&ours(&[(1, 1)]), std::slice::from_ref(&earlier), &[], &one), alone);
    let without = Shipment { state: ShipmentState::Refused, elsewhere: Vec::new(), ..earlier };
    assert_eq!(found(&ours(&[(1, 1)]), &[without], &[], &one), alone);
}

#[test]
fn the_text_says_what_was_found() {
    let mut seen = with(&[("shp_a", 1, 1)]);
    seen.status = Some(Read::Known(OrderStatus::Canceled));
    let finding = look_elsewhere(&order(), &ours(&[(1, 2)]), &[], &BTreeSet::new(), &seen);
    let reported = "Found at Mollie: the order is canceled; shp_a; of line 1, 2 requested, 1 shipped elsewhere, 1 left to ship.";
    assert_eq!(finding.text, reported);
}
