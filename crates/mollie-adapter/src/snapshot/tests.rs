//! Orders in the shapes Mollie returns, read and refused.

use domain::rules::field::Field;
use domain::rules::line::LineType;
use domain::rules::money::Money;
use domain::rules::part::Part;
use domain::rules::status::{LineStatus, PaymentStatus};
use serde_json::{Value, json};

use super::*;
use crate::fixtures::{bare_order, full_order};

mod any;
mod odd;
mod payment;

fn snapshot(value: &Value) -> Result<Snapshot, String> {
    let read = Object::root(value).and_then(|order| read(&order));
    read.map_err(|error| error.to_string())
}

fn said(text: &str) -> Field<String> {
    Field::Value(text.to_owned())
}

fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

#[test]
fn an_order_is_read_with_all_its_fields() {
    let order = snapshot(&full_order()).unwrap();
    assert_eq!(order.mollie_id.as_str(), "ord_3.k8x2pq");
    assert_eq!(order.status, Some(Read::Known(OrderStatus::Shipping)));
    assert_eq!((order.order_number.as_str(), order.amount), ("B-71", euro("74.95")));
    assert_eq!((order.method.as_deref(), order.is_cancelable), (Some("riverty"), Field::Value(false)));
    assert_eq!((order.amount_captured, order.amount_refunded), (Some(euro("24.95")), None));
    assert_eq!(order.checkout_url, said("https://pay.example/c/1"));
    assert_eq!(order.webhook_url.as_deref(), Some("https://shop.example/hook/1"));
    assert_eq!(order.expires_time.unwrap().to_string(), "2026-03-01T08:00:00Z");
    assert_eq!(order.authorized_time.unwrap().to_string(), "2026-02-01T08:05:00.123456Z");
    assert_eq!((order.paid_time, order.completed_time), (None, None));
    let billing = order.billing_address.unwrap().parts;
    assert_eq!((billing.country.as_deref(), billing.postal_code.as_deref()), (Some("NL"), Some("1012")));
    assert!(order.shipping_address.is_none() && order.unread.is_empty());
}

#[test]
fn lines_are_read_with_their_counters_and_placeholders_are_left_out() {
    let order = snapshot(&full_order()).unwrap();
    let [vase, workshop] = order.lines.as_slice() else {
        panic!("two lines expected");
    };
    assert_eq!((vase.mollie_id.as_str(), vase.sku.clone()), ("odl_3.a1", said("8712345")));
    assert_eq!(vase.line_type, Field::Value(Read::Known(LineType::Physical)));
    assert_eq!((vase.status.clone(), vase.quantity), (Read::Known(LineStatus::Shipping), 2));
    assert_eq!(
        (vase.category.as_deref(), vase.quantity_unit.as_deref()),
        (Some("sport_culture"), Some("pcs"))
    );
    assert_eq!((vase.total_amount, vase.discount_amount), (euro("49.90"), Some(euro("10.00"))));
    assert_eq!(vase.product_url.as_deref(), Some("https://shop.example/vase"));
    assert_eq!((vase.image_url.as_deref(), vase.metadata.clone()), (None, Some(json!({"shelf": 4}))));
    let none = Some(Part::none(euro("1.00")));
    assert_eq!(
        (vase.shipped, vase.canceled, vase.refunded),
        (Some(Part { quantity: 1, amount: euro("24.95") }), none, none)
    );
    assert_eq!(workshop.line_type, Field::Value(Read::Unknown("subscription".to_owned())));
    assert_eq!(workshop.status, Read::Unknown("reserved".to_owned()));
    assert_eq!((workshop.vat_rate.clone(), workshop.vat_amount.clone()), (Field::LeftOut, Field::LeftOut));
    assert_eq!((workshop.sku.clone(), workshop.metadata.clone()), (Field::LeftOut, None));
    assert_eq!((workshop.shipped, workshop.canceled, workshop.refunded), (None, None, None));
}

#[test]
fn embedded_payments_and_shipments_are_read_if_requested() {
    let order = snapshot(&full_order()).unwrap();
    let (payments, shipments) = (order.payments.unwrap(), order.shipments.unwrap());
    assert_eq!((payments.len(), shipments.len()), (1, 1));
    assert_eq!(payments[0].status, Read::Known(PaymentStatus::Authorized));
    assert_eq!((payments[0].method.clone(), payments[0].amount_captured), (None, Some(euro("24.95"))));
    assert_eq!(shipments[0].tracking.value().unwrap().code, "3S1");
    assert_eq!(shipments[0].lines[0].1, Part { quantity: 1, amount: euro("24.95") });
    assert_eq!(shipments[0].lines.len(), 1);
    let bare = snapshot(&bare_order()).unwrap();
    assert_eq!((bare.payments, bare.shipments), (None, None));
    let mut empty = bare_order();
    empty["_embedded"] = json!({"payments": [], "shipments": []});
    let empty = snapshot(&empty).unwrap();
    assert_eq!((empty.payments, empty.shipments), (Some(vec![]), Some(vec![])));
}

#[test]
fn an_order_with_only_the_required_fields_is_read() {
    let order = snapshot(&bare_order()).unwrap();
    assert_eq!(
        (order.method, order.is_cancelable, order.checkout_url),
        (None, Field::LeftOut, Field::LeftOut)
    );
    assert!(order.billing_address.is_none() && order.expires_time.is_none());
}

#[test]
fn an_unknown_status_is_kept_as_it_came() {
    let mut order = full_order();
    order["status"] = json!("settling");
    assert_eq!(snapshot(&order).unwrap().status, Some(Read::Unknown("settling".to_owned())));
}

#[test]
fn an_expiry_may_be_a_date_only() {
    let mut order = bare_order();
    order["expiresAt"] = json!("2026-03-01");
    assert_eq!(snapshot(&order).unwrap().expires_time.unwrap().to_string(), "2026-03-01T23:59:59Z");
}

#[test]
fn an_unreadable_field_is_named_by_its_place() {
    for (change, expected) in [
        ("amount", "amount: expected an amount"),
        ("status", "status: expected a text"),
        ("createdAt", "createdAt: expected a time"),
        ("lines", "lines: expected a list"),
        ("id", "id: expected an id"),
    ] {
        let mut order = full_order();
        order[change] = Value::Null;
        assert_eq!(snapshot(&order).unwrap_err(), expected);
    }
    for odd in ["ord_1/../ord_2", "tr_1 a person", "..", &"x".repeat(65)] {
        let mut order = full_order();
        order["id"] = json!(odd);
        assert_eq!(snapshot(&order).unwrap_err(), "id: expected an id", "{odd}");
    }
    let mut order = full_order();
    order["lines"][1]["totalAmount"]["value"] = json!("25.055");
    assert!(snapshot(&order).unwrap_err().starts_with("lines[1].totalAmount.value: expected a decimal"));
    let mut order = full_order();
    order["lines"][0]["amountShipped"]["currency"] = json!("SEK");
    assert_eq!(snapshot(&order).unwrap_err(), "lines[0].amountShipped: expected an amount in EUR");
    let mut order = full_order();
    order["_embedded"]["payments"][0]["status"] = json!(["x"]);
    assert_eq!(snapshot(&order).unwrap_err(), "_embedded.payments[0].status: expected a text");
}

#[test]
fn another_order_in_place_of_the_requested_one_is_an_error() {
    let (value, id) = (full_order(), MollieOrderId::new("ord_b"));
    let order = Object::root(&value).unwrap();
    assert!(read_own(&order, &id).is_err());
    assert!(read_own(&order, &MollieOrderId::new("ord_3.k8x2pq")).is_ok());
}
