//! Counters that an answer leaves out are unknown, not zero.

use super::*;
use crate::rules::ids::MollieShipmentId;
use crate::rules::ledger::Pool;
use crate::rules::misread::Misread;

fn shipping() -> Snapshot {
    snapshot(OrderStatus::Shipping, LineStatus::Shipping)
}

fn one(amount: &str) -> Part {
    Part { quantity: 1, amount: euro(amount) }
}

fn without_counters(mut snapshot: Snapshot) -> Snapshot {
    for line in &mut snapshot.lines {
        (line.shipped, line.canceled, line.refunded) = (None, None, None);
    }
    snapshot
}

fn shipped_in(snapshot: Snapshot, parts: &[Part]) -> Snapshot {
    let line = snapshot.lines[0].mollie_id.clone();
    let shipment = |part: &Part| ShipmentSnapshot {
        mollie_id: MollieShipmentId::new(format!("shp_{}", part.amount)),
        created_time: at(3),
        tracking: Field::LeftOut,
        lines: vec![(line.clone(), *part)],
    };
    Snapshot { shipments: Some(parts.iter().map(shipment).collect()), ..snapshot }
}

#[test]
fn the_ledger_keeps_what_it_knows_if_an_answer_leaves_counters_out() {
    let mut reported = shipping();
    let counted = (one("299.00"), one("399.00"), one("10.00"));
    let line = &mut reported.lines[0];
    (line.shipped, line.canceled, line.refunded) = (Some(counted.0), Some(counted.1), Some(counted.2));
    reported.amount_captured = Some(euro("299.00"));
    let before = after(&placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone(), &reported);
    let silent = Snapshot { method: Some("klarna".to_owned()), ..without_counters(shipping()) };
    let order = after(&before, &silent);
    let line = &order.lines[0];
    assert_eq!((line.shipped, line.canceled, line.refunded), counted);
    assert_eq!(order.facts.amount_captured, Some(euro("299.00")));
    // The reported fields are recorded.
    assert_eq!(order.facts.method.as_deref(), Some("klarna"));
    // Counters are reported without their sum: nothing is captured any more.
    assert_eq!(after(&before, &Snapshot { amount_captured: None, ..reported }).facts.amount_captured, None);
}

#[test]
fn a_missing_counter_is_what_the_shipments_add_up_to() {
    let before = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let two = shipped_in(without_counters(shipping()), &[one("299.00"), one("399.00")]);
    let order = after(&before, &two);
    assert_eq!(order.lines[0].shipped, Part { quantity: 2, amount: euro("698.00") });
    assert_eq!((order.lines[0].available().quantity, order.lines[1].shipped.quantity), (0, 0));
    // A list that lags behind takes nothing back.
    let behind = Snapshot { method: None, ..shipped_in(two, &[one("299.00")]) };
    assert_eq!(difference(&order, &behind), None);
}

#[test]
fn a_new_line_without_counters_starts_at_zero() {
    let before = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let mut more = without_counters(snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    let extra = LineSnapshot { mollie_id: MollieLineId::new("odl_1.extra"), ..more.lines[1].clone() };
    more.lines.push(extra);
    let order = after(&before, &more);
    let line = &order.lines[2];
    assert_eq!(
        (line.shipped, line.canceled, line.refunded),
        (Part::none(euro("1.00")), line.shipped, line.shipped)
    );
}

#[test]
fn undecided_shipments_are_not_subtracted_from_a_missing_counter() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = one("299.00");
    let silent = shipped_in(without_counters(shipping()), &[one("399.00")]);
    let seen = without_undecided(&order, silent, |_| true, |_, _| false);
    assert_eq!((seen.lines[0].shipped, seen.shipments.as_deref()), (None, Some([].as_slice())));
    assert_eq!(difference(&order, &seen), None);
}

/// Without the list of shipments a counter does not say whose units they are.
#[test]
fn units_that_may_be_ours_are_not_counted_while_undecided() {
    let order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    let mut seen = Snapshot { shipments: None, ..shipping() };
    seen.lines[0].shipped = Some(one("299.00"));
    let undecided = |snapshot: &Snapshot, pool| {
        without_undecided(&order, snapshot.clone(), |_| false, |of, line| of == pool && line.number() == 1)
    };
    let kept = undecided(&seen, Pool::Shipped);
    assert_eq!(kept.lines[0].shipped, Some(order.lines[0].shipped));
    assert_eq!(undecided(&seen, Pool::Canceled).lines[0].shipped, Some(one("299.00")));
    // Listed shipments say more.
    let listed = shipped_in(seen.clone(), &[one("299.00")]);
    assert_eq!(undecided(&listed, Pool::Shipped).lines[0].shipped, Some(one("299.00")));
    seen.lines[0].canceled = Some(one("299.00"));
    assert_eq!(undecided(&seen, Pool::Canceled).lines[0].canceled, Some(order.lines[0].canceled));
}

/// Whatever a reading leaves out stays as it is known.
#[test]
fn status_and_lines_may_be_missing() {
    let order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    let unsaid = Snapshot { status: None, lines: Vec::new(), ..shipping() };
    assert_eq!(difference(&order, &unsaid), None);
    assert!(!unsaid.is_understood() && !unsaid.is_created());
    let field = |snapshot: &Snapshot| snapshot.left_out().and_then(|left_out| left_out.field);
    assert_eq!(field(&unsaid).as_deref(), Some("status"));
    assert_eq!(field(&Snapshot { lines: Vec::new(), ..shipping() }).as_deref(), Some("lines"));
    let believed = crate::rules::contradiction::believed(&order, unsaid);
    assert_eq!(believed.contradictions, []);
}

#[test]
fn the_first_missing_field_of_an_answer_is_named() {
    let whole = Snapshot { payments: Some(Vec::new()), shipments: Some(Vec::new()), ..shipping() };
    let field = |snapshot: &Snapshot| snapshot.left_out().and_then(|left_out| left_out.field);
    assert_eq!(field(&whole), None);
    let mut silent = whole.clone();
    silent.lines[1].canceled = None;
    assert_eq!(field(&silent).as_deref(), Some("lines[1].quantityCanceled"));
    assert_eq!(silent.canceled_left_out(), silent.counter_left_out());
    assert_eq!(field(&Snapshot { shipments: None, ..whole.clone() }).as_deref(), Some("_embedded.shipments"));
    assert_eq!(field(&Snapshot { payments: None, ..whole }).as_deref(), Some("_embedded.payments"));
}

/// Official answers to creating an order leave every counter out.
#[test]
fn an_unpaid_order_misses_no_counter() {
    let created = without_counters(snapshot(OrderStatus::Created, LineStatus::Created));
    assert_eq!(created.counter_left_out(), None);
    for status in OrderStatus::ALL.iter().filter(|status| **status != OrderStatus::Created) {
        let silent = Snapshot { status: Some(Read::Known(*status)), ..created.clone() };
        assert!(silent.counter_left_out().is_some(), "{}", status.as_str());
    }
    let strange = Snapshot { status: Some(Read::Unknown("settling".to_owned())), ..created };
    assert!(strange.counter_left_out().is_some());
}

#[test]
fn a_missing_counter_is_explained_by_its_own_contradiction_only() {
    let mut silent = Snapshot { payments: Some(Vec::new()), shipments: Some(Vec::new()), ..shipping() };
    silent.lines[1].canceled = None;
    silent.contradictions = vec![
        Misread::at("lines[0].quantityShipped", "another"),
        Misread::at("lines[1].quantityCanceled", "2 units of 1"),
    ];
    assert_eq!(silent.counter_left_out(), Some(silent.contradictions[1].clone()));
    silent.contradictions.pop();
    assert_eq!(silent.counter_left_out(), Some(Misread::left_out("lines[1].quantityCanceled")));
}

#[test]
fn as_many_units_as_known_are_worth_what_is_known() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = one("299.00");
    let listed = shipped_in(without_counters(shipping()), &[one("399.00")]);
    assert_eq!(difference(&order, &listed), None);
}

#[test]
fn undecided_shipments_are_subtracted_from_a_counter_but_not_from_what_is_known() {
    let both = Part { quantity: 2, amount: euro("698.00") };
    let left = |known: Part| {
        let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
        order.lines[0].shipped = known;
        let mut seen = shipped_in(shipping(), &[one("399.00")]);
        seen.lines[0].shipped = Some(both);
        without_undecided(&order, seen, |_| true, |_, _| false).lines[0].shipped
    };
    assert_eq!(left(Part::none(both.amount)), Some(one("299.00")));
    assert_eq!(left(one("349.00")), Some(one("299.00")), "as many units are worth what is reported");
    assert_eq!(left(both), Some(both));
}

#[test]
fn a_field_is_absent_with_the_part_that_holds_it() {
    let lists = |payments: bool, shipments: bool, refunds: bool| {
        let whole = snapshot(OrderStatus::Paid, LineStatus::Paid);
        let reported = Snapshot {
            payments: payments.then(Vec::new),
            shipments: shipments.then(Vec::new),
            refunds: refunds.then(Vec::new),
            ..whole
        };
        ["payments", "shipments", "refunds"].map(|part| reported.lacks(&format!("_embedded.{part}[0].id")))
    };
    assert_eq!(lists(true, true, true), [false, false, false]);
    assert_eq!(lists(false, true, true), [true, false, false]);
    assert_eq!(lists(true, false, true), [false, true, false]);
    assert_eq!(lists(true, true, false), [false, false, true]);
    assert!(!snapshot(OrderStatus::Paid, LineStatus::Paid).lacks("metadata"));
}
