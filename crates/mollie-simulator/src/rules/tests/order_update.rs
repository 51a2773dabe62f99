//! Update order.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::Failed;
use super::{Shop, lego, text};

fn address() -> Value {
    json!({
        "streetAndNumber": "Corrected street 1", "postalCode": "1234AC", "city": "Utrecht", "country": "nl",
        "givenName": "Piet", "familyName": "Mondriaan", "email": "piet@mondriaan.com"
    })
}

#[test]
fn every_field_of_the_document_can_be_given_another_value() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let body = json!({
        "billingAddress": address(), "shippingAddress": address(), "orderNumber": "1338",
        "redirectUrl": "https://example.org/back", "cancelUrl": "https://example.org/no",
        "webhookUrl": "https://example.org/hook"
    });
    let hooks = shop.hooks().len();
    let answer = shop.patch(&id, "", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&answer.body[field], value, "an address is a whole object");
    }
    assert_eq!(answer.body["lines"][0]["quantityShipped"], 0);
    let shown = shop.get(&format!("/v2/orders/{id}"));
    assert_eq!(shown, answer.body);
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, OrderUpdated]);
    assert_eq!(shop.world.ledger()[2].particulars["updated"], body);
    assert_eq!(shop.hooks().len(), hooks);
    shop.choose(&id, Failed).unwrap();
    assert_eq!(shop.choose(&id, super::FinalState::Canceled).unwrap().unwrap(), "https://example.org/no");
}

#[test]
fn something_has_to_be_sent_and_is_judged_as_at_create() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let mut nameless = address();
    nameless.as_object_mut().unwrap().remove("city");
    for (body, field) in [
        (json!({}), Value::Null),
        (json!({ "orderNumber": null }), Value::Null),
        (json!({ "billingAddress": nameless }), json!("billingAddress")),
        (json!({ "billingAddress": { "city": "Utrecht" } }), json!("billingAddress")),
        (json!({ "shippingAddress": "here" }), json!("shippingAddress")),
        (json!({ "orderNumber": " " }), json!("orderNumber")),
        (json!({ "orderNumber": 1 }), json!("orderNumber")),
        (json!({ "redirectUrl": "here" }), json!("redirectUrl")),
        (json!({ "webhookUrl": "app://x" }), json!("webhookUrl")),
        (json!({ "testmode": true, "orderNumber": "2" }), json!("testmode")),
    ] {
        let refusal = shop.patch(&id, "", &body);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &field), "{body}");
    }
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated]);
    let odd = json!({ "orderNumber": "2", "locale": "nl_NL" });
    assert_eq!(shop.patch(&id, "", &odd).body["locale"], "nl_NL");
    let mut strict = Shop::with(&json!({ "unknown_parameters": "422" }));
    let id = text(&strict.create(&lego("ideal")), "/id");
    assert_eq!(strict.patch(&id, "", &odd).body["field"], "locale");
    assert_eq!(strict.patch("ord_1.nobody", "", &odd).status, 404);
}

#[test]
fn where_the_shopper_goes_is_fixed_once_money_has_come() {
    let mut shop = Shop::new();
    for method in ["ideal", "klarna"] {
        let (id, _) = shop.settled(&lego(method));
        for field in ["redirectUrl", "cancelUrl"] {
            let refusal =
                shop.patch(&id, "", &json!({ field: "https://example.org/back", "orderNumber": "9" }));
            assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!(field)));
        }
        assert_eq!(shop.order(&id)["orderNumber"], "1337", "nothing of a refused request is kept");
        assert_eq!(shop.patch(&id, "", &json!({ "orderNumber": "9" })).status, 200);
        assert_eq!(shop.patch(&id, "", &json!({ "webhookUrl": "https://example.org/other" })).status, 200);
    }
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.choose(&id, Failed).unwrap();
    assert_eq!(shop.patch(&id, "", &json!({ "redirectUrl": "https://example.org/back" })).status, 200);
}

#[test]
fn the_supplier_may_decline_another_address() {
    let mut shop = Shop::with(&json!({ "supplier_declines": "address" }));
    let (id, lines) = shop.settled(&lego("klarna"));
    let both = json!({ "shippingAddress": address(), "orderNumber": "1338" });
    let refusal = shop.patch(&id, "", &both);
    assert_eq!(refusal.status, 422);
    assert!(text(&refusal.body, "/detail").starts_with("Update authorization not allowed."));
    let order = shop.order(&id);
    assert_eq!(
        (&order["orderNumber"], &order["shippingAddress"]["city"]),
        (&json!("1337"), &json!("Haarlem"))
    );
    let same = json!({ "billingAddress": order["billingAddress"] });
    assert_eq!(shop.patch(&id, "", &same).status, 200, "no address has changed");
    assert_eq!(shop.patch(&id, "", &json!({ "orderNumber": "1338" })).status, 200);
    assert_eq!(shop.delete_lines(&id, &json!({ "lines": [{ "id": lines[1] }] })).status, 204);
    assert_eq!(shop.cancel(&id).status, 200);
    let (paid, _) = shop.settled(&lego("ideal"));
    assert_eq!(shop.patch(&paid, "", &both).status, 200, "no supplier has a say");
    let created = text(&shop.create(&lego("klarna")), "/id");
    assert_eq!(shop.patch(&created, "", &both).status, 200, "nothing is authorized yet");
    assert_eq!(shop.cancel(&created).status, 200);
    let back = json!({ "billingAddress": address() });
    assert_eq!(shop.patch(&created, "", &back).status, 200, "nothing ever was");
}
