//! When the next payment is made, and when never.

use jiff::tz::TimeZone;

use super::*;
use crate::rules::fixtures::{at, euro, payment, placed};
use crate::rules::item::{Item, ItemKind};
use crate::rules::order_payment::ATTEMPTS;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};
use crate::rules::superseded::Superseded;

/// An order whose attempts have ended, the last one at minute 100, which was told at minute 110.
fn tried(attempts: usize) -> Order {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let attempt = |n: usize| payment(&format!("tr_{n}"), euro("1027.99"), PaymentStatus::Failed);
    order.payments = (0..attempts).map(attempt).collect();
    order.payments.iter_mut().for_each(|payment| payment.ended_time = Some(at(100)));
    order.followed.ended_attempts = unpaid::attempts(&order);
    order.followed.ended_time = Some(at(110));
    order
}

fn chosen() -> SecondChance {
    SecondChance { delay: SignedDuration::from_mins(60), most: 2, quiet: None }
}

fn time(order: &Order) -> Option<Timestamp> {
    acts_at(order, &chosen(), None, at(120))
}

#[test]
fn it_is_made_so_long_after_the_end_of_the_attempt_or_after_that_was_told() {
    let mut order = tried(1);
    assert_eq!(time(&order), Some(at(160)));
    order.payments[0].ended_time = None;
    assert_eq!(time(&order), Some(at(170)));
    order.payments[0].ended_time = Some(at(5_000));
    assert_eq!(time(&order), Some(at(170)), "Mollie's clock is ahead");
}

#[test]
fn an_attempt_that_was_not_told_yet_gets_none() {
    let mut order = tried(2);
    order.followed.ended_attempts = 1;
    assert_eq!(time(&order), None);
    assert_eq!(time(&tried(0)), None, "nobody tried");
}

#[test]
fn there_are_at_most_so_many_of_ours_and_25_in_all() {
    let with = |attempts, chances| {
        let mut order = tried(attempts);
        order.followed.chances = chances;
        time(&order).is_some()
    };
    assert_eq!([with(3, 0), with(3, 1), with(3, 2), with(3, 3)], [true, true, false, false]);
    assert_eq!([with(ATTEMPTS - 1, 0), with(ATTEMPTS, 0)], [true, false]);
    let mut order = tried(2);
    (order.followed.chances, order.followed.chance_after) = (1, 2);
    assert_eq!(time(&order), None, "Mollie refused that one");
    order.followed.chance_after = 1;
    assert_eq!(time(&order), Some(at(160)));
}

#[test]
fn it_is_never_made_beside_what_may_still_be_paid_or_once_the_order_is_over() {
    for status in
        [PaymentStatus::Open, PaymentStatus::Pending, PaymentStatus::Authorized, PaymentStatus::Paid]
    {
        let mut order = tried(2);
        order.payments[0].status = crate::rules::status::Read::Known(status);
        assert_eq!(time(&order), None, "{status:?}");
    }
    for status in OrderStatus::ALL.iter().filter(|status| **status != OrderStatus::Created) {
        let mut order = tried(1);
        order.facts.status = Some(*status);
        assert_eq!(time(&order), None, "{status:?}");
    }
    let mut order = tried(1);
    order.facts.authorized_time = Some(at(2));
    assert_eq!(time(&order), None, "its authorization has lapsed");
    let mut order = tried(1);
    order.superseded = Some(Box::new(Superseded::by(order.id)));
    assert_eq!(time(&order), None, "superseded");
}

#[test]
fn it_is_never_made_where_a_bank_transfer_may_be_on_its_way_or_an_item_is_open() {
    let transfer = || Some(unpaid::BANK_TRANSFER.to_owned());
    let mut order = tried(2);
    order.payments[0].method = transfer();
    assert_eq!(time(&order), None);
    let mut order = tried(1);
    order.facts.method = transfer();
    assert_eq!(time(&order), None);
    let mut order = tried(1);
    order.terms.methods = vec![unpaid::BANK_TRANSFER.to_owned()];
    assert_eq!(time(&order), None);
    order.terms.methods.push("ideal".to_owned());
    assert_eq!(time(&order), Some(at(160)), "the shopper chose something else");
    order.items.push(Item {
        number: 1,
        kind: ItemKind::SurplusOrder,
        subject: "ord_2".to_owned(),
        text: "twice".to_owned(),
        operation_id: None,
        raised_time: at(1),
        closed: None,
    });
    assert_eq!(time(&order), None);
}

#[test]
fn it_waits_for_the_end_of_quiet_hours_also_if_nobody_looked_before_they_began() {
    // at(0) is 2026-02-02 02:40 UTC.
    let quiet = QuietHours::parse("05:00-06:40", TimeZone::UTC);
    let chosen = SecondChance { quiet, ..chosen() };
    let due = |now| acts_at(&tried(1), &chosen, None, at(now));
    assert_eq!(due(120), Some(at(240)));
    let late = SecondChance { quiet: QuietHours::parse("06:00-06:40", TimeZone::UTC), ..chosen.clone() };
    let due_late = |now| acts_at(&tried(1), &late, None, at(now));
    assert_eq!(due_late(150), Some(at(160)));
    assert_eq!(due_late(201), Some(at(240)));
    assert_eq!(due_late(250), Some(at(160)), "at once");
}

#[test]
fn a_chance_that_comes_too_late_is_none() {
    let now = |minute| acts_at(&tried(1), &chosen(), None, at(minute));
    assert_eq!([now(160 + 24 * 60), now(161 + 24 * 60)], [Some(at(160)), None]);
    let before = |end: i64, now: i64| acts_at(&tried(1), &chosen(), Some(at(end)), at(now));
    assert_eq!([before(161, 120), before(160, 120), before(170, 170)], [Some(at(160)), None, None]);
    let mut order = tried(1);
    order.facts.expires_time = Some(at(160));
    assert_eq!(time(&order), None, "Mollie ends the order");
}
