//! Changes of an order and of its lines: how the answers are read.

use axum::http::Response;
use domain::ports::{Acceptance, Command, Gateway, Outcome};
use domain::rules::field::Field;
use domain::rules::line_change::LineChanges;
use domain::rules::part::Part;
use domain::rules::rejection::RejectedBy;
use domain::rules::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::change::{ORDER, canceled, manage, money, of_updates, renamed, renumber};
use crate::lego::{self, euro};
use crate::server::{Server, hal, key, profile};

async fn outcome(command: &Command, answer: Response<String>) -> Outcome {
    let server = Server::start([answer]).await;
    let outcome = server.adapter().execute(&profile(), command, key()).await;
    assert_eq!(server.seen().len(), 1);
    outcome
}

async fn accepted(command: &Command, answer: &Value) -> Snapshot {
    let outcome = outcome(command, hal(200, answer)).await;
    let Outcome::Accepted(Acceptance::Order(snapshot)) = outcome else { panic!("{outcome:?}") };
    *snapshot
}

fn answer() -> Value {
    lego::answer(ORDER)
}

/// All three calls are answered by the order as it is now.
fn changes() -> [Command; 3] {
    let several = LineChanges { canceled: vec![canceled(2, 1, "329.99")], ..LineChanges::default() };
    [renumber(), manage(of_updates(vec![renamed(1)])), manage(several)]
}

#[tokio::test]
async fn the_answer_is_the_order_with_its_lines_as_they_are_now() {
    let mut order = answer();
    order["orderNumber"] = json!("1338");
    order["amount"] = money("299.00");
    let counted = json!({"id": "odl_1.b", "orderId": "ord_9.foreign", "name": "Bag", "status": "canceled", "quantity": 2,
        "unitPrice": money("5.00"), "totalAmount": money("10.00"), "quantityShipped": 0, "quantityCanceled": 2,
        "amountCanceled": money("10.00"), "quantityRefunded": 0});
    order["lines"].as_array_mut().unwrap().push(counted);
    order["lines"][0]["orderId"] = json!("ord_9.foreign");
    order["lines"][0]["name"] = json!("Other");
    order["_links"] = json!({ "self": { "href": "https://api.mollie.com/v2/orders/ord_9.foreign" } });
    for command in changes() {
        let read = accepted(&command, &order).await;
        assert_eq!((read.mollie_id.as_str(), read.order_number.as_str()), (ORDER, "1338"));
        assert_eq!((read.amount, read.lines.len()), (euro("299.00"), 2));
        // Left out is not known, and not zero.
        let [one, bag] = &read.lines[..] else { panic!("{:?}", read.lines) };
        assert_eq!((&one.name, one.shipped, one.canceled), (&Field::Value("Other".to_owned()), None, None));
        assert_eq!((one.refunded, one.discount_amount), (None, None));
        assert_eq!(bag.canceled, Some(Part { quantity: 2, amount: euro("10.00") }));
        assert_eq!(bag.shipped, Some(Part::none(euro("0.00"))));
        assert_eq!((&read.payments, &read.shipments, &read.refunds), (&None, &None, &None));
    }
}

/// Published answers hold empty objects where there is nothing.
#[tokio::test]
async fn empty_objects_in_an_answer_are_nothing() {
    let mut order = answer();
    order["lines"].as_array_mut().unwrap().push(json!({}));
    (order["billingAddress"], order["metadata"]) = (json!({}), json!({}));
    order["_embedded"] = json!({ "payments": [{}], "shipments": [], "refunds": [{}, {}] });
    for command in changes() {
        let read = accepted(&command, &order).await;
        assert_eq!((read.lines.len(), read.billing_address.is_none()), (1, true));
        assert_eq!(read.payments.map(|list| list.len()), Some(0));
        assert_eq!(read.refunds.map(|list| list.len()), Some(0));
    }
}

/// Whatever is not the order that was changed proves nothing, so it is read.
#[tokio::test]
async fn an_answer_that_is_not_the_order_leaves_the_outcome_unknown() {
    let html = || Response::builder().header("content-type", "text/html");
    let text = |status: u16, body: &str| html().status(status).body(body.to_owned()).unwrap();
    let mut odd = answer();
    odd["lines"][0]["totalAmount"]["value"] = json!("329.999");
    for command in changes() {
        for answer in [
            hal(200, &json!({})),
            hal(200, &lego::answer("ord_2.other")),
            hal(200, &odd),
            hal(202, &answer()),
            text(200, "<html></html>"),
            text(204, ""),
            text(422, "<html>no</html>"),
            text(502, "<html><h1>Bad Gateway</h1></html>"),
            text(503, ""),
        ] {
            let outcome = outcome(&command, answer).await;
            assert!(matches!(outcome, Outcome::Unknown { stumbled: false, .. }), "{outcome:?}");
        }
        let stumbled = outcome(&command, text(500, "")).await;
        assert!(matches!(stumbled, Outcome::Unknown { stumbled: true, .. }), "{stumbled:?}");
    }
}

#[tokio::test]
async fn a_refusal_keeps_mollies_words_and_the_field() {
    let detail = "Order line 1 is invalid. VAT amount is off.";
    let body = json!({"status": 422, "title": "Unprocessable Entity", "detail": detail,
        "field": "operations.0.data.vatAmount", "extra": {"minimumAmount": money("1.00")}});
    for command in changes() {
        let Outcome::Rejected(rejection) = outcome(&command, hal(422, &body)).await else {
            panic!("not rejected")
        };
        assert_eq!((rejection.by, rejection.detail.as_str()), (RejectedBy::Mollie(422), detail));
        assert_eq!(rejection.field.as_deref(), Some("operations.0.data.vatAmount"));
        assert_eq!(rejection.extra, Some(body["extra"].clone()));
    }
}
