//! What an answer has beside the order as it is: what was asked to be embedded, and what was sent with it.

use serde_json::{Value, json};

use super::super::FinalState::Failed;
use super::{Shop, eur, lego, line, text};

fn embedded(order: &Value) -> Vec<&str> {
    let embedded = order["_embedded"].as_object();
    embedded.map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn changes_of_orders_and_lines_embed_what_is_asked_for() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let operation = json!({ "operation": "add", "data": line(1, "10.00", None, "10.00") });
    for (rest, body) in [
        (String::new(), json!({ "orderNumber": "1338" })),
        ("/lines".to_owned(), json!({ "operations": [operation] })),
        (format!("/lines/{}", lines[1]), line(1, "5.00", None, "5.00")),
    ] {
        let answer = shop.patch(&id, &format!("{rest}?embed=payments,shipments"), &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut names = embedded(&answer.body);
        names.sort_unstable();
        assert_eq!(names, ["payments", "shipments"], "{rest}");
        let payment = &answer.body["_embedded"]["payments"][0];
        assert_eq!(payment["amount"], answer.body["amount"], "as it is after the change");
        assert_eq!(answer.body["_embedded"]["shipments"], json!([]));
        let plain = shop.patch(&id, &rest, &body);
        assert_eq!((plain.status, plain.body.get("_embedded")), (200, None));
        if rest == "/lines" {
            assert_eq!(plain.body["amount"], eur("1047.99"));
        }
    }
}

#[test]
fn a_created_order_embeds_payments_and_refunds_alone() {
    let mut shop = Shop::new();
    let path = "/v2/orders?embed=payments,refunds,shipments,magic";
    let order = shop.request("POST", path, Some(&lego("ideal")), None).body;
    assert_eq!(embedded(&order), ["payments", "refunds"]);
    assert_eq!(order["_embedded"]["refunds"], json!([]));
    let id = text(&order, "/id");
    assert_eq!(embedded(&shop.order(&id)), ["payments", "refunds", "shipments"]);
    let order = shop.request("POST", "/v2/orders?embed=shipments", Some(&lego("ideal")), None).body;
    assert!(order.get("_embedded").is_none());
}

#[test]
fn an_order_can_show_the_payment_object_that_was_sent() {
    let mut body = lego("banktransfer");
    body["payment"] = json!({ "dueDate": "2018-08-20", "customerReference": "Æ 7", "captureMode": "manual" });
    let order = Shop::new().create(&body);
    assert!(order.get("payment").is_none(), "no recorded answer has it");
    let mut shop = Shop::with(&json!({ "payment_object": "as sent" }));
    let order = shop.create(&body);
    assert_eq!(order["payment"], body["payment"]);
    let id = text(&order, "/id");
    shop.restart();
    shop.choose(&id, Failed).unwrap();
    shop.pay_again(&id, &json!({ "method": "ideal", "customerReference": "other" }));
    assert_eq!(shop.order(&id)["payment"], body["payment"], "that of create order");
    assert_eq!(shop.create(&lego("ideal"))["payment"], Value::Null);
}
