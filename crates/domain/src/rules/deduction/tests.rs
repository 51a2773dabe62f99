//! What is given up by name, and what never in silence.

use super::*;
use crate::rules::fixtures::{euro, placed};
use crate::rules::order::Release;
use crate::rules::status::{LineStatus, OrderStatus};

/// Goods, a gift card of 5.00 and a discount of 3.00.
fn order() -> Order {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Authorized).order().clone();
    let deduction = |id: u32, total: &str| Line {
        id: LineId::new(id),
        quantity: 1,
        unit_price: euro(total),
        total_amount: euro(total),
        discount_amount: None,
        ..order.lines[1].clone()
    };
    let more = [deduction(3, "-5.00"), deduction(4, "-3.00")];
    order.lines.extend(more);
    order
}

fn shipped() -> Order {
    let mut order = order();
    order.lines[1].shipped = Part { quantity: 1, amount: euro("329.99") };
    order
}

fn ids(ids: &[u32]) -> Vec<LineId> {
    ids.iter().map(|id| LineId::new(*id)).collect()
}

fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

fn release(line: u32, quantity: u32, amount: &str) -> Release {
    Release { operation_id: None, line_id: LineId::new(line), part: part(quantity, amount) }
}

fn subjects(outcome: Result<(), FailedPrecondition>) -> Vec<String> {
    let refusal = outcome.err().map(|refusal| refusal.unmet).unwrap_or_default();
    refusal.into_iter().map(|unmet| unmet.subject).collect()
}

#[test]
fn a_line_of_nothing_takes_nothing_off() {
    let line = |total: &str| Line { total_amount: euro(total), ..order().lines[0].clone() };
    assert!(is_deduction(&line("-0.01")));
    assert!(!is_deduction(&line("0.00")));
}

#[test]
fn what_takes_money_off_is_left_once_goods_are_shipped_or_recorded() {
    assert_eq!(subjects(keep(&order(), &[])), [""; 0]);
    assert_eq!(subjects(keep(&shipped(), &[])), ["order", "lines/3", "lines/4"]);
    let mut recorded = order();
    recorded.lines[0].reserved = Part { quantity: 1, amount: euro("349.00") };
    assert_eq!(subjects(keep(&recorded, &[])), ["order", "lines/3", "lines/4"]);
    let text = keep(&shipped(), &[]).unwrap_err().unmet.into_iter().map(|unmet| unmet.description);
    let text = text.collect::<Vec<_>>().join(" ");
    assert!(["8.00 EUR", "5.00 EUR", "3.00 EUR"].iter().all(|owed| text.contains(owed)), "{text}");
}

#[test]
fn what_is_named_shipped_or_recorded_is_not_left() {
    assert_eq!(subjects(keep(&shipped(), &ids(&[3]))), ["order", "lines/4"]);
    assert_eq!(subjects(keep(&shipped(), &ids(&[3, 4]))), [""; 0]);
    let under_way = Order { releases: vec![release(4, 1, "-3.00")], ..shipped() };
    assert_eq!(subjects(keep(&under_way, &ids(&[3]))), [""; 0]);
    let mut gone = shipped();
    gone.lines[2].shipped = Part { quantity: 1, amount: euro("-5.00") };
    gone.lines[3].reserved = Part { quantity: 1, amount: euro("-3.00") };
    assert_eq!(subjects(keep(&gone, &[])), [""; 0]);
}

#[test]
fn an_order_that_was_paid_at_once_leaves_nothing() {
    let mut order = shipped();
    (order.facts.authorized_time, order.facts.status) = (None, Some(OrderStatus::Paid));
    assert_eq!(keep(&order, &[]), Ok(()));
}

#[test]
fn every_wrong_name_is_told_at_once() {
    let texts: Vec<String> = ["3", "1", "3", "9", "x", "4"].map(str::to_owned).to_vec();
    let faults = named(&order(), &texts).unwrap_err();
    let faults: Vec<_> = faults.iter().map(|fault| (fault.path.as_str(), fault.rule)).collect();
    let expected = [
        ("release_line_ids[1]", "release.deduction"),
        ("release_line_ids[2]", "release.once"),
        ("release_line_ids[3]", "release.line_id"),
        ("release_line_ids[4]", "release.line_id"),
    ];
    assert_eq!(faults, expected);
    assert_eq!(named(&order(), &["4".to_owned(), "3".to_owned()]), Ok(ids(&[3, 4])));
}

#[test]
fn what_mollie_canceled_behind_goods_is_lost_unless_it_was_named() {
    let mut order = shipped();
    order.lines[2].canceled = Part { quantity: 1, amount: euro("-5.00") };
    assert_eq!(lost(&order), [(LineId::new(3), part(1, "-5.00"))]);
    assert_eq!(lost(&Order { releases: vec![release(3, 1, "-5.00")], ..order.clone() }), []);
    order.lines[1].shipped = Part::none(euro("0.00"));
    order.lines[1].reserved = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(lost(&order), [], "nothing has left as far as Mollie knows");
}

/// One of two units was given up by name, the other one is owed all the same.
#[test]
fn of_two_units_the_second_is_not_covered_by_the_name_of_the_first() {
    let mut order = shipped();
    order.lines.truncate(3);
    (order.lines[2].quantity, order.lines[2].total_amount) = (2, euro("-10.00"));
    order.lines[2].canceled = part(1, "-5.00");
    order.releases = vec![release(3, 1, "-5.00")];
    assert_eq!(lost(&order), []);
    assert_eq!(subjects(keep(&order, &[])), ["order", "lines/3"], "the other one may be shipped yet");
    order.lines[2].canceled = part(2, "-10.00");
    assert_eq!(lost(&order), [(LineId::new(3), part(1, "-5.00"))]);
    assert_eq!(lost(&Order { releases: Vec::new(), ..order.clone() }), [(LineId::new(3), part(2, "-10.00"))]);
    order.releases.push(release(3, 2, "-10.00"));
    assert_eq!(lost(&order), [], "the whole order was canceled, and it was named");
}

/// The goods that a discount is for did not leave, so the shopper has not paid for them.
#[test]
fn a_discount_is_owed_only_if_goods_of_its_rate_have_left() {
    let mut order = order();
    (order.lines[0].vat_rate, order.lines[3].vat_rate) = ("9.00".to_owned(), "9.00".to_owned());
    order.lines[3].line_type = Read::Known(LineType::Discount);
    order.lines[1].shipped = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(subjects(keep(&order, &ids(&[3]))), [""; 0]);
    order.lines[3].canceled = Part { quantity: 1, amount: euro("-3.00") };
    assert_eq!(lost(&order), []);
    order.lines[0].shipped = Part { quantity: 1, amount: euro("349.00") };
    assert_eq!(lost(&order), [(LineId::new(4), part(1, "-3.00"))]);
    order.lines[3].canceled = Part::none(euro("0.00"));
    assert_eq!(subjects(keep(&order, &ids(&[3]))), ["order", "lines/4"]);
}

/// Goods at 21 % and at 9 %, of which the first are canceled.
fn canceled_along(line_type: LineType, rate: &str, both: bool) -> Vec<u32> {
    let mut order = order();
    order.lines.truncate(3);
    order.lines[1].vat_rate = "9.00".to_owned();
    (order.lines[2].line_type, order.lines[2].vat_rate) = (Read::Known(line_type), rate.to_owned());
    let mut canceled = Vec::new();
    for line in order.lines.iter_mut().take(if both { 2 } else { 1 }) {
        canceled.push(ShipmentLine { line_id: line.id, part: line.available() });
        line.canceled = line.available();
    }
    along_with(&order, &canceled).iter().map(|line| line.line_id.number()).collect()
}

#[test]
fn a_discount_goes_with_the_last_goods_of_its_rate_and_anything_else_with_the_last_of_all() {
    assert_eq!(canceled_along(LineType::Discount, "21.00", false), [3]);
    assert_eq!(canceled_along(LineType::Discount, "9.00", false), [0; 0]);
    assert_eq!(canceled_along(LineType::GiftCard, "21.00", false), [0; 0], "its rate says nothing");
    assert_eq!(canceled_along(LineType::GiftCard, "0.00", true), [3]);
    assert_eq!(canceled_along(LineType::Discount, "0.00", false), [0; 0]);
    assert_eq!(
        canceled_along(LineType::Discount, "0.00", true),
        [3],
        "no goods have its rate: it goes with the last of all"
    );
}

#[test]
fn what_was_shipped_does_not_go_along() {
    let mut order = order();
    let goods = [0, 1].map(|n| ShipmentLine { line_id: order.lines[n].id, part: order.lines[n].available() });
    for line in &goods {
        order.line_mut(line.line_id).unwrap().canceled = line.part;
    }
    order.lines[2].shipped = order.lines[2].available();
    let along: Vec<_> = along_with(&order, &goods).iter().map(|line| line.line_id.number()).collect();
    assert_eq!(along, [4]);
}
