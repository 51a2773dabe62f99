//! Unreadable fields that no money depends on keep the known value, and are stored as they came.

use super::*;
use crate::rules::unread::UnreadField;

fn reported() -> Snapshot {
    let mut reported = Snapshot {
        checkout_url: Field::Value("https://pay.example/1".to_owned()),
        billing_address: Some(AddressSnapshot { parts: amsterdam(), is_whole: true }),
        ..snapshot(OrderStatus::Created, LineStatus::Created)
    };
    reported.lines[0].sku = Field::Value("5702".to_owned());
    reported
}

fn amsterdam() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address { city: text("Amsterdam"), region: text("Noord-Holland"), ..Address::default() }
}

fn odd() -> Snapshot {
    let mut odd = Snapshot {
        is_cancelable: Field::Unreadable,
        checkout_url: Field::Unreadable,
        method: None,
        ..snapshot(OrderStatus::Created, LineStatus::Created)
    };
    let line = &mut odd.lines[0];
    (line.line_type, line.name, line.sku) = (Field::Unreadable, Field::Unreadable, Field::Unreadable);
    (line.vat_rate, line.vat_amount) = (Field::Unreadable, Field::Unreadable);
    odd.unread.add(UnreadField::new("_links.checkout", "\"https://pay.example/1\""));
    odd
}

#[test]
fn an_unreadable_field_keeps_the_known_value_and_is_recorded_once() {
    let before = after(&created(), &reported());
    let observed = difference(&before, &odd()).unwrap();
    assert!(observed.unread_changed && observed.lines.is_empty() && !observed.status_changed);
    let order = after(&before, &odd());
    assert_eq!(order.facts.unread.fields[0].path, "_links.checkout");
    assert_eq!(order.lines, before.lines);
    let unread = order.facts.unread.clone();
    assert_eq!(order.facts, Facts { unread, ..before.facts.clone() });
    assert_eq!(difference(&order, &odd()), None);
    // Once it can be read again, that is recorded too.
    let mended = after(&order, &reported());
    assert_eq!(mended.facts, before.facts);
}

#[test]
fn the_readable_parts_of_an_address_are_recorded() {
    let ours = Personal { billing_address: Some(amsterdam()), ..Personal::default() };
    let utrecht = Address { city: Some("Utrecht".to_owned()), ..Address::default() };
    let theirs = |is_whole| Snapshot {
        billing_address: Some(AddressSnapshot { parts: utrecht.clone(), is_whole }),
        ..snapshot(OrderStatus::Created, LineStatus::Created)
    };
    let both = Address { city: Some("Utrecht".to_owned()), ..amsterdam() };
    assert_eq!(personal(&ours, &theirs(false)).billing_address, Some(both));
    assert_eq!(personal(&ours, &theirs(true)).billing_address, Some(utrecht.clone()));
    assert_eq!(personal(&Personal::default(), &theirs(false)).billing_address, Some(utrecht));
}

#[test]
fn a_payment_with_an_unreadable_method_keeps_the_one_it_had() {
    let attempt = |method: Option<&str>, status| Payment {
        method: method.map(str::to_owned),
        ended_time: method.map(|_| at(2)),
        ..fixtures::payment("tr_1", euro("1027.99"), status)
    };
    let with = |payment| Snapshot { payments: Some(vec![payment]), ..reported() };
    let before = after(&created(), &with(attempt(Some("ideal"), PaymentStatus::Open)));
    let order = after(&before, &with(attempt(None, PaymentStatus::Paid)));
    let expected = attempt(Some("ideal"), PaymentStatus::Paid);
    assert_eq!(order.payments, [expected]);
}

#[test]
fn a_new_line_with_an_unreadable_type_gets_an_unknown_type() {
    let mut more = odd();
    let extra = LineSnapshot { mollie_id: MollieLineId::new("odl_1.extra"), ..more.lines[0].clone() };
    more.lines.push(extra);
    let line = after(&created(), &more).lines[2].clone();
    assert_eq!(
        (line.line_type, line.name.as_str(), line.vat_rate.as_str()),
        (Read::Unknown(String::new()), "", "0.00")
    );
}

#[test]
fn an_answer_without_payments_keeps_their_unreadable_fields() {
    let mut odd = Snapshot { payments: Some(Vec::new()), ..reported() };
    odd.unread.add(UnreadField::new("_embedded.payments[0].method", "[]"));
    let before = after(&created(), &odd);
    assert_eq!(after(&before, &reported()).facts, before.facts);
    let mended = Snapshot { payments: Some(Vec::new()), ..reported() };
    assert!(after(&before, &mended).facts.unread.is_empty());
}

#[test]
fn a_discount_of_zero_is_none_however_it_is_said() {
    let mut said = snapshot(OrderStatus::Created, LineStatus::Created);
    said.lines[1].discount_amount = Some(Money::zero(said.lines[1].unit_price.currency()));
    assert_eq!(difference(&created(), &said), None);
}
