//! Answers have every key that recorded answers of Mollie's have.

use serde_json::{Value, json};

use super::super::FinalState::{Expired, Failed, Open};
use super::{Shop, lego, text};

const ORDER: &str = "resource id profileId method amount status isCancelable metadata createdAt mode locale \
    billingAddress shopperCountryMustMatchBillingCountry consumerDateOfBirth orderNumber shippingAddress redirectUrl \
    webhookUrl lines _links";
const LINE: &str = "resource id orderId name sku type status metadata isCancelable quantity quantityShipped amountShipped \
    quantityRefunded amountRefunded quantityCanceled amountCanceled shippableQuantity refundableQuantity \
    cancelableQuantity unitPrice vatRate vatAmount totalAmount createdAt discountAmount";
const PAYMENT: &str = "resource id mode createdAt amount description method metadata status locale profileId orderId \
    sequenceType redirectUrl _links";
const PAID: &str = "paidAt amountRefunded amountRemaining countryCode settlementAmount details";
const TRANSFER: &str = "isCancelable expiresAt settlementAmount details";
const SHIPMENT: &str = "resource id mode orderId createdAt tracking lines _links";
const SHIPPED: &str = "resource id orderId name sku type status metadata isCancelable quantity unitPrice vatRate vatAmount \
    totalAmount createdAt";

fn assert_keys(value: &Value, keys: &str) {
    for key in keys.split_whitespace() {
        assert!(value.get(key).is_some(), "{key} in {value}");
    }
}

#[test]
fn a_paid_and_shipped_order_with_all_that_is_embedded() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("ideal"));
    let tracking = json!({ "tracking": { "carrier": "PostNL", "code": "3SKABA000000000" } });
    let shipment = shop.shipped(&id, &tracking);
    let order = shop.order(&id);
    assert_keys(&order, ORDER);
    assert_keys(&order, "amountCaptured paidAt");
    assert_keys(&order["_links"], "self dashboard documentation");
    assert_keys(&order["lines"][0], LINE);
    let payment = &order["_embedded"]["payments"][0];
    assert_keys(payment, PAYMENT);
    assert_keys(payment, PAID);
    assert_eq!(payment["countryCode"], "NL");
    assert_keys(&payment["details"], "consumerName consumerAccount consumerBic");
    assert_keys(&payment["_links"], "self dashboard changePaymentState order");
    let embedded = &order["_embedded"]["shipments"][0];
    assert_eq!(embedded, &shipment);
    assert_keys(embedded, SHIPMENT);
    assert_keys(&embedded["_links"], "self order documentation");
    assert_keys(&embedded["lines"][0], SHIPPED);
}

#[test]
fn only_a_test_payment_with_money_lets_its_state_be_changed() {
    for (key, expected) in [("test_abc", true), ("live_abc", false)] {
        let mut shop = Shop::new();
        let order =
            shop.request_as(key, "POST", "/v2/orders?embed=payments", Some(&lego("ideal")), None).body;
        let id = text(&order, "/id");
        assert!(order["_embedded"]["payments"][0]["_links"].get("changePaymentState").is_none());
        shop.choose(&id, super::FinalState::Paid).unwrap();
        let path = format!("/v2/payments/{}", text(&order, "/_embedded/payments/0/id"));
        let payment = shop.request_as(key, "GET", &path, None, None).body;
        assert_eq!(payment["_links"].get("changePaymentState").is_some(), expected);
    }
}

#[test]
fn a_payment_has_a_country_once_the_shopper_has_opened_it() {
    let mut body = lego("ideal");
    body["billingAddress"]["country"] = json!("nl");
    let mut shop = Shop::new();
    let id = text(&shop.create(&body), "/id");
    assert!(shop.order(&id)["_embedded"]["payments"][0].get("countryCode").is_none());
    shop.choose(&id, Open).unwrap();
    assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["countryCode"], "NL");
    shop.choose(&id, Expired).unwrap();
    assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["countryCode"], "NL");
}

#[test]
fn an_open_bank_transfer_says_where_to_pay() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.choose(&id, Failed).unwrap();
    let payment = shop.pay_again(&id, &json!({ "method": "banktransfer" })).body;
    assert_keys(&payment, PAYMENT);
    assert_keys(&payment, TRANSFER);
    assert_keys(&payment["details"], "bankName bankAccount bankBic transferReference billingEmail");
    assert_keys(&payment["_links"], "self checkout dashboard order status payOnline documentation");
    assert_eq!(payment["details"], shop.get(&format!("/v2/payments/{}", text(&payment, "/id")))["details"]);
}

#[test]
fn what_a_created_order_does_not_have_can_be_null() {
    let mut body = lego("ideal");
    for field in ["shippingAddress", "consumerDateOfBirth", "webhookUrl"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let empty = "authorizedAt paidAt canceledAt expiredAt completedAt cancelUrl shippingAddress consumerDateOfBirth webhookUrl";
    body["lines"][1].as_object_mut().unwrap().remove("category");
    let mut shop = Shop::with(&json!({ "empty_keys_of_created_orders": "null" }));
    let order = shop.create(&body);
    for key in empty.split(' ') {
        assert_eq!(order.get(key), Some(&Value::Null), "{key}");
    }
    assert_eq!(
        (&order["lines"][0]["category"], order["lines"][1].get("category")),
        (&json!("gift"), Some(&Value::Null))
    );
    let (id, _) = shop.settled(&body);
    assert!(shop.order(&id).get("canceledAt").is_none());
    let order = Shop::new().create(&body);
    assert!(empty.split(' ').all(|key| order.get(key).is_none()));
    assert!(order["lines"][1].get("category").is_none());
}
