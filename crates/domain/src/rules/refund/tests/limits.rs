//! The limits at their edges: nothing left, nothing worth, and what answers show beside our ledger.

use super::*;
use crate::rules::refund::ceiling::room_on;

/// The second line is free.
fn with_a_free_line() -> Order {
    let mut order = paid();
    let (free, line) = (euro("0.00"), &mut order.lines[1]);
    (line.unit_price, line.total_amount) = (free, free);
    order
}

#[test]
fn what_was_paid_covers_all_of_it_and_not_a_cent_more() {
    let mut order = paid();
    assert!(is_covered(&order));
    let all = planned(&order, &request(ALL));
    enter(&mut order, &all, Stage::Reserved);
    assert!(is_covered(&order));
    let more = RefundRequest { overrides: vec![Override::OrderCeiling], ..goodwill("0.01") };
    let more = planned(&order, &more);
    enter(&mut order, &more, Stage::Reserved);
    assert!(!is_covered(&order));
}

#[test]
fn a_refund_whose_payment_is_not_known_is_of_the_only_one() {
    let mut order = paid();
    let other = [registered(1, euro("1000.00"), None, 0)];
    let room = |order: &Order| room_on(order, &other, &order.payments[0]);
    assert_eq!(room(&order), euro("27.99"));
    order.payments.push(payment("tr_2", euro("500.00"), PaymentStatus::Paid));
    assert_eq!(room(&order), euro("1027.99"), "it may be of the other");
}

/// A payment may tell of a refund that the order does not count yet, and a chargeback may have been on any payment.
#[test]
fn the_only_payment_refunds_no_more_than_it_or_the_order_has_left() {
    let mut order = paid();
    order.payments[0].amount_refunded = Some(euro("1000.00"));
    assert_eq!(room_on(&order, &[], &order.payments[0]), euro("27.99"));
    assert_eq!(refused(&order, &goodwill("28.00")).0, PreconditionReason::RefundOutOfBounds);
    let mut order = paid();
    order.facts.amount_refunded = Some(euro("1000.00"));
    assert_eq!(room_on(&order, &[], &order.payments[0]), euro("27.99"));
}

/// The shopper pays at once in the other tab, after an authorization.
#[test]
fn what_was_paid_at_once_beside_an_authorization_can_be_given_back_whole() {
    let mut order = shipping();
    order
        .payments
        .push(Payment { paid_time: Some(at(4)), ..payment("tr_2", euro("1027.99"), PaymentStatus::Paid) });
    assert_eq!(room(&order), euro("1326.99"));
    order.payments[0].authorized_time = None;
    assert_eq!(room(&order), euro("1326.99"), "an answer may leave out that it was authorized");
    let second = Some(MolliePaymentId::new("tr_2"));
    let whole = RefundRequest { payment_id: second.clone(), ..goodwill("1027.99") };
    assert_eq!(planned(&order, &whole).payment_id, second);
}

#[test]
fn the_only_payment_of_an_order_that_was_authorized_was_captured_whatever_its_answer_leaves_out() {
    let mut order = shipping();
    (order.payments[0].authorized_time, order.payments[0].amount_captured) = (None, None);
    order.payments[0].status = Read::Known(PaymentStatus::Paid);
    assert_eq!(room(&order), euro("299.00"));
}

#[test]
fn what_was_charged_back_is_of_the_payment_that_is_named() {
    let mut order = paid();
    order.payments.push(payment("tr_2", euro("500.00"), PaymentStatus::Paid));
    order.payments[1].amount_charged_back = Some(euro("5.00"));
    order.beside.charged_back = euro("7.00");
    let of = |id: &str| charged_back(&order, Some(&MolliePaymentId::new(id)));
    assert_eq!(
        (of("tr_1"), of("tr_2"), charged_back(&order, None)),
        (euro("0.00"), euro("5.00"), euro("7.00"))
    );
}

#[test]
fn a_free_line_is_refunded_with_all_the_rest_and_its_price_is_not_lowered() {
    let order = with_a_free_line();
    let lines = planned(&order, &request(ALL)).lines;
    assert_eq!(lines.last().unwrap().part, Part { quantity: 1, amount: euro("0.00") });
    for overrides in [vec![], vec![Override::LineCeiling]] {
        let lowered = RefundRequest { overrides, ..less(2, "1.00") };
        assert_eq!(bounds(&order, &lowered), "none: 0.00 EUR is left of the line");
    }
}

#[test]
fn a_refusal_names_what_can_be_refunded_instead_where_there_is_something() {
    let hint = "Fewer lines, or 27.99 EUR as an amount, can be refunded.";
    let mut order = paid();
    order.facts.amount_refunded = Some(euro("1000.00"));
    assert!(refused(&order, &units(2, 1, None)).1.ends_with(hint));
    assert!(!refused(&order, &goodwill("28.00")).1.contains("Fewer lines"));
    order.facts.amount_refunded = Some(euro("1027.99"));
    assert!(!refused(&order, &units(2, 1, None)).1.contains("Fewer lines"));
}

#[test]
fn vouchers_that_paid_nothing_are_not_named() {
    let mut order = paid();
    let paid_by_vouchers =
        |order: &Order| -> Vec<_> { by_vouchers(order).into_iter().map(|(_, money)| money).collect() };
    order.payments[0].remainder_amount = Some(order.payments[0].amount);
    assert_eq!(paid_by_vouchers(&order), []);
    order.payments[0].remainder_amount = Some(euro("1027.98"));
    assert_eq!(paid_by_vouchers(&order), [euro("0.01")]);
}

#[test]
fn no_deduction_has_a_share_where_no_goods_are_refunded_or_left() {
    let mut order = with_gift_card();
    assert_eq!(deductions_left(&order, &[]), []);
    let goods = RefundRequest { overrides: vec![Override::OrderCeiling], ..units(1, 1, None) };
    let goods = planned(&order, &goods);
    settle(&mut order, &goods);
    assert_eq!(deductions_left(&order, &goods.lines), []);
}

#[test]
fn refunds_are_merged_of_one_amount_one_way_and_one_payment() {
    let plan = planned(&paid(), &goodwill("5.00"));
    let waiting = fixtures::refund(1, "tr_1", euro("5.00"));
    assert!(may_be_merged(&waiting, &plan));
    assert!(may_be_merged(&Refund { payment_id: None, ..waiting.clone() }, &plan), "it may be the same");
    let other = MolliePaymentId::new("tr_2");
    assert!(!may_be_merged(&Refund { payment_id: Some(other), ..waiting.clone() }, &plan));
    assert!(!may_be_merged(&Refund { amount: euro("5.01"), ..waiting.clone() }, &plan));
    assert!(!may_be_merged(&Refund { route: Route::Order, ..waiting }, &plan));
}
