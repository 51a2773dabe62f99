//! What is shipped and canceled in Mollie's dashboard, and what that leaves to the shop.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState;
use super::super::switches::CaptureAboveAuthorization;
use super::captures::{gift_card, goods_and_gift_card, only};
use super::{Shop, eur, lego, line, order_of, text};

impl Shop {
    fn ship_elsewhere(&mut self, id: &str, body: &Value) -> Value {
        self.world.ship_in_dashboard(id, body, self.now).unwrap()
    }

    fn cancel_elsewhere(&mut self, id: &str, body: &Value) -> Value {
        self.world.cancel_in_dashboard(id, body, self.now).unwrap()
    }
}

/// Two goods of 10.00 each and a gift card of −5.00, authorized for 15.00.
fn two_goods(shop: &mut Shop) -> (String, Vec<String>) {
    let goods = line(1, "10.00", None, "10.00");
    shop.settled(&order_of("klarna", &eur("15.00"), &[goods.clone(), goods, gift_card("-5.00")]))
}

#[test]
fn units_that_were_shipped_elsewhere_are_refused_and_nothing_changes() {
    for method in ["ideal", "klarna"] {
        let mut shop = Shop::new();
        let (id, lines) = shop.settled(&lego(method));
        let shipment = shop.ship_elsewhere(&id, &json!({ "lines": [{ "id": lines[1] }], "notify": false }));
        let (before, ledger) = (shop.order(&id), shop.kinds());
        assert_eq!(before.pointer("/_embedded/shipments/0/id"), Some(&shipment["id"]));
        assert_eq!(shop.ship(&id, &only(&lines[1])).body["field"], "lines.0.quantity");
        assert_eq!((shop.order(&id), shop.kinds()), (before, ledger), "{method}");
        shop.ship_elsewhere(&id, &json!({}));
        let (before, ledger) = (shop.order(&id), shop.kinds());
        let detail = "Cannot create a shipment. No lines can be shipped.";
        for body in [json!({}), only(&lines[1])] {
            assert_eq!(shop.ship(&id, &body).body["detail"], detail);
        }
        assert_eq!((shop.order(&id), shop.kinds()), (before, ledger), "{method}");
    }
}

#[test]
fn only_the_hooks_of_what_is_to_be_unheard_of_are_lost() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    shop.ship_elsewhere(&id, &json!({ "lines": [{ "id": lines[1] }], "notify": false }));
    assert_eq!(shop.hooks().len(), 1, "that of the authorisation");
    shop.ship_elsewhere(&id, &json!({}));
    assert_eq!(shop.hooks().len(), 3, "shipped, completed");
}

#[test]
fn the_dashboard_may_capture_above_the_authorisation_and_cancel_then() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.ship_elsewhere(&id, &only(&lines[0]));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("20.00"));
    assert_eq!(shop.cancel(&id).status, 422, "the shop may not");
    let order = shop.cancel_elsewhere(&id, &json!({}));
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("20.00")));
    let by = |kind| {
        let effect = shop.world.ledger().iter().find(|effect| effect.kind == kind).unwrap();
        effect.particulars.get("by").cloned()
    };
    assert_eq!(
        (by(ShipmentCreated), by(OrderCanceled)),
        (Some(json!("dashboard")), Some(json!("dashboard")))
    );
    assert_eq!(by(OrderCreated), None);
}

#[test]
fn canceling_a_deduction_does_not_raise_what_may_be_captured() {
    let mut shop = Shop::new();
    let (id, lines) = two_goods(&mut shop);
    let order = shop.cancel_elsewhere(&id, &only(&lines[2]));
    assert_eq!(
        (&order["status"], &order["lines"][2]["amountCanceled"]),
        (&json!("authorized"), &eur("-5.00"))
    );
    let both = shop.ship(&id, &json!({}));
    let detail = both.body["detail"].as_str().unwrap_or_default();
    assert!(detail.ends_with("The maximum amount is €15.00, got: €20.00."), "{detail}");
    shop.shipped(&id, &only(&lines[0]));
    assert_eq!(shop.cancel(&id).status, 200);
}

#[test]
fn canceling_goods_lowers_what_may_be_captured() {
    let mut shop = Shop::new();
    let (id, lines) = two_goods(&mut shop);
    shop.cancel_elsewhere(&id, &only(&lines[1]));
    let alone = shop.ship(&id, &only(&lines[0]));
    let detail = alone.body["detail"].as_str().unwrap_or_default();
    assert!(detail.ends_with("The maximum amount is €5.00, got: €10.00."), "{detail}");
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0] }, { "id": lines[2] }] }));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("5.00")));
}

#[test]
fn a_deduction_is_left_alone_when_the_rest_of_the_goods_is_canceled_elsewhere() {
    let mut shop = Shop::new();
    let (id, lines) = two_goods(&mut shop);
    shop.shipped(&id, &only(&lines[0]));
    shop.cancel_elsewhere(&id, &only(&lines[1]));
    assert_eq!(shop.ship(&id, &json!({})).status, 422, "nothing can capture it any more");
    // With the deduction released as well, no more is captured than authorized and not released. That the shopper pays
    // for it is the shop's affair.
    let order = shop.cancel(&id).body;
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("10.00")));
}

#[test]
fn a_cancellation_of_lines_is_bounded_like_one_of_the_order_where_a_request_asks_for_it() {
    let mut shop = Shop::new();
    let (id, lines) = two_goods(&mut shop);
    shop.shipped(&id, &only(&lines[0]));
    let order = shop.world.order(&id).unwrap().clone();
    let body = only(&lines[1]);
    let refused = CaptureAboveAuthorization::Refused;
    let refusal = shop.world.cancel_lines(order, &body, refused, shop.now).unwrap_err();
    assert_eq!(refusal.status, 422);
    assert!(refusal.detail.ends_with("The maximum amount is €5.00, captured: €10.00."), "{}", refusal.detail);
    assert_eq!(shop.order(&id)["lines"][1]["status"], "authorized");
}

#[test]
fn canceling_every_line_cancels_the_order() {
    let mut shop = Shop::new();
    let (id, lines) = two_goods(&mut shop);
    for line in &lines {
        shop.cancel_elsewhere(&id, &only(line));
    }
    let order = shop.order(&id);
    assert_eq!(order["status"], "canceled");
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("canceled")));
    assert_eq!(shop.kinds()[3..], [LinesCanceled, LinesCanceled, LinesCanceled, PaymentCanceled]);
}

#[test]
fn the_dashboard_cancels_an_order_whose_payment_is_open() {
    let mut shop = Shop::with(&json!({ "supplier_declines": "cancel" }));
    let id = text(&shop.create(&lego("banktransfer")), "/id");
    shop.choose(&id, FinalState::Open).unwrap();
    assert_eq!(shop.cancel(&id).status, 400);
    assert_eq!(shop.cancel_elsewhere(&id, &json!({}))["status"], "canceled");
    let again = shop.world.cancel_in_dashboard(&id, &json!({}), shop.now).unwrap_err();
    assert_eq!(again.status, 400);
}
