//! Update order line.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{Authorized, Expired, Failed, Paid};
use super::super::{Amount, AttemptEnd};
use super::captures::only;
use super::{Shop, eur, lego, line, order_of, text};

/// The amounts of a line without VAT.
fn amounts(quantity: u32, price: &str, discount: Option<&str>, total: &str) -> Value {
    let mut amounts = line(quantity, price, discount, total);
    amounts.as_object_mut().unwrap().remove("name");
    amounts
}

fn update(shop: &mut Shop, id: &str, line: &str, body: &Value) -> super::Answer {
    shop.patch(id, &format!("/lines/{line}"), body)
}

/// A created order of two lines, 20.00 and 5.00.
fn small(shop: &mut Shop, method: &str) -> (String, Vec<String>) {
    let lines = [line(2, "10.00", None, "20.00"), line(1, "5.00", None, "5.00")];
    let order = shop.create(&order_of(method, &eur("25.00"), &lines));
    let ids = (0..2).map(|index| text(&order, &format!("/lines/{index}/id"))).collect();
    (text(&order, "/id"), ids)
}

#[test]
fn the_amount_of_the_order_and_of_its_open_payment_follow() {
    let mut shop = Shop::new();
    let (id, lines) = small(&mut shop, "klarna");
    shop.choose(&id, Failed).unwrap();
    assert_eq!(shop.pay_again(&id, &json!({})).status, 201);
    let answer = update(&mut shop, &id, &lines[0], &amounts(3, "10.00", Some("1.00"), "29.00"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["amount"], eur("34.00"));
    let shown = &answer.body["lines"][0];
    assert_eq!((&shown["quantity"], &shown["totalAmount"]), (&json!(3), &eur("29.00")));
    assert_eq!((&shown["name"], &shown["id"]), (&json!("A thing"), &json!(lines[0])));
    let payments = shop.order(&id)["_embedded"]["payments"].clone();
    assert_eq!((&payments[0]["amount"], &payments[1]["amount"]), (&eur("25.00"), &eur("34.00")));
    let effect = shop.world.ledger().last().unwrap().clone();
    assert_eq!((effect.kind, &effect.amounts["ordered"]), (LineUpdated, &eur("34.00")));
    assert_eq!(effect.lines.unwrap(), [json!({ "id": lines[0], "quantity": 3, "amount": eur("29.00") })]);
    assert_eq!(effect.particulars["updated"]["quantity"], 3);
    shop.choose(&id, Authorized).unwrap();
    let books = json!(shop.world.books(&id).unwrap());
    assert_eq!((&books["ordered"], &books["authorized"]), (&eur("34.00"), &eur("34.00")));
    shop.shipped(&id, &json!({}));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("34.00"));
}

#[test]
fn an_authorisation_grows_and_shrinks_with_its_lines() {
    let mut shop = Shop::new();
    let (id, lines) = small(&mut shop, "klarna");
    shop.choose(&id, Authorized).unwrap();
    for (quantity, total, order) in [(5, "50.00", "55.00"), (1, "10.00", "15.00")] {
        let answer = update(&mut shop, &id, &lines[0], &amounts(quantity, "10.00", None, total));
        assert_eq!((answer.status, &answer.body["amount"]), (200, &eur(order)), "{}", answer.body);
        let books = json!(shop.world.books(&id).unwrap());
        assert_eq!((&books["authorized"], &books["released"]), (&eur(order), &eur("0.00")));
        assert_eq!(shop.world.ledger().last().unwrap().amounts["authorized"], eur(order));
    }
    let order = shop.order(&id);
    assert_eq!(
        (&order["status"], &order["lines"][0]["status"]),
        (&json!("authorized"), &json!("authorized"))
    );
    assert_eq!(order["lines"][0]["shippableQuantity"], 1);
    shop.restart();
    shop.shipped(&id, &json!({}));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("15.00"));
}

#[test]
fn the_supplier_may_decline_and_then_nothing_has_changed() {
    let mut shop = Shop::with(&json!({ "supplier_declines": "lines" }));
    let (id, lines) = small(&mut shop, "klarna");
    assert_eq!(update(&mut shop, &id, &lines[0], &json!({ "name": "B" })).status, 200, "nobody is asked yet");
    shop.choose(&id, Authorized).unwrap();
    let before = shop.order(&id);
    let refusal = update(&mut shop, &id, &lines[0], &amounts(3, "10.00", None, "30.00"));
    assert_eq!(refusal.status, 422);
    assert!(text(&refusal.body, "/detail").starts_with("Update authorization not allowed."));
    assert_eq!(shop.order(&id), before);
}

#[test]
fn texts_can_be_changed_alone() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let line_id = text(&shop.order(&id), "/lines/0/id");
    let body = json!({
        "name": "LEGO", "sku": "1", "metadata": { "a": 1 }, "imageUrl": "https://example.org/1.png",
        "productUrl": "https://example.org/1", "category": "eco"
    });
    let answer = update(&mut shop, &id, &line_id, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let shown = &answer.body["lines"][0];
    for field in ["name", "sku", "metadata", "category"] {
        assert_eq!(shown[field], body[field]);
    }
    assert_eq!(shown["_links"]["productUrl"]["href"], "https://example.org/1");
    assert_eq!((&shown["discountAmount"], &answer.body["amount"]), (&eur("100.00"), &eur("1027.99")));
}

#[test]
fn amounts_are_sent_together_and_judged_as_at_create() {
    let mut shop = Shop::new();
    let (id, lines) = small(&mut shop, "ideal");
    let without = |name: &str| {
        let mut body = amounts(3, "10.00", None, "30.00");
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = amounts(3, "10.00", None, "30.00");
        body[name] = value;
        body
    };
    for (body, field) in [
        (json!({}), Value::Null),
        (without("quantity"), json!("quantity")),
        (without("unitPrice"), json!("unitPrice")),
        (without("totalAmount"), json!("totalAmount")),
        (without("vatRate"), json!("vatRate")),
        (without("vatAmount"), json!("vatAmount")),
        (json!({ "discountAmount": eur("1.00") }), json!("quantity")),
        (with("totalAmount", eur("31.00")), json!("totalAmount")),
        (with("vatAmount", eur("1.00")), json!("vatAmount")),
        (with("unitPrice", eur("-1.00")), json!("totalAmount")),
        (with("quantity", json!(0)), json!("quantity")),
        (with("type", json!("digital")), json!("type")),
        (json!({ "name": "" }), json!("name")),
    ] {
        let refusal = update(&mut shop, &id, &lines[0], &body);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &field), "{body}");
    }
    assert_eq!(update(&mut shop, &id, &lines[0], &with("type", json!("physical"))).status, 200);
    assert_eq!(update(&mut shop, &id, "odl_1.nobody", &json!({ "name": "B" })).status, 404);
    assert_eq!(update(&mut shop, "ord_1.nobody", &lines[0], &json!({ "name": "B" })).status, 404);
    let nothing = amounts(1, "0.00", None, "0.00");
    assert_eq!(update(&mut shop, &id, &lines[0], &nothing).status, 200);
    assert_eq!(update(&mut shop, &id, &lines[1], &nothing).body["field"], "amount", "an order of nothing");
}

#[test]
fn a_discount_that_is_not_sent_goes_or_stays() {
    for (switches, total, expected) in [
        (json!({}), "30.00", 200),
        (json!({}), "29.00", 422),
        (json!({ "unsent_discount_at_update": "kept" }), "29.00", 200),
        (json!({ "unsent_discount_at_update": "kept" }), "30.00", 422),
    ] {
        let mut shop = Shop::with(&switches);
        let lines = [line(2, "10.00", Some("1.00"), "19.00")];
        let order = shop.create(&order_of("ideal", &eur("19.00"), &lines));
        let (id, line_id) = (text(&order, "/id"), text(&order, "/lines/0/id"));
        let answer = update(&mut shop, &id, &line_id, &amounts(3, "10.00", None, total));
        assert_eq!(answer.status, expected, "{switches} {total}");
    }
}

#[test]
fn what_is_paid_shipped_canceled_or_over_stays_as_it_is() {
    let mut shop = Shop::new();
    let (id, lines) = small(&mut shop, "ideal");
    shop.choose(&id, Paid).unwrap();
    assert_eq!(update(&mut shop, &id, &lines[0], &json!({ "name": "B" })).status, 422);
    let (id, lines) = small(&mut shop, "klarna");
    shop.choose(&id, Authorized).unwrap();
    let part = json!({ "lines": [{ "id": lines[0], "quantity": 1 }] });
    assert_eq!(shop.delete_lines(&id, &part).status, 204);
    assert_eq!(update(&mut shop, &id, &lines[0], &json!({ "name": "B" })).status, 200);
    let more = amounts(4, "10.00", None, "40.00");
    assert_eq!(update(&mut shop, &id, &lines[0], &more).body["field"], "quantity");
    assert_eq!(shop.delete_lines(&id, &only(&lines[1])).status, 204);
    assert_eq!(update(&mut shop, &id, &lines[1], &json!({ "name": "B" })).status, 422);
    shop.shipped(&id, &json!({}));
    assert_eq!(update(&mut shop, &id, &lines[0], &json!({ "name": "B" })).status, 422);
}

#[test]
fn answers_leave_line_counters_out_where_the_switch_says_so() {
    let mut shop = Shop::with(&json!({ "line_counters_at_changes": "left out" }));
    let (id, lines) = small(&mut shop, "ideal");
    let answer = update(&mut shop, &id, &lines[0], &json!({ "name": "B" }));
    assert!(answer.body["lines"][0].get("quantityShipped").is_none());
    assert_eq!(answer.body["lines"][0]["quantity"], 2);
    assert_eq!(shop.order(&id)["lines"][0]["quantityShipped"], 0);
}

#[test]
fn attempts_keep_the_amount_they_were_for() {
    let mut shop = Shop::new();
    let (id, lines) = small(&mut shop, "ideal");
    shop.choose(&id, Expired).unwrap();
    let expired = shop.payment_id(&id);
    assert_eq!(update(&mut shop, &id, &lines[0], &amounts(1, "10.00", None, "10.00")).status, 200);
    let late = AttemptEnd::new(Paid).forced();
    shop.world.end_attempt_as(&expired, &late, shop.now).unwrap();
    let order = shop.order(&id);
    assert_eq!(order["_embedded"]["payments"][0]["amount"], eur("25.00"), "the shopper saw this one");
    assert_eq!((&order["amount"], &order["amountCaptured"]), (&eur("15.00"), &eur("15.00")));

    let (id, lines) = small(&mut shop, "klarna");
    let other = AttemptEnd::new(Authorized).amount(Amount::new("24.00", "EUR"));
    let payment = shop.payment_id(&id);
    shop.world.end_attempt_as(&payment, &other, shop.now).unwrap();
    assert_eq!(update(&mut shop, &id, &lines[0], &amounts(3, "10.00", None, "30.00")).status, 200);
    let books = json!(shop.world.books(&id).unwrap());
    assert_eq!((&books["ordered"], &books["authorized"]), (&eur("35.00"), &eur("34.00")));
}

#[test]
fn names_and_skus_can_lose_the_blanks_at_their_end() {
    let blank = json!({ "name": " Mug ", "sku": "M 1 " });
    for (switches, shown) in
        [(json!({}), (" Mug ", "M 1 ")), (json!({ "texts_of_lines": "trimmed" }), (" Mug", "M 1"))]
    {
        let mut shop = Shop::with(&switches);
        let (id, lines) = small(&mut shop, "ideal");
        let answer = update(&mut shop, &id, &lines[0], &blank);
        let line = &answer.body["lines"][0];
        assert_eq!((line["name"].as_str(), line["sku"].as_str()), (Some(shown.0), Some(shown.1)));
        assert_eq!(&shop.order(&id)["lines"][0]["name"], &line["name"]);
    }
}

#[test]
fn an_open_attempt_can_stay_for_what_it_was_opened_for() {
    for (switches, paid) in
        [(json!({}), "15.00"), (json!({ "open_attempts_after_line_changes": "keep" }), "25.00")]
    {
        let mut shop = Shop::with(&switches);
        let (id, lines) = small(&mut shop, "ideal");
        assert_eq!(update(&mut shop, &id, &lines[0], &amounts(1, "10.00", None, "10.00")).status, 200);
        assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["amount"], eur(paid));
        shop.choose(&id, Paid).unwrap();
        let order = shop.order(&id);
        assert_eq!(order["_embedded"]["payments"][0]["amount"], eur(paid));
        assert_eq!((&order["amount"], &order["amountCaptured"]), (&eur("15.00"), &eur("15.00")));
    }
}
