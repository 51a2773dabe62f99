//! Manage order lines.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{Authorized, Paid};
use super::{Shop, eur, line, order_of, text};

fn manage(shop: &mut Shop, id: &str, operations: &[Value]) -> super::Answer {
    shop.patch(id, "/lines", &json!({ "operations": operations }))
}

fn add(line: &Value) -> Value {
    json!({ "operation": "add", "data": line })
}

fn update(id: &str, mut data: Value) -> Value {
    data["id"] = json!(id);
    json!({ "operation": "update", "data": data })
}

fn cancel(id: &str, quantity: Option<u32>) -> Value {
    json!({ "operation": "cancel", "data": { "id": id, "quantity": quantity } })
}

/// An order of 3 × 10.00 and 5.00, authorized or still created.
fn order(shop: &mut Shop, method: &str, settled: bool) -> (String, Vec<String>) {
    let lines = [line(3, "10.00", None, "30.00"), line(1, "5.00", None, "5.00")];
    let body = order_of(method, &eur("35.00"), &lines);
    if settled {
        return shop.settled(&body);
    }
    let order = shop.create(&body);
    (text(&order, "/id"), vec![text(&order, "/lines/0/id"), text(&order, "/lines/1/id")])
}

fn sums(shop: &Shop, id: &str) -> [String; 4] {
    let books = json!(shop.world.books(id).unwrap());
    ["ordered", "authorized", "captured", "released"].map(|name| text(&books, &format!("/{name}/value")))
}

#[test]
fn lines_of_an_authorized_order_are_added_updated_and_canceled_at_once() {
    let mut shop = Shop::new();
    let (id, lines) = order(&mut shop, "klarna", true);
    shop.pass(jiff::SignedDuration::from_mins(5));
    let hooks = shop.hooks().len();
    let new = line(2, "7.00", None, "14.00");
    let operations = [add(&new), update(&lines[0], line(2, "10.00", None, "20.00")), cancel(&lines[1], None)];
    let answer = manage(&mut shop, &id, &operations);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["amount"], eur("34.00"), "the sum of lines that are not canceled");
    let shown = answer.body["lines"].as_array().unwrap();
    assert_eq!(shown.len(), 3);
    assert_eq!((&shown[2]["status"], &shown[2]["shippableQuantity"]), (&json!("authorized"), &json!(2)));
    assert_eq!(shown[2]["createdAt"], "2018-08-02T09:34:56+00:00");
    assert_eq!(shown[1]["status"], "canceled");
    assert_eq!(sums(&shop, &id), ["39.00", "39.00", "0.00", "5.00"]);
    assert_eq!(shop.hooks().len(), hooks + 1, "a part was canceled");
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.amounts["canceled"]), (LinesManaged, &eur("5.00")));
    assert_eq!(
        effect.particulars["added"],
        json!([
            { "id": shown[2]["id"], "quantity": 2, "amount": eur("14.00"), "sent": new }
        ])
    );
    assert_eq!(effect.particulars["updated"][0]["id"], lines[0].as_str());
    assert_eq!(
        effect.particulars["canceled"],
        json!([{ "id": lines[1], "quantity": 1, "amount": eur("5.00") }])
    );
    shop.restart();
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("34.00")));
    assert_eq!(sums(&shop, &id), ["39.00", "39.00", "34.00", "5.00"]);
}

#[test]
fn a_line_of_a_created_order_is_canceled_here_and_never_paid() {
    for method in ["ideal", "klarna"] {
        let mut shop = Shop::new();
        let (id, lines) = order(&mut shop, method, false);
        assert_eq!(shop.delete_lines(&id, &json!({ "lines": [] })).status, 422);
        let answer = manage(&mut shop, &id, &[cancel(&lines[1], None), cancel(&lines[0], Some(1))]);
        assert_eq!((answer.status, &answer.body["amount"]), (200, &eur("20.00")), "{}", answer.body);
        assert_eq!(answer.body["status"], "created");
        let payment = shop.order(&id)["_embedded"]["payments"][0].clone();
        assert_eq!(payment["amount"], eur("20.00"));
        shop.choose(&id, if method == "ideal" { Paid } else { Authorized }).unwrap();
        let order = shop.order(&id);
        assert_eq!((&order["amount"], &order["lines"][1]["status"]), (&eur("20.00"), &json!("canceled")));
        assert_eq!(order["lines"][0]["shippableQuantity"], 2);
        let (authorized, captured) = if method == "ideal" { ("0.00", "20.00") } else { ("20.00", "0.00") };
        assert_eq!(sums(&shop, &id), ["35.00", authorized, captured, "0.00"]);
        shop.shipped(&id, &json!({}));
        let order = shop.order(&id);
        assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("20.00")));
        assert_eq!(order["lines"][0]["refundableQuantity"], 2, "{method}");
        let all = json!({ "lines": [{ "id": lines[0] }] });
        assert_eq!(Shop::made(shop.refund_lines(&id, &all))["amount"], eur("20.00"));
    }
}

#[test]
fn all_is_done_or_nothing() {
    let mut shop = Shop::new();
    let (id, lines) = order(&mut shop, "klarna", true);
    let good = add(&line(1, "1.00", None, "1.00"));
    let before = shop.order(&id);
    let effects = shop.kinds().len();
    for (bad, field) in [
        (add(&line(1, "1.00", None, "2.00")), "operations.1.data.totalAmount"),
        (json!({ "operation": "add" }), "operations.1.data"),
        (json!({ "operation": "drop", "data": {} }), "operations.1.operation"),
        (update("odl_1.nobody", json!({ "name": "B" })), "operations.1.data.id"),
        (update(&lines[0], json!({ "type": "digital" })), "operations.1.data.type"),
        (update(&lines[0], json!({ "quantity": 4 })), "operations.1.data.unitPrice"),
        (cancel(&lines[0], Some(4)), "operations.1.data.quantity"),
        (cancel("odl_1.nobody", None), "operations.1.data.id"),
        (
            json!({ "operation": "cancel", "data": { "id": lines[0], "quantity": 1, "amount": eur("9.00") } }),
            "operations.1.data.amount",
        ),
        (json!("add"), "operations.1"),
    ] {
        let refusal = manage(&mut shop, &id, &[good.clone(), bad.clone()]);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!(field)), "{bad}");
    }
    for body in [json!({}), json!({ "operations": [] }), json!({ "operations": "all" })] {
        assert_eq!(shop.patch(&id, "/lines", &body).body["field"], "operations");
    }
    assert_eq!((shop.order(&id), shop.kinds().len()), (before, effects));
}

#[test]
fn the_supplier_is_asked_once_and_may_decline_all() {
    let mut shop = Shop::with(&json!({ "supplier_declines": "lines" }));
    let (id, lines) = order(&mut shop, "klarna", true);
    let before = shop.order(&id);
    let refusal = manage(&mut shop, &id, &[add(&line(1, "1.00", None, "1.00")), cancel(&lines[1], None)]);
    assert_eq!(refusal.status, 422);
    assert_eq!(shop.order(&id), before);
    let (id, _) = order(&mut shop, "klarna", false);
    assert_eq!(manage(&mut shop, &id, &[add(&line(1, "1.00", None, "1.00"))]).status, 200);
}

#[test]
fn only_created_and_authorized_orders_are_managed() {
    let mut shop = Shop::new();
    let one = [add(&line(1, "1.00", None, "1.00"))];
    let (paid, _) = order(&mut shop, "ideal", true);
    assert_eq!(manage(&mut shop, &paid, &one).status, 422);
    let (shipping, lines) = order(&mut shop, "klarna", true);
    shop.shipped(&shipping, &json!({ "lines": [{ "id": lines[1] }] }));
    assert_eq!(manage(&mut shop, &shipping, &one).status, 422);
    assert_eq!(shop.cancel(&shipping).status, 200);
    assert_eq!(manage(&mut shop, &shipping, &one).status, 422);
    assert_eq!(manage(&mut shop, "ord_1.nobody", &one).status, 404);
}

#[test]
fn an_order_whose_lines_are_all_canceled_is_canceled() {
    for settled in [false, true] {
        let mut shop = Shop::new();
        let (id, lines) = order(&mut shop, "klarna", settled);
        let answer = manage(&mut shop, &id, &[cancel(&lines[0], None), cancel(&lines[1], Some(1))]);
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("canceled")), "{}", answer.body);
        assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["status"], "canceled");
        assert_eq!(shop.kinds().iter().rev().take(2).collect::<Vec<_>>(), [&PaymentCanceled, &LinesManaged]);
        assert_eq!(shop.hooks().last(), Some(&id.as_str()));
        let (authorized, released) = if settled { ("35.00", "35.00") } else { ("0.00", "0.00") };
        assert_eq!(sums(&shop, &id), ["35.00", authorized, "0.00", released]);
    }
}

#[test]
fn parts_that_are_canceled_lower_the_amount_where_a_cancellation_of_lines_does() {
    for (switches, amount) in
        [(json!({}), "36.00"), (json!({ "amount_after_line_cancellation": "reduced" }), "26.00")]
    {
        let mut shop = Shop::with(&switches);
        let (id, lines) = order(&mut shop, "klarna", true);
        let operations = [cancel(&lines[0], Some(1)), add(&line(1, "1.00", None, "1.00"))];
        assert_eq!(manage(&mut shop, &id, &operations).body["amount"], eur(amount));
        assert_eq!(sums(&shop, &id), ["36.00", "36.00", "0.00", "10.00"]);
        shop.pass(jiff::SignedDuration::from_hours(28 * 24));
        assert_eq!(sums(&shop, &id), ["36.00", "36.00", "0.00", "36.00"]);
    }
}

#[test]
fn hooks_go_missing_afterwards_where_the_switch_says_so() {
    let mut shop = Shop::with(&json!({ "hooks_after_managing_lines": "missing" }));
    let (id, lines) = order(&mut shop, "klarna", true);
    let hooks = shop.hooks().len();
    assert_eq!(manage(&mut shop, &id, &[cancel(&lines[1], None)]).status, 200);
    shop.shipped(&id, &json!({}));
    assert_eq!(shop.hooks().len(), hooks);
    let (other, _) = order(&mut shop, "ideal", true);
    assert_eq!(shop.hooks().last(), Some(&other.as_str()));
}

#[test]
fn the_lines_that_are_left_have_to_fit_together() {
    let with_vat = |line_type: &str, price: &str, vat: &str| {
        let mut one = line(1, price, None, price);
        one["type"] = json!(line_type);
        one["vatRate"] = json!("21.00");
        one["vatAmount"] = eur(vat);
        one
    };
    let lines = [
        with_vat("physical", "10.00", "1.74"),
        with_vat("discount", "-5.00", "-0.87"),
        line(1, "20.00", None, "20.00"),
    ];
    let mut shop = Shop::new();
    let order = shop.create(&order_of("ideal", &eur("25.00"), &lines));
    let (id, goods, discount) =
        (text(&order, "/id"), text(&order, "/lines/0/id"), text(&order, "/lines/1/id"));
    let refusal = manage(&mut shop, &id, &[cancel(&goods, None)]);
    assert_eq!(
        (refusal.status, &refusal.body["field"]),
        (422, &json!("lines")),
        "a discount without its goods"
    );
    let answer = manage(&mut shop, &id, &[cancel(&goods, None), cancel(&discount, None)]);
    assert_eq!((answer.status, &answer.body["amount"]), (200, &eur("20.00")), "{}", answer.body);
}
