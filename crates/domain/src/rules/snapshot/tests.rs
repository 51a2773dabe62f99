//! What is recorded from Mollie, and what stays ours.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{self, at, euro, placed, snapshot};
use crate::rules::ids::MolliePaymentId;
use crate::rules::order::{Facts, Order, Personal};
use crate::rules::status::PaymentStatus;

mod left_out;
mod odd;
mod refunds;

fn created() -> Order {
    placed(OrderStatus::Created, LineStatus::Created).order().clone()
}

fn after(order: &Order, snapshot: &Snapshot) -> Order {
    let mut recorder = Recorder::new(order.clone(), at(5), Grounds::of(Cause::LookUp));
    let observed = difference(order, snapshot).unwrap();
    recorder.record(EventData::OrderObserved { observed: Box::new(observed) });
    recorder.order().clone()
}

#[test]
fn known_facts_make_no_difference() {
    assert_eq!(difference(&created(), &snapshot(OrderStatus::Created, LineStatus::Created)), None);
}

#[test]
fn an_unknown_status_keeps_the_last_known_one_and_stops_money() {
    let strange = Snapshot {
        status: Some(Read::Unknown("settled".into())),
        ..snapshot(OrderStatus::Created, LineStatus::Created)
    };
    let order = after(&created(), &strange);
    assert_eq!((order.facts.status, order.is_understood()), (Some(OrderStatus::Created), false));
    let understood = after(&order, &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    assert!(understood.is_understood());
}

#[test]
fn an_undocumented_transition_is_recorded_and_marked() {
    let completed = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    let back = difference(&completed, &snapshot(OrderStatus::Authorized, LineStatus::Authorized)).unwrap();
    assert!(back.unexpected && back.status_changed);
    let forth = difference(&created(), &snapshot(OrderStatus::Completed, LineStatus::Completed)).unwrap();
    assert!(!forth.unexpected);
}

#[test]
fn lines_keep_our_ids_and_reservations_and_new_ones_get_the_next_id() {
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let reserved = Part { quantity: 1, amount: euro("299.00") };
    order.lines[0].reserved = reserved;
    let mut theirs = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    theirs.lines[0].canceled = Some(Part { quantity: 1, amount: euro("399.00") });
    let mut extra = theirs.lines[1].clone();
    extra.mollie_id = MollieLineId::new("odl_1.extra");
    theirs.lines.push(LineSnapshot { mollie_id: MollieLineId::new("odl_1.last"), ..extra.clone() });
    theirs.lines.insert(0, extra);
    let order = after(&order, &theirs);
    let ids: Vec<_> = order
        .lines
        .iter()
        .map(|line| (line.id.number(), line.mollie_id.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(ids, [(1, "odl_1.1"), (2, "odl_1.2"), (3, "odl_1.extra"), (4, "odl_1.last")]);
    assert_eq!((order.lines[0].reserved, order.lines[0].available().quantity), (reserved, 0));
}

#[test]
fn every_payment_attempt_is_kept_whichever_comes_last() {
    let attempt = |id: &str, status| fixtures::payment(id, euro("1027.99"), status);
    let with =
        |payments| Snapshot { payments: Some(payments), ..snapshot(OrderStatus::Paid, LineStatus::Paid) };
    let order = after(
        &created(),
        &with(vec![attempt("tr_1", PaymentStatus::Open), attempt("tr_2", PaymentStatus::Paid)]),
    );
    let order = after(
        &order,
        &with(vec![attempt("tr_2", PaymentStatus::Paid), attempt("tr_1", PaymentStatus::Expired)]),
    );
    let kept: Vec<_> =
        order.payments.iter().map(|payment| (payment.mollie_id.as_str(), payment.status.clone())).collect();
    assert_eq!(
        kept,
        [("tr_1", Read::Known(PaymentStatus::Expired)), ("tr_2", Read::Known(PaymentStatus::Paid))]
    );
    assert_eq!(order.facts.status, Some(OrderStatus::Paid));
}

/// Nobody judges what an attempt may become: Mollie says.
#[test]
fn a_pending_payment_becomes_what_mollie_says() {
    let with = |status| {
        let payment = fixtures::payment("tr_1", euro("10.00"), status);
        Snapshot { payments: Some(vec![payment]), ..snapshot(OrderStatus::Created, LineStatus::Created) }
    };
    let pending = after(&created(), &with(PaymentStatus::Pending));
    for status in [PaymentStatus::Paid, PaymentStatus::Authorized, PaymentStatus::Failed] {
        assert_eq!(after(&pending, &with(status)).payments[0].status, Read::Known(status));
    }
}

#[test]
fn missing_fields_stay_known_until_the_order_is_to_be_paid_again() {
    let authorized = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    assert!(authorized.captures_by_shipment());
    let silent = Snapshot {
        authorized_time: None,
        expires_time: None,
        amount_captured: Some(euro("10.00")),
        ..snapshot(OrderStatus::Shipping, LineStatus::Shipping)
    };
    let shipping = after(&authorized, &silent);
    assert_eq!(shipping.facts.authorized_time, authorized.facts.authorized_time);
    assert_eq!(shipping.facts.expires_time, authorized.facts.expires_time);
    let more = Snapshot { amount_captured: Some(euro("20.00")), ..silent };
    assert_eq!(after(&shipping, &more).facts.amount_captured, Some(euro("20.00")));
    let anew = after(&authorized, &snapshot(OrderStatus::Created, LineStatus::Created));
    assert!(!anew.captures_by_shipment());
}

/// Without its authorization time an authorized order would count as paid, and its shipments would have no capture bound.
#[test]
fn an_authorized_order_counts_as_one_even_without_its_time() {
    let authorized = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    let silent = Snapshot { authorized_time: None, ..authorized.clone() };
    assert!(after(&created(), &silent).captures_by_shipment());
    let payment = Payment {
        method: Some("klarna".to_owned()),
        authorized_time: Some(at(4)),
        ..fixtures::payment("tr_1", authorized.amount, PaymentStatus::Authorized)
    };
    let reported = after(&created(), &Snapshot { payments: Some(vec![payment]), ..silent.clone() });
    assert_eq!(reported.facts.authorized_time, Some(at(4)));
    let shipping =
        Snapshot { authorized_time: None, ..snapshot(OrderStatus::Shipping, LineStatus::Shipping) };
    assert!(after(&reported, &shipping).captures_by_shipment());
}

#[test]
fn an_empty_address_from_mollie_does_not_replace_ours() {
    let address = Address { city: Some("Amsterdam".to_owned()), ..Address::default() };
    let ours = Personal { billing_address: Some(address), ..Personal::default() };
    let empty = Snapshot {
        billing_address: Some(AddressSnapshot { parts: Address::default(), is_whole: true }),
        ..snapshot(OrderStatus::Created, LineStatus::Created)
    };
    assert_eq!(personal(&ours, &empty), ours);
    assert!(observed(&Order { personal: ours, ..created() }, &empty).personal.is_empty());
}

#[test]
fn neither_the_hooks_token_nor_an_address_is_printed() {
    let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
    seen.webhook_url = Some("https://orders.example/webhooks/mollie/secret".into());
    assert_eq!(format!("{seen:?}"), "Snapshot(ord_1.abc, Some(Known(Created)))");
}
