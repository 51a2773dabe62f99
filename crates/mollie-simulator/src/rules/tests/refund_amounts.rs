//! How much may be given back of a line, and what that leaves of it.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::captures::{goods_and_gift_card, only};
use super::{Shop, eur, lego, line, order_of};

fn part(line: &str, quantity: u32, amount: Option<&str>) -> Value {
    let mut part = json!({ "id": line, "quantity": quantity });
    if let Some(amount) = amount {
        part["amount"] = eur(amount);
    }
    json!({ "lines": [part] })
}

/// Quantity and amount refunded of a line, and the quantity that still may be.
fn counters(order: &Value, index: usize) -> [Value; 3] {
    ["quantityRefunded", "amountRefunded", "refundableQuantity"]
        .map(|name| order["lines"][index][name].clone())
}

#[test]
fn lines_are_given_back_on_the_payment_that_paid_them() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let refund = Shop::made(shop.refund_lines(&id, &only(&lines[1])));
    assert_eq!((&refund["amount"], &refund["status"]), (&eur("329.99"), &json!("pending")));
    assert_eq!((&refund["orderId"], &refund["paymentId"]), (&json!(id), &json!(shop.payment_id(&id))));
    let order = shop.order(&id);
    assert_eq!(counters(&order, 1), [json!(1), eur("329.99"), json!(0)]);
    assert_eq!((&order["amountRefunded"], &order["status"]), (&eur("329.99"), &json!("paid")));
    assert_eq!(order["lines"][1]["shippableQuantity"], 1, "a refund does not reduce it");
    let payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!((&payment["amountRefunded"], &payment["amountRemaining"]), (&eur("329.99"), &eur("698.00")));
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.particulars["refund_id"]), (LinesRefunded, &refund["id"]));
    let entered = json!([{ "id": lines[1], "quantity": 1, "amount": eur("329.99") }]);
    assert_eq!(json!(effect.lines), entered);
}

#[test]
fn a_part_of_a_discounted_line_has_the_bounds_of_the_rulebook() {
    let mut shop = Shop::new();
    let body = order_of("ideal", &eur("94.40"), &[line(2, "59.00", Some("23.60"), "94.40")]);
    let (id, lines) = shop.settled(&body);
    let refusal = shop.refund_lines(&id, &part(&lines[0], 1, None));
    assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("lines.0.amount")));
    let bounds = json!({ "minimumAmount": eur("35.40"), "maximumAmount": eur("59.00") });
    assert_eq!(refusal.body["extra"], bounds);
    for (amount, status) in [("35.39", 422), ("59.01", 422), ("59.00", 201)] {
        assert_eq!(shop.refund_lines(&id, &part(&lines[0], 1, Some(amount))).status, status, "{amount}");
    }
    let wrong = shop.refund_lines(&id, &part(&lines[0], 1, Some("59.00")));
    assert_eq!(wrong.body["detail"], "Invalid amount specified. Must be exactly €35.40, got: €59.00.");
    Shop::made(shop.refund_lines(&id, &only(&lines[0])));
    assert_eq!(counters(&shop.order(&id), 0), [json!(2), eur("94.40"), json!(0)]);
    let refusal = shop.refund_lines(&id, &only(&lines[0]));
    let detail = "The quantity is higher than the maximum quantity. The maximum quantity is 0.";
    assert_eq!(
        (&refusal.body["field"], &refusal.body["detail"]),
        (&json!("lines.0.quantity"), &json!(detail))
    );
}

#[test]
fn a_line_that_is_named_twice_draws_twice_on_its_pool() {
    let mut shop = Shop::new();
    let body = order_of("ideal", &eur("94.40"), &[line(2, "59.00", Some("23.60"), "94.40")]);
    let (id, lines) = shop.settled(&body);
    let first = json!({ "id": lines[0], "quantity": 1, "amount": eur("59.00") });
    let again = json!({ "lines": [first, first] });
    let refusal = shop.refund_lines(&id, &again);
    let detail = "Invalid amount specified. Must be exactly €35.40, got: €59.00.";
    assert_eq!((&refusal.body["field"], &refusal.body["detail"]), (&json!("lines.1.amount"), &json!(detail)));
    let both = json!({ "lines": [first, { "id": lines[0] }] });
    assert_eq!(Shop::made(shop.refund_lines(&id, &both))["amount"], eur("94.40"));
}

#[test]
fn parts_of_nine_euros_twenty_one_sum_exactly_in_any_composition() {
    for composition in [&[10][..], &[1, 9], &[3, 3, 4], &[1; 10], &[5, 2, 3]] {
        let mut shop = Shop::new();
        let body = order_of("ideal", &eur("9.21"), &[line(10, "0.99", Some("0.69"), "9.21")]);
        let (id, lines) = shop.settled(&body);
        for quantity in composition {
            let missing = shop.refund_lines(&id, &part(&lines[0], *quantity, None));
            let status = match missing.body.pointer("/extra/minimumAmount/value").and_then(Value::as_str) {
                Some(least) => shop.refund_lines(&id, &part(&lines[0], *quantity, Some(least))).status,
                None => missing.status,
            };
            assert_eq!(status, 201, "{composition:?}");
            shop.pass(jiff::SignedDuration::from_hours(1));
        }
        let order = shop.order(&id);
        assert_eq!(counters(&order, 0), [json!(10), eur("9.21"), json!(0)], "{composition:?}");
        assert_eq!(order["amountRefunded"], eur("9.21"));
    }
}

#[test]
fn in_the_authorized_flow_only_what_was_shipped_is_given_back() {
    let mut shop = Shop::new();
    let lines = [line(3, "10.00", None, "30.00"), line(1, "5.00", None, "5.00")];
    let (id, lines) = shop.settled(&order_of("klarna", &eur("35.00"), &lines));
    let detail = "Cannot create a refund for these lines, the total amount shipped is zero.";
    assert_eq!(shop.refund_lines(&id, &only(&lines[0])).body["detail"], detail);
    shop.shipped(&id, &part(&lines[0], 2, None));
    assert_eq!(counters(&shop.order(&id), 0)[2], 2);
    assert_eq!(shop.refund_lines(&id, &only(&lines[1])).body["detail"], detail);
    let too_many = shop.refund_lines(&id, &part(&lines[0], 3, None));
    let detail = "The quantity is higher than the maximum quantity. The maximum quantity is 2.";
    assert_eq!(too_many.body["detail"], detail);
    let refund = Shop::made(shop.refund_lines(&id, &only(&lines[0])));
    assert_eq!((&refund["amount"], &refund["lines"][0]["quantity"]), (&eur("20.00"), &json!(2)));
    let payment = shop.payment_id(&id);
    let refusal = shop.refund_amount(&payment, "0.01");
    assert_eq!(
        refusal.body["detail"], "The amount is higher than the maximum",
        "all that was captured is back"
    );
    assert_eq!(shop.get(&format!("/v2/payments/{payment}"))["amountRefunded"], eur("20.00"));
}

#[test]
fn a_discounted_line_that_was_shipped_in_part_is_refunded_for_what_it_was_shipped_for() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    shop.shipped(&id, &part(&lines[0], 1, Some("299.00")));
    assert_eq!(shop.refund_lines(&id, &part(&lines[0], 1, Some("399.00"))).status, 422);
    let refund = Shop::made(shop.refund_lines(&id, &only(&lines[0])));
    assert_eq!(refund["amount"], eur("299.00"));
    let line = &refund["lines"][0];
    assert_eq!((&line["discountAmount"], &line["vatAmount"]), (&eur("100.00"), &eur("51.89")));
}

#[test]
fn nothing_is_given_back_where_nothing_was_paid() {
    let mut shop = Shop::new();
    let order = shop.create(&lego("ideal"));
    let (id, line) = (super::text(&order, "/id"), super::text(&order, "/lines/0/id"));
    let detail = "Cannot create a refund for these lines, the total amount paid is zero.";
    assert_eq!(shop.refund_lines(&id, &only(&line)).body["detail"], detail);
    let payment = shop.payment_id(&id);
    assert_eq!(shop.refund_amount(&payment, "0.01").status, 422);
}

#[test]
fn a_refund_is_of_more_than_nothing() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "ideal");
    let refusal = shop.refund_lines(&id, &only(&lines[1]));
    assert_eq!(refusal.body["detail"], "The amount of a refund should be higher than zero.");
    let both = json!({ "lines": [{ "id": lines[0] }, { "id": lines[1] }] });
    assert_eq!(Shop::made(shop.refund_lines(&id, &both))["amount"], eur("15.00"));
}

#[test]
fn goods_without_their_deduction_are_more_than_was_paid() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "ideal");
    let refusal = shop.refund_lines(&id, &only(&lines[0]));
    assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("amount")));
    assert_eq!(counters(&shop.order(&id), 0)[0], 0);
}

#[test]
fn a_line_whose_price_was_reduced_is_given_back_whole_or_not_at_all() {
    let mut shop = Shop::new();
    let lines = [line(1, "20.00", None, "20.00"), line(1, "5.00", None, "5.00")];
    let (id, lines) = shop.settled(&order_of("ideal", &eur("25.00"), &lines));
    let payment = shop.payment_id(&id);
    Shop::made(shop.refund_amount(&payment, "5.00"));
    assert_eq!(counters(&shop.order(&id), 0), [json!(0), eur("0.00"), json!(1)], "no counter has moved");
    let reduced = shop.refund_lines(&id, &part(&lines[0], 1, Some("15.00")));
    assert_eq!(reduced.body["detail"], "Invalid amount specified. Must be exactly €20.00, got: €15.00.");
    Shop::made(shop.refund_lines(&id, &only(&lines[0])));
    assert_eq!(shop.refund_amount(&payment, "0.01").status, 422);
    assert_eq!(shop.order(&id)["amountRefunded"], eur("25.00"));
}

#[test]
fn a_switch_lets_25_euros_more_be_given_back_than_was_paid() {
    for (switches, key, mostly, more) in [
        (json!({}), "ideal", 422, 422),
        (json!({ "refund_ceiling": "25.00 EUR more" }), "ideal", 201, 422),
        (json!({ "refund_ceiling": "25.00 EUR more" }), "klarna", 422, 422),
    ] {
        let mut shop = Shop::with(&switches);
        let (id, _) = shop.settled(&lego(key));
        if key == "klarna" {
            shop.shipped(&id, &json!({}));
        }
        let payment = shop.payment_id(&id);
        Shop::made(shop.refund_amount(&payment, "1027.99"));
        assert_eq!(shop.refund_amount(&payment, "25.01").status, 422, "{key}");
        assert_eq!(shop.refund_amount(&payment, "25.00").status, mostly, "{key}");
        assert_eq!(shop.refund_amount(&payment, "0.01").status, more, "{key}");
        let shown = shop.order(&id)["amountRefunded"].clone();
        assert_eq!(
            shown,
            eur(if mostly == 201 { "1052.99" } else { "1027.99" }),
            "seed 4: above the order's amount"
        );
        assert_eq!(shop.get(&format!("/v2/payments/{payment}"))["amountRemaining"], eur("0.00"));
    }
}
