//! Which payment is given back without a person, and which never.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{self, at, euro, payment, placed};
use crate::rules::refund::RefundState;
use crate::rules::status::{LineStatus, OrderStatus};

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

fn paid(id: &str, minute: i64) -> Payment {
    Payment { paid_time: Some(at(minute)), ..payment(id, euro("1027.99"), PaymentStatus::Paid) }
}

/// Paid twice, raised at minute 0.
fn twice() -> Order {
    let mut recorder = placed(OrderStatus::Paid, LineStatus::Paid);
    let order = Order { payments: vec![paid("tr_1", 2), paid("tr_2", 1)], ..recorder.order().clone() };
    let concern = concern::surplus_payments(&order).remove(0);
    recorder.raise(concern);
    Order { payments: order.payments, ..recorder.order().clone() }
}

fn chosen(order: &Order) -> Option<String> {
    to_give_back(order, &[], at(5), WINDOW).map(|payment| payment.mollie_id.to_string())
}

fn with(change: impl Fn(&mut Order)) -> Option<String> {
    let mut order = twice();
    change(&mut order);
    chosen(&order)
}

#[test]
fn of_two_paid_attempts_the_newer_is_given_back_or_the_one_without_captures() {
    assert_eq!(chosen(&twice()).as_deref(), Some("tr_1"));
    let captured = |n: usize| with(|order| order.payments[n].amount_captured = Some(euro("1027.99")));
    assert_eq!((captured(0).as_deref(), captured(1).as_deref()), (Some("tr_2"), Some("tr_1")));
}

#[test]
fn it_is_given_back_only_if_it_was_still_there_a_settle_window_later() {
    let at_second = |seconds: i64| {
        let read_at = at(0).saturating_add(SignedDuration::from_secs(seconds)).unwrap();
        to_give_back(&twice(), &[], read_at, WINDOW).is_some()
    };
    assert_eq!((at_second(59), at_second(60)), (false, true));
    assert_eq!(
        look_again(&twice(), at(0), WINDOW),
        Some(at(0).saturating_add(SignedDuration::from_secs(61)).unwrap())
    );
    assert_eq!(look_again(&twice(), at(5), WINDOW), None);
    let due = at(0) + WINDOW + SignedDuration::from_secs(1);
    assert_eq!(look_again(&twice(), due, WINDOW), None, "this is the reading");
}

#[test]
fn whatever_is_not_plain_waits_for_a_person() {
    assert_eq!(with(|order| order.items.clear()), None, "nobody was told");
    assert_eq!(with(|order| order.payments.truncate(1)), None);
    assert_eq!(with(|order| order.payments.push(paid("tr_3", 3))), None);
    assert_eq!(with(|order| order.payments[1].status = Read::Known(PaymentStatus::Authorized)), None);
    assert_eq!(with(|order| order.payments[1].amount = euro("1000.00")), None);
    assert_eq!(with(|order| order.highest_amount = euro("2055.98")), None);
    for n in [0, 1] {
        assert_eq!(with(|order| order.payments[n].amount_refunded = Some(euro("0.01"))), None);
        assert_eq!(with(|order| order.payments[n].amount_charged_back = Some(euro("0.01"))), None);
    }
    assert_eq!(with(|order| order.payments[0].remainder_amount = Some(euro("1000.00"))), None);
    assert!(with(|order| order.payments[0].amount_refunded = Some(euro("0.00"))).is_some());
}

#[test]
fn where_a_refund_was_tried_a_person_decides() {
    let order = twice();
    let refund = |payment: &str, state| Refund { state, ..fixtures::refund(1, payment, euro("1027.99")) };
    let given = |refund: Refund| to_give_back(&order, &[refund], at(5), WINDOW).is_some();
    assert!(!given(refund("tr_1", RefundState::Registered)));
    assert!(!given(refund("tr_1", RefundState::Refused)), "in vain");
    assert!(!given(refund("tr_2", RefundState::Registered)), "less than the whole is too much");
}

#[test]
fn an_item_is_settled_once_nothing_is_too_much() {
    let mut order = twice();
    assert_eq!(settled(&order), [0; 0]);
    order.payments[0].amount_refunded = Some(euro("1027.99"));
    assert_eq!(settled(&order), [1]);
    let mut recorder = Recorder::new(order, at(6), Grounds::of(Cause::LookUp));
    recorder.record(EventData::ItemClosed { number: 1, by: "jane".into(), reason: "given back".into() });
    assert_eq!(settled(recorder.order()), [0; 0]);
}

/// It may be of goods, and then the payment is too much as before.
#[test]
fn while_a_refund_is_under_way_nothing_is_settled() {
    let mut given_back = twice();
    given_back.payments[0].amount_refunded = Some(euro("1027.99"));
    assert_eq!(settled(&given_back), [1]);
    let part = |quantity, amount| Part { quantity, amount: euro(amount) };
    let with = |change: fn(&mut Order, Part), part| {
        let mut order = given_back.clone();
        change(&mut order, part);
        assert_eq!(known(&order), None);
        settled(&order)
    };
    for part in [part(1, "349.00"), part(0, "5.00"), part(1, "0.00")] {
        assert_eq!(with(|order, part| order.lines[0].refunding = part, part), [0; 0]);
        assert_eq!(with(|order, part| order.lines[0].payment_refunding = part, part), [0; 0]);
    }
    assert_eq!(with(|order, part| order.beside.refunding = part.amount, part(0, "5.00")), [0; 0]);
}
