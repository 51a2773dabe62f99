//! The LEGO order from creation to its end, in both flows, and the ways that end early.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::{FinalState, NotChosen, OrderStatus};
use super::{Shop, eur, lego, text};

fn statuses(order: &Value) -> Vec<&str> {
    let lines = order["lines"].as_array().unwrap().iter();
    std::iter::once(order).chain(lines).map(|one| one["status"].as_str().unwrap()).collect()
}

#[test]
fn a_paid_order_is_captured_at_once_and_completed_by_shipping() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["paid", "paid", "paid"]);
    assert_eq!(order["amountCaptured"], eur("1027.99"));
    assert_eq!(order["paidAt"], "2018-08-02T09:29:56+00:00");
    assert_eq!(order["isCancelable"], false);
    assert!(order.get("expiresAt").is_none() && order.pointer("/_links/checkout").is_none());
    let payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!(payment["status"], "paid");
    assert_eq!(payment["amountRemaining"], eur("1027.99"));

    let one = json!({
        "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("399.00") }, { "id": lines[1] }],
        "tracking": { "carrier": "PostNL", "code": "3SKABA000000000", "url": "http://postnl.nl/tracktrace/?B=1" }
    });
    let shipment = shop.shipped(&id, &one);
    assert_eq!(shipment["tracking"]["code"], "3SKABA000000000");
    assert_eq!(shipment["lines"][0]["status"], "shipping");
    assert_eq!(shipment["lines"][1]["status"], "completed");
    assert!(shipment["lines"][0].get("quantityShipped").is_none());
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["shipping", "shipping", "completed"]);
    assert_eq!(order["amountCaptured"], eur("1027.99"));
    assert_eq!(shop.get(&format!("/v2/orders/{id}/shipments/{}", text(&shipment, "/id"))), shipment);

    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["completed", "completed", "completed"]);
    assert_eq!(order["lines"][0]["amountShipped"], eur("698.00"));
    assert_eq!(order["completedAt"], "2018-08-02T09:29:56+00:00");
    assert_eq!(shop.get(&format!("/v2/orders/{id}/shipments"))["count"], 2);
    let expected =
        [OrderCreated, PaymentCreated, PaymentPaid, ShipmentCreated, ShipmentCreated, OrderCompleted];
    assert_eq!(shop.kinds(), expected);
    assert!(shop.world.ledger()[3].amounts.get("captured").is_none());
    assert_eq!(shop.hooks().len(), 4, "paid, two shipments, completed");
}

#[test]
fn an_authorized_order_is_captured_by_its_shipments() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarnapaylater"));
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["authorized", "authorized", "authorized"]);
    assert!(order.get("amountCaptured").is_none() && order.get("paidAt").is_none());
    assert!(order.get("expiresAt").is_some());
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("authorized")));

    shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["shipping", "authorized", "completed"]);
    assert_eq!(order["amountCaptured"], eur("329.99"));
    assert_eq!(order["isCancelable"], true);
    assert_eq!(order.pointer("/_embedded/payments/0/amountCaptured"), Some(&eur("329.99")));
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("authorized")));

    shop.shipped(&id, &json!({ "lines": [] }));
    let order = shop.order(&id);
    assert_eq!(statuses(&order), ["completed", "completed", "completed"]);
    assert_eq!(order["amountCaptured"], eur("1027.99"));
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("paid")));
    assert_eq!(shop.world.ledger()[3].amounts["captured"], eur("329.99"));
    let expected = [
        OrderCreated,
        PaymentCreated,
        PaymentAuthorized,
        ShipmentCreated,
        ShipmentCreated,
        PaymentPaid,
        OrderCompleted,
    ];
    assert_eq!(shop.kinds(), expected);
}

#[test]
fn a_failed_payment_leaves_the_order_created_and_a_new_attempt_can_pay_it() {
    let mut shop = Shop::new();
    let mut body = lego("ideal");
    body["payment"] = json!({ "webhookUrl": "https://example.org/payment-hook" });
    body["cancelUrl"] = json!("https://example.org/cancel");
    let id = text(&shop.create(&body), "/id");
    assert_eq!(shop.choose(&id, FinalState::Failed).unwrap().unwrap(), "https://example.org/redirect");
    assert_eq!(shop.order(&id)["status"], "created");
    assert_eq!(shop.choose(&id, FinalState::Canceled).unwrap().unwrap(), "https://example.org/cancel");
    shop.choose(&id, FinalState::Paid).unwrap();
    let order = shop.order(&id);
    let payments = order.pointer("/_embedded/payments").unwrap().as_array().unwrap();
    let states: Vec<&str> = payments.iter().map(|payment| payment["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["failed", "canceled", "paid"]);
    assert!(payments[0].get("failedAt").is_some() && payments[1].get("canceledAt").is_some());
    let (first, second) = (text(&payments[0], "/id"), text(&payments[1], "/id"));
    assert_eq!(shop.hooks(), [first.as_str(), second.as_str(), id.as_str()]);
    assert_eq!(shop.choose(&id, FinalState::Paid), Err(NotChosen::NotPayable));
}

#[test]
fn only_results_that_fit_the_method_can_be_chosen() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("klarna")), "/id");
    assert_eq!(shop.choose(&id, FinalState::Paid), Err(NotChosen::Misfit(FinalState::Paid)));
    let view = shop.world.checkout(&id[4..], shop.now).unwrap();
    assert!(!view.results.contains(&FinalState::Paid) && view.results.contains(&FinalState::Authorized));
    let id = text(&shop.create(&lego("ideal")), "/id");
    assert_eq!(shop.choose(&id, FinalState::Authorized), Err(NotChosen::Misfit(FinalState::Authorized)));
    assert_eq!(shop.order(&id)["status"], "created");
}

#[test]
fn without_a_method_the_shopper_chooses_one() {
    let mut shop = Shop::new();
    let mut body = lego("ideal");
    body.as_object_mut().unwrap().remove("method");
    let order = shop.create(&body);
    assert_eq!(order["method"], Value::Null);
    let id = text(&order, "/id");
    shop.world.choose(&id[4..], FinalState::Failed, Some("creditcard"), shop.now).unwrap();
    assert_eq!(shop.order(&id)["method"], "creditcard");
    let refused = shop.world.choose(&id[4..], FinalState::Failed, Some("klarna"), shop.now);
    assert_eq!(refused, Err(NotChosen::MethodNotOffered("klarna".to_owned())));
    shop.choose(&id, FinalState::Paid).unwrap();
    assert_eq!(shop.world.order(&id).unwrap().status, OrderStatus::Paid);
    body["method"] = json!(["ideal", "klarna"]);
    let id = text(&shop.create(&body), "/id");
    shop.choose(&id, FinalState::Authorized).unwrap();
    assert_eq!(shop.order(&id)["method"], "klarna");
}

#[test]
fn a_created_order_is_canceled_with_its_payment() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let order = shop.cancel(&id).body;
    assert_eq!(statuses(&order), ["canceled", "canceled", "canceled"]);
    assert_eq!(order["lines"][0]["quantityCanceled"], 2);
    assert_eq!(order["lines"][0]["amountCanceled"], eur("698.00"));
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, OrderCanceled, PaymentCanceled]);
    assert_eq!(shop.world.ledger()[2].amounts["canceled"], eur("1027.99"));
    let again = shop.cancel(&id);
    assert_eq!(again.status, 400);
    assert_eq!(again.body["detail"], "The order cannot be canceled from state: canceled");
}

#[test]
fn canceling_releases_what_is_authorized_and_not_shipped() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("300.00") }] }));
    let order = shop.cancel(&id).body;
    assert_eq!(statuses(&order), ["completed", "completed", "canceled"]);
    assert_eq!(order["lines"][0]["amountCanceled"], eur("398.00"));
    assert_eq!(order["amountCaptured"], eur("300.00"));
    let released = &shop.world.ledger()[4];
    assert_eq!((released.kind, &released.amounts["canceled"]), (OrderCanceled, &eur("727.99")));
    assert_eq!(released.lines.as_ref().unwrap().len(), 2);
    assert_eq!(shop.world.ledger()[5].kind, PaymentPaid);
    assert_eq!(shop.world.ledger()[5].amounts["paid"], eur("300.00"));
    assert_eq!(shop.world.ledger()[6].kind, OrderCompleted);
}

#[test]
fn an_authorized_order_is_canceled_whole() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("klarna"));
    assert_eq!(statuses(&shop.cancel(&id).body), ["canceled", "canceled", "canceled"]);
    assert_eq!(shop.order(&id).pointer("/_embedded/payments/0/status"), Some(&json!("canceled")));
}

#[test]
fn money_that_was_taken_cannot_be_canceled() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    assert_eq!(shop.cancel(&id).status, 400);
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    assert_eq!(shop.cancel(&id).body["detail"], "The order cannot be canceled from state: shipping");
}

#[test]
fn an_opened_payment_blocks_the_cancellation() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.choose(&id, FinalState::Open).unwrap();
    assert_eq!(shop.cancel(&id).status, 400);
    assert_eq!(shop.order(&id)["status"], "created");
}

#[test]
fn what_is_not_paid_cannot_be_shipped() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let refusal = shop.ship(&id, &json!({}));
    assert_eq!(refusal.status, 422);
    assert_eq!(refusal.body["detail"], "Cannot create a shipment. No lines can be shipped.");
    let (id, _) = shop.settled(&lego("ideal"));
    let unknown = shop.ship(&id, &json!({ "lines": [{ "id": "odl_1.nobody" }] }));
    assert_eq!((unknown.status, unknown.body["field"].as_str()), (422, Some("lines.0.id")));
    let long = json!({ "tracking": { "carrier": "c".repeat(101), "code": "1" } });
    assert_eq!(shop.ship(&id, &long).body["field"], "tracking.carrier");
}

#[test]
fn the_ledger_says_everything_once_and_without_gaps() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("klarna"));
    shop.request("POST", &format!("/v2/orders/{id}/shipments"), Some(&json!({})), Some("key-1"));
    let seqs: Vec<u64> = shop.world.ledger().iter().map(|effect| effect.seq).collect();
    assert_eq!(seqs, (1..=6).collect::<Vec<_>>());
    let created = serde_json::to_value(&shop.world.ledger()[0]).unwrap();
    assert_eq!(created["order_number"], "1337");
    assert_eq!(created["webhook_url"], "https://example.org/webhook");
    assert_eq!(created["amounts"]["ordered"], eur("1027.99"));
    assert_eq!(created["idempotency_key"], Value::Null);
    assert_eq!(serde_json::to_value(&shop.world.ledger()[3]).unwrap()["idempotency_key"], "key-1");
}
