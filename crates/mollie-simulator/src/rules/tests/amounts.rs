//! What parts of lines are worth, and the counters of lines.

use serde_json::{Value, json};

use super::super::pool::{Worth, worth};
use super::super::switches::PartialMaximum;
use super::{Shop, eur, lego, line, order_of};

/// Shippable, refundable, cancelable of the first line.
fn counters(order: &Value) -> [u64; 3] {
    ["shippableQuantity", "refundableQuantity", "cancelableQuantity"]
        .map(|name| order["lines"][0][name].as_u64().unwrap())
}

fn range(quantity: u32, unit_price: &str, discount: &str, total: &str) -> Worth {
    let mut shop = Shop::new();
    let line = line(quantity, unit_price, Some(discount), total);
    let (id, _) = shop.settled(&order_of("ideal", &eur(total), &[line]));
    let line = &shop.world.order(&id).unwrap().lines[0];
    worth(line, line.rest(), 1, PartialMaximum::CappedByRest)
}

#[test]
fn the_ranges_of_the_rulebook_are_those_of_the_amount_rule() {
    assert_eq!(range(2, "19.99", "19.99", "19.99"), Worth::Between(0, 1999));
    assert_eq!(range(2, "399.00", "100.00", "698.00"), Worth::Between(29900, 39900));
    assert_eq!(range(2, "59.00", "23.60", "94.40"), Worth::Between(3540, 5900));
}

#[test]
fn shipping_one_of_two_discounted_items_needs_an_amount() {
    let mut shop = Shop::new();
    let two_of_fifty = line(2, "50.00", Some("50.00"), "50.00");
    let (id, lines) = shop.settled(&order_of("klarna", &eur("50.00"), &[two_of_fifty]));
    let one = json!({ "lines": [{ "id": lines[0], "quantity": 1 }] });
    let refusal = shop.ship(&id, &one);
    assert_eq!(refusal.status, 422);
    assert_eq!(refusal.body["field"], "lines.0.amount");
    assert_eq!(
        refusal.body["detail"],
        "Line 0 contains invalid data. An amount is required for this API call. The amount must be between €0.00 and \
         €50.00."
    );
    let bounds = json!({ "minimumAmount": eur("0.00"), "maximumAmount": eur("50.00") });
    assert_eq!(refusal.body["extra"], bounds);
    for (amount, status) in [("50.01", 422), ("-0.01", 422), ("50.00", 201)] {
        let one = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur(amount) }] });
        assert_eq!(shop.ship(&id, &one).status, status, "{amount}");
    }
    let rest = shop.shipped(&id, &json!({ "lines": [{ "id": lines[0] }] }));
    assert_eq!(rest["lines"][0]["totalAmount"], eur("0.00"));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("50.00"));
}

#[test]
fn the_amount_of_the_whole_rest_is_exactly_the_rest() {
    let mut shop = Shop::new();
    let (id, lines) =
        shop.settled(&order_of("ideal", &eur("35.20"), &[line(2, "19.60", Some("4.00"), "35.20")]));
    let all = json!({ "lines": [{ "id": lines[0], "quantity": 2, "amount": eur("35.52") }] });
    let refusal = shop.ship(&id, &all);
    assert_eq!(refusal.body["detail"], "Invalid amount specified. Must be exactly €35.20, got: €35.52.");
    assert_eq!(refusal.body["field"], "lines.0.amount");
    let all = json!({ "lines": [{ "id": lines[0], "quantity": 2, "amount": eur("35.20") }] });
    assert_eq!(shop.ship(&id, &all).status, 201);
}

#[test]
fn a_part_of_an_undiscounted_line_is_exactly_its_unit_price() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&order_of("klarna", &eur("30.00"), &[line(3, "10.00", None, "30.00")]));
    let wrong = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("9.99") }] });
    assert_eq!(shop.ship(&id, &wrong).status, 422);
    let one = shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    assert_eq!(one["lines"][0]["totalAmount"], eur("10.00"));
}

#[test]
fn negative_lines_are_taken_like_positive_ones() {
    let mut shop = Shop::new();
    let discount = json!({
        "type": "discount", "name": "Off", "quantity": 2, "unitPrice": eur("-5.00"), "totalAmount": eur("-10.00"),
        "vatRate": "0.00", "vatAmount": eur("0.00")
    });
    let (id, lines) =
        shop.settled(&order_of("klarna", &eur("20.00"), &[line(2, "15.00", None, "30.00"), discount]));
    let part = json!({ "lines": [{ "id": lines[0], "quantity": 1 }, { "id": lines[1], "quantity": 1 }] });
    assert_eq!(shop.shipped(&id, &part)["lines"][1]["totalAmount"], eur("-5.00"));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("10.00"));
}

#[test]
fn more_than_there_is_cannot_be_shipped() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let body = json!({ "lines": [{ "id": lines[0] }, { "id": lines[1], "quantity": 2 }] });
    let refusal = shop.ship(&id, &body);
    assert_eq!(refusal.status, 422);
    assert_eq!(refusal.body["field"], "lines.1.quantity");
    assert_eq!(
        refusal.body["detail"],
        "The quantity is higher than the maximum quantity. The maximum quantity is 1."
    );
    assert_eq!(counters(&shop.order(&id)), [2, 2, 0], "a refused shipment has shipped nothing");
    let twice = json!({ "lines": [{ "id": lines[1] }, { "id": lines[1] }] });
    assert_eq!(shop.ship(&id, &twice).body["field"], "lines.1.quantity");
}

#[test]
fn vat_of_a_shipment_is_that_of_its_part() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let body = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("299.00") }] });
    let shipment = shop.shipped(&id, &body);
    assert_eq!(shipment["lines"][0]["vatAmount"], eur("51.89"));
    assert_eq!(shipment["lines"][0]["discountAmount"], eur("100.00"));
    let rest = shop.shipped(&id, &json!({ "lines": [{ "id": lines[0] }] }));
    assert_eq!(rest["lines"][0]["totalAmount"], eur("399.00"));
    assert!(rest["lines"][0].get("discountAmount").is_none());
}

#[test]
fn counters_follow_the_order_through_the_paid_flow() {
    let mut shop = Shop::new();
    let order = shop.create(&lego("ideal"));
    assert_eq!(counters(&order), [0, 0, 0]);
    let (id, lines) = shop.settled(&lego("ideal"));
    assert_eq!(counters(&shop.order(&id)), [2, 2, 0]);
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("399.00") }] }));
    assert_eq!(counters(&shop.order(&id)), [1, 2, 0]);
}

#[test]
fn counters_follow_the_order_through_the_authorized_flow() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    assert_eq!(counters(&shop.order(&id)), [2, 0, 2]);
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("399.00") }] }));
    assert_eq!(counters(&shop.order(&id)), [1, 1, 1]);
    let (id, _) = shop.settled(&lego("klarna"));
    assert_eq!(counters(&shop.cancel(&id).body), [0, 0, 0]);
}
