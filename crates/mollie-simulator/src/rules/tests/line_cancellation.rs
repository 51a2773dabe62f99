//! `DELETE /orders/{id}/lines`: what it releases, which amounts it takes, and what becomes of the order.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::captures::only;
use super::{Shop, eur, lego, line, order_of, text};

const DECLINED: &str =
    "Update authorization not allowed. Decision is based on order state and outcome of risk assessment.";

/// 2 × 10.00 and 3 × 5.00, authorized.
fn two_lines(shop: &mut Shop) -> (String, Vec<String>) {
    let lines = [line(2, "10.00", None, "20.00"), line(3, "5.00", None, "15.00")];
    shop.settled(&order_of("klarna", &eur("35.00"), &lines))
}

fn part(line: &str, quantity: u32) -> Value {
    json!({ "lines": [{ "id": line, "quantity": quantity }] })
}

#[test]
fn a_part_of_a_line_is_released_and_the_answer_is_empty() {
    let mut shop = Shop::new();
    let (id, lines) = two_lines(&mut shop);
    let answer = shop.delete_lines(&id, &part(&lines[1], 2));
    assert_eq!((answer.status, &answer.body), (204, &Value::Null));
    let order = shop.order(&id);
    let line = &order["lines"][1];
    assert_eq!((&line["quantityCanceled"], &line["amountCanceled"]), (&json!(2), &eur("10.00")));
    assert_eq!((&line["shippableQuantity"], &line["cancelableQuantity"]), (&json!(1), &json!(1)));
    assert_eq!((&line["quantity"], &line["totalAmount"]), (&json!(3), &eur("15.00")), "as ordered");
    assert_eq!((&line["status"], &order["status"]), (&json!("authorized"), &json!("authorized")));
    assert_eq!(order["amount"], eur("35.00"));
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.amounts["canceled"]), (LinesCanceled, &eur("10.00")));
    assert_eq!(shop.hooks().last(), Some(&id.as_str()), "partly canceled");
}

#[test]
fn a_line_without_a_quantity_is_canceled_as_far_as_it_is_left() {
    let mut shop = Shop::new();
    let (id, lines) = two_lines(&mut shop);
    shop.shipped(&id, &part(&lines[1], 1));
    assert_eq!(shop.delete_lines(&id, &only(&lines[1])).status, 204);
    let order = shop.order(&id);
    let line = &order["lines"][1];
    assert_eq!((&line["quantityCanceled"], &line["status"]), (&json!(2), &json!("completed")));
    assert_eq!(order["status"], "shipping");
    assert_eq!(shop.delete_lines(&id, &only(&lines[0])).status, 204);
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["lines"][0]["status"]), (&json!("completed"), &json!("canceled")));
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("paid")));
    assert_eq!(order["amountCaptured"], eur("5.00"));
}

#[test]
fn an_empty_list_is_every_line_and_a_missing_one_none() {
    let mut shop = Shop::new();
    let (id, _) = two_lines(&mut shop);
    for body in [json!({}), json!({ "lines": null }), json!({ "lines": "all" })] {
        let refusal = shop.delete_lines(&id, &body);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("lines")), "{body}");
    }
    let nothing = shop.request("DELETE", &format!("/v2/orders/{id}/lines"), None, None);
    assert_eq!(nothing.status, 422);
    assert_eq!(shop.delete_lines(&id, &json!({ "lines": [] })).status, 204);
    let order = shop.order(&id);
    assert_eq!(order["status"], "canceled");
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("canceled")));
    assert_eq!(shop.kinds()[3..], [LinesCanceled, PaymentCanceled]);
    assert_eq!(shop.delete_lines(&id, &json!({ "lines": [] })).status, 422, "nothing is left");
}

#[test]
fn shipping_and_canceling_draw_on_one_pool_with_one_amount_rule() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let of = |quantity: u32, amount: &str| json!({ "lines": [{ "id": lines[0], "quantity": quantity, "amount": eur(amount) }] });
    let refusal = shop.delete_lines(&id, &part(&lines[0], 1));
    assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("lines.0.amount")));
    assert_eq!(refusal.body["extra"]["minimumAmount"], eur("299.00"));
    assert_eq!(shop.delete_lines(&id, &of(1, "298.99")).status, 422);
    assert_eq!(shop.delete_lines(&id, &of(1, "310.00")).status, 204);
    let too_many = shop.ship(&id, &of(2, "698.00"));
    assert_eq!(too_many.body["field"], "lines.0.quantity");
    let rest = shop.shipped(&id, &only(&lines[0]));
    assert_eq!(rest["lines"][0]["totalAmount"], eur("388.00"));
    let twice = json!({ "lines": [{ "id": lines[1] }, { "id": lines[1] }] });
    let refusal = shop.delete_lines(&id, &twice);
    assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("lines.1.quantity")));
    assert_eq!(shop.order(&id)["lines"][1]["quantityCanceled"], 0, "a refusal changes nothing");
}

#[test]
fn only_authorized_and_shipping_lines_are_canceled() {
    let mut shop = Shop::new();
    let created = text(&shop.create(&lego("klarna")), "/id");
    let (paid, lines) = shop.settled(&lego("ideal"));
    let before = shop.kinds();
    for (id, body) in
        [(&created, json!({ "lines": [] })), (&paid, json!({ "lines": [] })), (&paid, only(&lines[0]))]
    {
        let refusal = shop.delete_lines(id, &body);
        assert_eq!((refusal.status, &refusal.body["detail"]), (422, &json!("No lines can be canceled.")));
    }
    assert_eq!(shop.delete_lines("ord_1.nobody", &json!({ "lines": [] })).status, 404);
    assert_eq!(shop.kinds(), before);
}

#[test]
fn the_supplier_declines_lines_or_the_order_but_not_the_other() {
    for (declines, of_lines, of_order) in [("lines", 422, 200), ("cancel", 204, 422)] {
        let mut shop = Shop::with(&json!({ "supplier_declines": declines }));
        let (id, lines) = two_lines(&mut shop);
        let before = shop.order(&id);
        let answer = shop.delete_lines(&id, &part(&lines[0], 1));
        assert_eq!(answer.status, of_lines, "{declines}");
        if of_lines == 422 {
            assert_eq!(answer.body["detail"], DECLINED);
            assert_eq!(shop.order(&id), before);
        }
        assert_eq!(shop.cancel(&id).status, of_order, "{declines}");
    }
}

#[test]
fn a_cancellation_of_lines_leaves_no_more_captured_than_may_be() {
    for (switches, status) in [(json!({}), 422), (json!({ "capture_above_authorization": "accepted" }), 204)]
    {
        let mut shop = Shop::with(&switches);
        let goods = line(1, "10.00", None, "10.00");
        let lines = [goods.clone(), goods, super::captures::gift_card("-5.00")];
        let (id, lines) = shop.settled(&order_of("klarna", &eur("15.00"), &lines));
        shop.shipped(&id, &only(&lines[0]));
        assert_eq!(shop.delete_lines(&id, &only(&lines[1])).status, status);
    }
}

#[test]
fn the_amount_of_the_order_stays_or_is_reduced() {
    for (switches, after_one, after_all) in [
        (json!({}), "35.00", "35.00"),
        (json!({ "amount_after_line_cancellation": "reduced" }), "25.00", "0.00"),
    ] {
        let mut shop = Shop::with(&switches);
        let (id, lines) = two_lines(&mut shop);
        shop.delete_lines(&id, &part(&lines[0], 1));
        let order = shop.order(&id);
        assert_eq!(order["amount"], eur(after_one));
        assert_eq!(order.pointer("/_embedded/payments/0/amount"), Some(&eur("35.00")), "was authorized");
        shop.restart();
        shop.delete_lines(&id, &json!({ "lines": [] }));
        assert_eq!(shop.order(&id)["amount"], eur(after_all));
    }
}

#[test]
fn a_key_does_not_protect_a_cancellation_of_lines() {
    let mut shop = Shop::new();
    let (id, lines) = two_lines(&mut shop);
    for canceled in 1..=2 {
        let path = format!("/v2/orders/{id}/lines");
        let answer = shop.request("DELETE", &path, Some(&part(&lines[1], 1)), Some("key"));
        assert_eq!((answer.status, answer.replayed), (204, false));
        assert_eq!(shop.order(&id)["lines"][1]["quantityCanceled"], canceled);
    }
}
