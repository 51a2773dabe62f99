//! Further payments of an order, as the API makes them.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{self, Authorized, Canceled, Expired, Failed, Open, Paid};
use super::{Shop, lego, text};

/// A created order, whose first payment has ended like this.
fn after(shop: &mut Shop, state: FinalState, body: &Value) -> String {
    let id = text(&shop.create(body), "/id");
    shop.choose(&id, state).unwrap();
    id
}

#[test]
fn once_the_latest_payment_has_come_to_nothing_another_is_made() {
    for state in [Failed, Canceled, Expired] {
        let mut shop = Shop::new();
        let id = after(&mut shop, state, &lego("ideal"));
        let answer = shop.pay_again(&id, &json!({ "method": "banktransfer" }));
        assert_eq!(answer.status, 201, "{}", answer.body);
        let payment = answer.body;
        assert_eq!((&payment["status"], &payment["method"]), (&json!("open"), &json!("banktransfer")));
        assert_eq!((&payment["resource"], &payment["orderId"]), (&json!("payment"), &json!(id)));
        assert_eq!(payment["amount"]["value"], "1027.99");
        let checkout = text(&payment, "/_links/checkout/href");
        assert!(checkout.ends_with(id.trim_start_matches("ord_")), "{checkout}");
        let order = shop.order(&id);
        assert_eq!(order["method"], "banktransfer", "the method is the one used last");
        assert_eq!(order["_embedded"]["payments"].as_array().unwrap().len(), 2);
        assert_eq!(order["_embedded"]["payments"][1]["id"], payment["id"]);
        let effect = shop.world.ledger().last().unwrap();
        assert_eq!((effect.kind, &effect.particulars["method"]), (PaymentCreated, &json!("banktransfer")));
    }
}

#[test]
fn an_open_payment_is_in_the_way_of_another() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    for _ in 0..2 {
        let refusal = shop.pay_again(&id, &json!({}));
        assert_eq!(refusal.status, 422);
        let detail = format!("Cannot create a new payment for order {id} when it has an open payment.");
        assert_eq!(refusal.body["detail"], detail);
        shop.choose(&id, Open).unwrap();
    }
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated]);
}

#[test]
fn an_order_that_is_not_created_takes_no_further_payment() {
    let mut shop = Shop::new();
    for method in ["ideal", "klarna"] {
        let (id, _) = shop.settled(&lego(method));
        assert_eq!(shop.pay_again(&id, &json!({})).status, 422);
    }
    let id = after(&mut shop, Failed, &lego("ideal"));
    assert_eq!(shop.cancel(&id).status, 200);
    assert_eq!(shop.pay_again(&id, &json!({})).status, 422);
    assert_eq!(shop.pay_again("ord_1.nobody", &json!({})).status, 404);
}

#[test]
fn twenty_five_payments_are_the_most() {
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &lego("ideal"));
    for _ in 1..25 {
        assert_eq!(shop.pay_again(&id, &json!({})).status, 201);
        shop.choose(&id, Failed).unwrap();
    }
    assert_eq!(shop.pay_again(&id, &json!({})).status, 422);
    assert_eq!(shop.world.order(&id).unwrap().payments.len(), 25);
}

#[test]
fn the_checkout_page_is_that_of_the_new_payment_and_settles_the_order() {
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &lego("ideal"));
    assert_eq!(shop.pay_again(&id, &json!({ "method": "klarna" })).status, 201);
    let view = shop.world.checkout(id.trim_start_matches("ord_"), shop.now).unwrap();
    assert_eq!(view.methods, ["klarna"]);
    assert!(shop.choose(&id, Paid).is_err(), "that method is authorized");
    shop.choose(&id, Authorized).unwrap();
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["method"]), (&json!("authorized"), &json!("klarna")));
    assert_eq!(order["lines"][0]["status"], "authorized");
    assert_eq!(order["_embedded"]["payments"][1]["status"], "authorized");
    assert_eq!(shop.shipped(&id, &json!({}))["lines"].as_array().unwrap().len(), 2);
}

#[test]
fn several_methods_or_none_leave_the_shopper_a_choice() {
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &lego("ideal"));
    let payment = shop.pay_again(&id, &json!({ "method": ["creditcard", "bancontact"] })).body;
    assert_eq!(payment["method"], Value::Null);
    shop.choose(&id, Failed).unwrap();
    let last = shop.order(&id)["_embedded"]["payments"][1]["method"].clone();
    assert_eq!(last, "creditcard", "the shopper has taken the first that was offered");
    assert_eq!(shop.pay_again(&id, &json!({})).body["method"], "ideal", "the order's own");
    for (body, field) in [
        (json!({ "method": "gold" }), "method"),
        (json!({ "method": 1 }), "method"),
        (json!({ "dueDate": "soon" }), "dueDate"),
        (json!({ "webhookUrl": "app://hook" }), "webhookUrl"),
        (json!({ "method": "banktransfer", "dueDate": "2018-08-02" }), "dueDate"),
    ] {
        let mut shop = Shop::new();
        let id = after(&mut shop, Failed, &lego("ideal"));
        let refusal = shop.pay_again(&id, &body);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!(field)), "{body}");
    }
    let mut shop = Shop::with(&json!({ "unknown_parameters": "422" }));
    let id = after(&mut shop, Failed, &lego("ideal"));
    assert_eq!(shop.pay_again(&id, &json!({ "amount": 1 })).body["field"], "amount");
}

#[test]
fn a_due_date_is_for_bank_transfers() {
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &lego("ideal"));
    let body = json!({ "method": "banktransfer", "dueDate": "2018-08-20" });
    assert_eq!(shop.pay_again(&id, &body).body["expiresAt"], "2018-08-21T05:00:00+00:00");
    shop.choose(&id, Failed).unwrap();
    let body = json!({ "method": "ideal", "dueDate": "2018-08-20" });
    assert_eq!(shop.pay_again(&id, &body).body["expiresAt"], "2018-08-02T09:44:56+00:00");
}

#[test]
fn the_address_of_payment_hooks_is_copied_to_later_payments() {
    let mut body = lego("ideal");
    body["payment"] = json!({ "webhookUrl": "https://example.org/first" });
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &body);
    let second = shop.pay_again(&id, &json!({})).body;
    assert_eq!(second["webhookUrl"], "https://example.org/first");
    shop.choose(&id, Failed).unwrap();
    let third = shop.pay_again(&id, &json!({ "webhookUrl": "https://example.org/second" })).body;
    shop.choose(&id, Canceled).unwrap();
    assert_eq!(shop.pay_again(&id, &json!({})).body["webhookUrl"], "https://example.org/second");
    shop.choose(&id, Paid).unwrap();
    let hooks: Vec<(&str, &str)> =
        shop.world.due_hooks(shop.now).map(|hook| (hook.url.as_str(), hook.resource_id.as_str())).collect();
    let (second, third) = (text(&second, "/id"), text(&third, "/id"));
    assert_eq!(
        hooks[1..],
        [
            ("https://example.org/first", second.as_str()),
            ("https://example.org/second", third.as_str()),
            ("https://example.org/webhook", id.as_str()),
        ]
    );
}

#[test]
fn the_same_key_makes_one_payment() {
    let mut shop = Shop::new();
    let id = after(&mut shop, Failed, &lego("ideal"));
    let path = format!("/v2/orders/{id}/payments");
    let first = shop.request("POST", &path, Some(&json!({})), Some("again"));
    let second = shop.request("POST", &path, Some(&json!({})), Some("again"));
    assert_eq!((first.status, second.status, second.replayed), (201, 201, true));
    assert_eq!(first.body["id"], second.body["id"]);
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, effect.idempotency_key.as_deref()), (PaymentCreated, Some("again")));
    assert_eq!(effect.payment_id, first.body["id"].as_str().map(str::to_owned));
    shop.restart();
    let view = shop.world.checkout(id.trim_start_matches("ord_"), shop.now).unwrap();
    assert_eq!(view.methods, ["ideal"]);
}

#[test]
fn a_method_asks_of_its_order_what_it_asks_at_create() {
    let mut private = lego("ideal");
    private["billingAddress"].as_object_mut().unwrap().remove("organizationName");
    let mut late = lego("ideal");
    late["expiresAt"] = json!("2018-10-01");
    let mut plain = lego("ideal");
    for line in plain["lines"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("category");
    }
    for (order, method, field) in
        [(&private, "billie", "method"), (&late, "klarna", "method"), (&plain, "voucher", "lines")]
    {
        let mut shop = Shop::new();
        let id = after(&mut shop, Failed, order);
        let refusal = shop.pay_again(&id, &json!({ "method": method }));
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!(field)), "{method}");
        let id = after(&mut shop, Failed, &lego("ideal"));
        assert_eq!(shop.pay_again(&id, &json!({ "method": method })).status, 201, "{method}");
    }
    let mut shop = Shop::with(&json!({ "klarna_beyond_28_days": "agreed" }));
    let id = after(&mut shop, Failed, &late);
    assert_eq!(shop.pay_again(&id, &json!({ "method": "klarna" })).status, 201);
}
