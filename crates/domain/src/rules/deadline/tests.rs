//! Until when an order must be shipped, and what is told when.

use super::*;
use crate::rules::fixtures::{at, euro, payment, placed};
use crate::rules::part::Part;
use crate::rules::placement::Placement;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

mod lapse;
mod stages;

/// When the fixture expires.
const END: i64 = 28 * 24 * 60;

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn holding(id: &str, capture_before: Option<Timestamp>) -> Payment {
    let all = payment(id, euro("1027.99"), PaymentStatus::Authorized);
    Payment { capture_before, authorized_time: Some(at(2)), ..all }
}

fn told(order: &Order) -> Option<(Timestamp, &'static str)> {
    ship_by(order, &Windows::default()).map(|ship_by| (ship_by.time, ship_by.cause.as_str()))
}

#[test]
fn the_earliest_end_that_mollie_tells_is_the_deadline() {
    let mut order = authorized();
    assert_eq!(told(&order), Some((at(END), "order_expires")));
    order.payments =
        vec![holding("tr_1", None), holding("tr_2", Some(at(500))), holding("tr_3", Some(at(600)))];
    assert_eq!(told(&order), Some((at(500), "capture_before")));
    order.payments[1].status = crate::rules::status::Read::Known(PaymentStatus::Canceled);
    assert_eq!(told(&order), Some((at(600), "capture_before")), "that one holds nothing");
    order.payments[2].capture_before = Some(at(END + 1));
    assert_eq!(told(&order), Some((at(END), "order_expires")));
    order.facts.expires_time = None;
    assert_eq!(told(&order), Some((at(END + 1), "capture_before")), "Mollie tells one: no window counts");
}

#[test]
fn of_a_date_only_its_beginning_counts() {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut order = authorized();
    order.facts.expires_time = Some(time("2026-03-04T23:59:59Z"));
    assert_eq!(told(&order), Some((time("2026-03-04T00:00:00Z"), "order_expires")));
    order.payments = vec![holding("tr_1", Some(time("2026-03-03T23:59:59Z")))];
    assert_eq!(told(&order), Some((time("2026-03-03T00:00:00Z"), "capture_before")));
    // The date begins before the time does.
    order.facts.expires_time = Some(time("2026-03-03T12:00:00Z"));
    assert_eq!(told(&order), Some((time("2026-03-03T00:00:00Z"), "capture_before")));
}

#[test]
fn where_mollie_tells_no_end_the_window_of_the_method_counts_from_the_authorization() {
    let mut order = authorized();
    order.facts.expires_time = None;
    let day = 24 * 60;
    assert_eq!(told(&order), Some((at(2 + 28 * day), "window")));
    let windows = Windows {
        by_method: [("billie", 14), ("klarnapaylater", 20)]
            .map(|(method, days)| (method.to_owned(), DAY * days))
            .into(),
        ..Windows::default()
    };
    let time = |order: &Order| ship_by(order, &windows).map(|ship_by| ship_by.time);
    assert_eq!(time(&order), Some(at(2 + 20 * day)), "the method of the order");
    order.payments = vec![Payment { method: Some("billie".to_owned()), ..holding("tr_1", None) }];
    assert_eq!(time(&order), Some(at(2 + 14 * day)), "what the shopper paid with");
    order.payments[0].method = Some("in3".to_owned());
    assert_eq!(time(&order), Some(at(2 + 28 * day)), "it has no window of its own");
}

/// Too early rather than too late.
#[test]
fn a_window_begins_before_the_authorization_where_that_has_no_time() {
    let mut order = authorized();
    (order.facts.expires_time, order.facts.authorized_time) = (None, None);
    order.payments = vec![
        Payment { authorized_time: Some(at(7)), ..holding("tr_1", None) },
        Payment { authorized_time: Some(at(5)), ..holding("tr_2", None) },
    ];
    assert_eq!(told(&order), Some((at(5 + END), "window")));
    order.payments.clear();
    assert_eq!(told(&order), Some((at(1 + END), "window")), "when Mollie created it");
    order.facts.created_time = None;
    assert_eq!(told(&order), Some((at(END), "window")), "when it was recorded here");
}

#[test]
fn an_order_with_nothing_left_to_capture_has_no_deadline() {
    for (status, line) in [
        (OrderStatus::Paid, LineStatus::Paid),
        (OrderStatus::Created, LineStatus::Created),
        (OrderStatus::Completed, LineStatus::Completed),
        (OrderStatus::Canceled, LineStatus::Canceled),
        (OrderStatus::Expired, LineStatus::Canceled),
    ] {
        assert_eq!(told(placed(status, line).order()), None, "{}", status.as_str());
    }
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    assert_eq!(told(&order), Some((at(END), "order_expires")));
    order.lines[0].shipped = Part { quantity: 2, amount: euro("698.00") };
    order.lines[1].canceling = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(told(&order), None, "the rest is given up");
    let withdrawn = Order { placement: Placement::Abandoned, ..authorized() };
    assert_eq!(told(&withdrawn), None);
}

#[test]
fn a_status_that_is_not_understood_keeps_the_deadline() {
    let mut order = authorized();
    order.facts.unknown_status = Some("paused".to_owned());
    assert!(told(&order).is_some());
}

#[test]
fn distances_are_before_the_deadline_and_each_counts_once() {
    let hours = |hours: &[i64]| hours.iter().map(|it| SignedDuration::from_hours(*it)).collect::<Vec<_>>();
    let kept = Distances::new(hours(&[24, 168, 24, 72])).unwrap();
    assert_eq!(kept.iter().collect::<Vec<_>>(), hours(&[168, 72, 24]));
    assert_eq!(kept, Distances::default());
    assert_eq!(Distances::new(hours(&[24, 0, -2])), Err(hours(&[0, -2])));
    assert_eq!(Distances::new(Vec::new()).unwrap().iter().count(), 0);
}
