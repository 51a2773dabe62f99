//! Units and money enter pools and leave them, and Mollie's figures are compared with what is settled here.

use super::*;
use crate::rules::fixtures::{self, euro, placed, snapshot};
use crate::rules::payment::Payment;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

fn line() -> Line {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().lines[0].clone()
}

#[test]
fn units_are_reserved_and_then_freed_or_settled() {
    let (mut line, parts) = (line(), part(1, "349.00"));
    let lines = [ShipmentLine { line_id: line.id, part: parts }];
    let all = line.available();
    ours(Pool::Canceled, Stage::Reserved, &lines).iter().for_each(|entry| line.enter(entry));
    assert_eq!((line.canceling, line.available()), (parts, all.without(parts)));
    settling(Pool::Canceled, &lines).iter().for_each(|entry| line.enter(entry));
    assert_eq!((line.canceling.quantity, line.canceled), (0, parts));
    assert_eq!(line.available(), all.without(parts));
}

#[test]
fn a_chargeback_is_entered_as_mollie_shows_it_and_its_reversal_takes_it_out_again() {
    let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    let mut seen = snapshot(OrderStatus::Paid, LineStatus::Paid);
    assert_eq!(charged_back(&order, &seen), None);
    let entered = [
        (Some("10.00"), "10.00", Stage::Settled, "10.00"),
        (Some("15.00"), "15.00", Stage::Settled, "5.00"),
        (None, "0.00", Stage::Reverted, "15.00"),
    ];
    for (shown, after, stage, amount) in entered {
        let amount_charged_back = shown.map(euro);
        seen.payments = Some(vec![Payment { amount_charged_back, ..payment() }]);
        let entry = charged_back(&order, &seen).unwrap();
        assert_eq!((entry.stage, entry.part.amount), (stage, euro(amount)));
        order.beside.enter(&entry);
        assert_eq!((order.beside.charged_back, charged_back(&order, &seen)), (euro(after), None));
    }
}

fn payment() -> Payment {
    fixtures::payment("tr_1", euro("1027.99"), PaymentStatus::Paid)
}

/// Mollie's line counter does not move for a refund on a payment: what it shows is compared with the other pool alone.
#[test]
fn what_was_refunded_on_a_payment_explains_nothing_that_mollies_lines_count() {
    let mut seen = snapshot(OrderStatus::Paid, LineStatus::Paid);
    seen.lines[0].refunded = Some(part(1, "349.00"));
    let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    let one = ShipmentLine { line_id: order.lines[0].id, part: part(1, "349.00") };
    for (pool, beyond) in [(Pool::PaymentRefunded, vec![one]), (Pool::Refunded, Vec::new())] {
        settling(pool, &[one]).iter().for_each(|entry| order.lines[0].enter(entry));
        assert_eq!(all_unexplained(&order, &seen, Pool::Refunded), beyond);
    }
}

#[test]
fn refunds_are_reserved_apart_from_what_is_to_be_shipped() {
    for pool in [Pool::Refunded, Pool::PaymentRefunded] {
        let (mut line, parts) = (line(), part(1, "349.00"));
        let lines = [ShipmentLine { line_id: line.id, part: parts }];
        ours(pool, Stage::Reserved, &lines).iter().for_each(|entry| line.enter(entry));
        assert_eq!((line.reserved.quantity, line.given_back()), (0, parts));
        settling(pool, &lines).iter().for_each(|entry| line.enter(entry));
        assert_eq!((line.settled(pool), line.given_back()), (parts, parts));
    }
}

#[test]
fn goodwill_is_reserved_settled_and_taken_back_if_it_fails() {
    let mut beside = Beside::none(euro("0.00").currency());
    let mut sums = |pool, stage| {
        let by = Origin::Here;
        beside.enter(&Entry { line_id: None, pool, part: part(0, "5.00"), stage, by });
        [beside.refunding, beside.refunded, beside.charged_back].map(Money::value)
    };
    let refunds = Pool::PaymentRefunded;
    assert_eq!(sums(refunds, Stage::Reserved), ["5.00", "0.00", "0.00"]);
    assert_eq!(sums(refunds, Stage::Freed), ["0.00", "0.00", "0.00"]);
    assert_eq!(sums(refunds, Stage::Settled), ["0.00", "5.00", "0.00"]);
    assert_eq!(sums(Pool::ChargedBack, Stage::Settled), ["0.00", "5.00", "5.00"]);
    assert_eq!(sums(refunds, Stage::Reverted), ["0.00", "0.00", "5.00"]);
    assert_eq!(sums(Pool::ChargedBack, Stage::Reverted), ["0.00", "0.00", "0.00"]);
}

#[test]
fn settled_units_follow_what_mollie_shows_even_if_it_is_less_than_before() {
    for (was, is) in [
        (part(0, "0.00"), part(2, "698.00")),
        (part(2, "698.00"), part(1, "299.00")),
        (part(1, "349.00"), part(1, "299.00")),
    ] {
        let mut line = Line { refunded: was, ..line() };
        let none = Part::none(was.amount);
        let entries = taking_over(&line, |pool| if pool == Pool::Refunded { is } else { none });
        entries.iter().for_each(|entry| line.enter(entry));
        assert_eq!((line.refunded, entries.len()), (is, 1));
        let stage = if is.quantity < was.quantity { Stage::Reverted } else { Stage::Settled };
        assert_eq!(entries[0].stage, stage);
    }
}

#[test]
fn units_settled_by_anyone_explain_what_mollie_shows() {
    let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    seen.lines[0].canceled = Some(part(2, "698.00"));
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    order.lines[0].canceled = part(1, "349.00");
    let beyond = all_unexplained(&order, &seen, Pool::Canceled);
    assert_eq!(beyond, [ShipmentLine { line_id: order.lines[0].id, part: part(1, "349.00") }]);
    let two = [ShipmentLine { line_id: order.lines[0].id, part: part(2, "698.00") }];
    assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), beyond);
    order.lines[0].canceled = part(0, "0.00");
    assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), two);
    let dearer = [ShipmentLine { line_id: order.lines[0].id, part: part(2, "600.00") }];
    assert_eq!(not_counted(&order, &seen, Pool::Canceled, &dearer), dearer, "all its units are there");
    seen.lines[0].canceled = None;
    assert_eq!(all_unexplained(&order, &seen, Pool::Canceled), []);
    assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), []);
}

#[test]
fn only_what_nobody_settled_is_beyond() {
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    assert!(!is_beyond(&order, &seen), "nothing is counted");
    for line in &mut seen.lines {
        (line.shipped, line.canceled, line.refunded) = (None, None, None);
    }
    seen.lines[0].canceled = Some(part(1, "349.00"));
    assert!(is_beyond(&order, &seen));
    order.lines[0].canceled = part(1, "349.00");
    assert!(!is_beyond(&order, &seen), "it is settled here");
}
