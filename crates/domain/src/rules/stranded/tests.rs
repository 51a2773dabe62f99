//! Since when an ended order has held money.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{self, at, euro, placed};
use crate::rules::item::Concern;
use crate::rules::payment::Payment;
use crate::rules::status::{LineStatus, PaymentStatus};

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

fn payment(id: &str, status: PaymentStatus, refunded: Option<&str>) -> Payment {
    Payment {
        amount_refunded: refunded.map(euro),
        paid_time: Some(at(2)),
        ..fixtures::payment(id, euro("1027.99"), status)
    }
}

fn order(status: OrderStatus, payments: Vec<Payment>) -> Order {
    Order { payments, ..placed(status, LineStatus::Canceled).order().clone() }
}

fn stranded(order: &Order, minute: i64) -> Vec<(String, i64)> {
    let minutes = |since: Timestamp| since.duration_since(at(0)).as_secs() / 60;
    after(order, at(minute)).into_iter().map(|it| (it.payment.to_string(), minutes(it.since))).collect()
}

#[test]
fn only_money_on_canceled_and_expired_orders_is_stranded() {
    for status in OrderStatus::ALL {
        let ended = matches!(status, OrderStatus::Canceled | OrderStatus::Expired);
        let order = order(*status, vec![payment("tr_1", PaymentStatus::Paid, None)]);
        assert_eq!(stranded(&order, 5).len(), usize::from(ended), "{}", status.as_str());
    }
    for status in PaymentStatus::ALL {
        let holds = matches!(status, PaymentStatus::Paid | PaymentStatus::Authorized);
        let order = order(OrderStatus::Expired, vec![payment("tr_1", *status, None)]);
        assert_eq!(stranded(&order, 5).len(), usize::from(holds), "{}", status.as_str());
    }
    let given_back = payment("tr_1", PaymentStatus::Paid, Some("1027.99"));
    assert_eq!(stranded(&order(OrderStatus::Expired, vec![given_back]), 5), []);
}

#[test]
fn each_payment_keeps_the_time_it_was_first_seen_until_it_is_gone() {
    let paid = |id| payment(id, PaymentStatus::Paid, None);
    let mut order = order(OrderStatus::Expired, vec![paid("tr_1")]);
    order.stranded = after(&order, at(5));
    order.payments.push(paid("tr_2"));
    assert_eq!(stranded(&order, 7), [("tr_1".to_owned(), 5), ("tr_2".to_owned(), 7)]);
    order.stranded = Vec::new();
    assert_eq!(stranded(&order, 9), [("tr_1".to_owned(), 9), ("tr_2".to_owned(), 9)]);
}

#[test]
fn money_counts_after_the_settle_window_less_what_was_refunded() {
    let mut order = order(OrderStatus::Expired, vec![payment("tr_1", PaymentStatus::Paid, Some("27.99"))]);
    order.stranded = after(&order, at(5));
    let id = MolliePaymentId::new("tr_1");
    assert_eq!(lasting(&order, at(6), SignedDuration::from_secs(61)), []);
    assert_eq!(lasting(&order, at(6), WINDOW), [(&id, euro("1000.00"))]);
    assert_eq!(look_again(&order, WINDOW), Some(at(6) + SignedDuration::from_secs(1)));
}

#[test]
fn stranded_money_is_open_until_a_person_closes_the_item_about_that_payment() {
    let mut order = order(OrderStatus::Expired, vec![payment("tr_1", PaymentStatus::Paid, None)]);
    order.stranded = after(&order, at(5));
    assert!(is_open(&order));
    assert_eq!(look_again(&order, WINDOW), Some(at(6).saturating_add(SignedDuration::from_secs(1)).unwrap()));
    let closed = |kind, subject: &str| {
        let mut recorder = Recorder::new(order.clone(), at(7), Grounds::of(Cause::LookUp));
        let text = "look".to_owned();
        recorder.raise(Concern { kind, subject: subject.to_owned(), text, operation_id: None });
        let open = (is_open(recorder.order()), look_again(recorder.order(), WINDOW).is_some());
        recorder.record(EventData::ItemClosed { number: 1, by: "jane".into(), reason: "done".into() });
        (open, is_open(recorder.order()))
    };
    assert_eq!(closed(ItemKind::MoneyOnEndedOrder, "tr_1"), ((true, false), false));
    assert_eq!(closed(ItemKind::MoneyOnEndedOrder, "tr_2"), ((true, true), true), "another payment");
    assert_eq!(closed(ItemKind::SurplusPayment, "tr_1"), ((true, true), true), "another matter");
}
