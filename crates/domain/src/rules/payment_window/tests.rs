//! When an order is given up unpaid, and when never.

use super::*;
use crate::rules::fixtures::{at, euro, payment, placed, snapshot};
use crate::rules::followed::WindowActed;
use crate::rules::item::{Item, ItemKind};
use crate::rules::status::{LineStatus, PaymentStatus};

fn windows() -> PaymentWindows {
    let hours = SignedDuration::from_hours;
    let by_method = [("paypal".to_owned(), Some(hours(72))), ("ideal".to_owned(), Some(hours(1)))].into();
    PaymentWindows { by_method, otherwise: Some(hours(2)), fuse: Fuse::default(), dry_run: false }
}

/// An order that Mollie created at minute 0, with attempts of these ends.
fn tried(attempts: &[PaymentStatus]) -> Order {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let attempt =
        |(n, status): (usize, &PaymentStatus)| payment(&format!("tr_{n}"), euro("1027.99"), *status);
    order.payments = attempts.iter().enumerate().map(attempt).collect();
    order.payments.iter_mut().for_each(|payment| payment.method = None);
    order.facts.created_time = Some(at(0));
    order.facts.method = None;
    order
}

#[test]
fn it_is_given_up_after_the_window_of_its_method() {
    use PaymentStatus::{Canceled, Expired, Failed};
    let end = |order: &Order| acts_at(order, &windows());
    assert_eq!(end(&tried(&[])), Some(at(120)));
    let mut order = tried(&[Failed, Canceled, Expired]);
    assert_eq!(end(&order), Some(at(120)));
    order.terms.methods = vec!["paypal".to_owned()];
    assert_eq!(end(&order), Some(at(72 * 60)), "the only one");
    order.payments[2].method = Some("ideal".to_owned());
    assert_eq!(end(&order), Some(at(60)), "the one that was used");
    order.facts.method = Some("paypal".to_owned());
    assert_eq!(end(&order), Some(at(72 * 60)), "the one that Mollie tells");
    let none = PaymentWindows { otherwise: None, ..windows() };
    assert_eq!(acts_at(&tried(&[Failed]), &none), None);
    assert_eq!(acts_at(&tried(&[Failed]), &PaymentWindows::default()), None);
}

#[test]
fn a_method_can_be_left_out_of_the_window_of_all_others() {
    let mut chosen = windows();
    let mut order = tried(&[PaymentStatus::Failed]);
    order.payments[0].method = Some("in3".to_owned());
    order.facts.method = None;
    assert!(acts_at(&order, &chosen).is_some());
    chosen.by_method.insert("in3".to_owned(), None);
    assert_eq!(acts_at(&order, &chosen), None);
}

#[test]
fn it_is_never_given_up_beside_what_the_shopper_may_still_pay() {
    use PaymentStatus::{Authorized, Failed, Open, Paid, Pending};
    for status in [Open, Pending, Authorized, Paid] {
        assert_eq!(acts_at(&tried(&[status, Failed]), &windows()), None, "{status:?}");
    }
    let mut order = tried(&[Failed]);
    order.payments[0].status = Read::Unknown("promised".to_owned());
    assert_eq!(acts_at(&order, &windows()), None);
    for status in OrderStatus::ALL.iter().filter(|status| **status != OrderStatus::Created) {
        let mut order = tried(&[Failed]);
        order.facts.status = Some(*status);
        assert_eq!(acts_at(&order, &windows()), None, "{status:?}");
    }
}

#[test]
fn an_order_that_was_authorized_once_is_not_given_up() {
    let lapsed = tried(&[PaymentStatus::Expired]);
    assert_eq!(acts_at(&lapsed, &windows()), Some(at(120)));
    let mut order = lapsed.clone();
    order.facts.authorized_time = Some(at(5));
    assert_eq!(acts_at(&order, &windows()), None);
    let mut order = lapsed.clone();
    order.payments[0].authorized_time = Some(at(5));
    assert_eq!(acts_at(&order, &windows()), None);
    let mut order = lapsed.clone();
    order.facts.paid_time = Some(at(5));
    assert_eq!(acts_at(&order, &windows()), None);
    let mut order = lapsed;
    order.lines[0].shipped.quantity = 1;
    assert_eq!(acts_at(&order, &windows()), None, "goods have left");
}

#[test]
fn a_bank_transfer_has_no_window_not_even_one_of_its_own() {
    let mut chosen = windows();
    chosen.by_method.insert(unpaid::BANK_TRANSFER.to_owned(), Some(SignedDuration::from_hours(1)));
    let mut order = tried(&[PaymentStatus::Expired, PaymentStatus::Failed]);
    order.payments[0].method = Some(unpaid::BANK_TRANSFER.to_owned());
    assert_eq!((acts_at(&order, &chosen), ends_at(&order, &chosen)), (None, None));
}

#[test]
fn an_open_item_is_for_people() {
    let mut order = tried(&[]);
    order.items.push(Item {
        number: 1,
        kind: ItemKind::SurplusOrder,
        subject: "ord_2".to_owned(),
        text: "twice".to_owned(),
        operation_id: None,
        raised_time: at(1),
        closed: None,
    });
    assert_eq!(acts_at(&order, &windows()), None);
}

#[test]
fn what_was_done_is_done_again_only_after_a_further_attempt() {
    let with = |action, until, dry_run| {
        let mut order = tried(&[PaymentStatus::Failed]);
        order.followed.window = Some(WindowActed { attempts: 1, action, until });
        let now = acts_at(&order, &PaymentWindows { dry_run, ..windows() });
        order.payments.push(payment("tr_1", euro("1027.99"), PaymentStatus::Failed));
        order.payments[1].method = None;
        assert_eq!(acts_at(&order, &PaymentWindows { dry_run, ..windows() }), Some(at(120)), "{action:?}");
        now
    };
    assert_eq!(with(Action::Canceled, None, false), None);
    assert_eq!(with(Action::LeftToPeople, None, false), None);
    assert_eq!(with(Action::WouldCancel, None, true), None);
    assert_eq!(with(Action::WouldCancel, None, false), Some(at(120)), "it is meant by now");
    assert_eq!(with(Action::Waits, Some(at(170)), false), Some(at(170)));
}

#[test]
fn a_reading_directly_before_the_call_spares_what_is_not_certainly_unpaid() {
    let seen = |status, payments: Option<&[PaymentStatus]>| {
        let mut seen = snapshot(status, LineStatus::Created);
        let attempt = |status: &PaymentStatus| payment("tr_1", euro("1027.99"), *status);
        seen.payments = payments.map(|all| all.iter().map(attempt).collect());
        spared(&seen)
    };
    use PaymentStatus::{Authorized, Canceled, Expired, Failed, Open, Paid, Pending};
    assert_eq!(seen(OrderStatus::Created, Some(&[])), Ok(None));
    assert_eq!(seen(OrderStatus::Created, Some(&[Failed, Canceled, Expired])), Ok(None));
    for status in [Open, Pending, Authorized, Paid] {
        assert!(seen(OrderStatus::Created, Some(&[Failed, status])).unwrap().is_some(), "{status:?}");
    }
    assert!(seen(OrderStatus::Created, None).is_err(), "another reading may show them");
    for status in OrderStatus::ALL.iter().filter(|status| **status != OrderStatus::Created) {
        assert!(seen(*status, Some(&[])).unwrap().is_some(), "{status:?}");
    }
    let mut unknown = snapshot(OrderStatus::Created, LineStatus::Created);
    (unknown.status, unknown.payments) = (Some(Read::Unknown("frozen".to_owned())), Some(Vec::new()));
    assert!(spared(&unknown).unwrap().is_some());
    unknown.status = None;
    assert!(spared(&unknown).unwrap().is_some());
}
