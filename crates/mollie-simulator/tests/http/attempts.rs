//! Attempts beside each other, as a test asks for them over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, Reply, lego};

fn any_method(webhook_url: &str) -> Value {
    let mut body = lego("ideal", webhook_url);
    body["method"] = json!(["creditcard", "banktransfer", "klarna"]);
    body
}

async fn try_begin(bench: &Bench, order: &Value, body: Option<Value>) -> Reply {
    let path = format!("/_simulator/orders/{}/attempts", order["id"].as_str().unwrap());
    bench.send("POST", &path, body, None).await
}

async fn begin(bench: &Bench, order: &Value, method: &str) -> String {
    let reply = try_begin(bench, order, Some(json!({ "method": method }))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let begun = reply.json();
    assert_eq!(begun.as_object().unwrap().len(), 1);
    begun["id"].as_str().unwrap().to_owned()
}

async fn try_end(bench: &Bench, id: &str, body: Value) -> Reply {
    bench.send("POST", &format!("/_simulator/attempts/{id}"), Some(body), None).await
}

async fn end(bench: &Bench, id: &str, status: &str) {
    let reply = try_end(bench, id, json!({ "status": status })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json(), json!({ "id": id, "status": status }));
}

async fn read(bench: &Bench, order: &Value) -> Value {
    bench.get(&format!("/v2/orders/{}?embed=payments", order["id"].as_str().unwrap())).await
}

fn states(order: &Value) -> Vec<&str> {
    let payments = order.pointer("/_embedded/payments").unwrap().as_array().unwrap();
    payments.iter().map(|payment| payment["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_attempt_ends_by_itself_and_tells_its_hook() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let order = bench.create(any_method(&hooks.url)).await;
    let (transfer, card) =
        (begin(&bench, &order, "banktransfer").await, begin(&bench, &order, "creditcard").await);
    let id = order["id"].as_str().unwrap();
    let first = read(&bench, &order).await.pointer("/_embedded/payments/0/id").unwrap().clone();
    let first = first.as_str().unwrap();
    let mut expected = Vec::new();
    for (attempt, status, about) in
        [(card.as_str(), "paid", id), (first, "failed", first), (transfer.as_str(), "paid", id)]
    {
        end(&bench, attempt, status).await;
        expected.push(format!("id={about}"));
        assert_eq!(hooks.received(expected.len()).await, expected);
        assert_eq!(read(&bench, &order).await["status"], "paid");
    }
    let order = read(&bench, &order).await;
    assert_eq!(states(&order), ["failed", "paid", "paid"]);
    assert_eq!(order["amountCaptured"], order["amount"]);
    let kinds = bench.kinds().await;
    assert_eq!(kinds[4..], ["payment_paid", "payment_failed", "payment_paid"]);
    bench.stop().await;
}

#[tokio::test]
async fn attempts_survive_a_restart() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(any_method("http://127.0.0.1:9/hook")).await;
    let (klarna, card) = (begin(&bench, &order, "klarna").await, begin(&bench, &order, "creditcard").await);
    end(&bench, &klarna, "authorized").await;
    let (before, ledger) = (read(&bench, &order).await, bench.get("/_simulator/ledger").await);
    assert_eq!(states(&before), ["open", "authorized", "open"]);
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let again = read(&bench, &order).await;
    assert_eq!(again.pointer("/_embedded/payments/1/id"), Some(&json!(klarna)));
    assert_eq!((states(&again), &again["status"]), (states(&before), &before["status"]));
    assert_eq!(bench.get("/_simulator/ledger").await, ledger);
    end(&bench, &card, "paid").await;
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let again = read(&bench, &order).await;
    assert_eq!(
        (states(&again), again["status"].as_str()),
        (vec!["open", "authorized", "paid"], Some("authorized"))
    );
    let path = format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap());
    assert_eq!(bench.send("POST", &path, None, None).await.status, 201);
    let shipped = read(&bench, &order).await;
    assert_eq!(shipped.pointer("/_embedded/payments/1/amountCaptured"), Some(&order["amount"]));
    bench.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_attempt_is_said_at_once() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(any_method("http://127.0.0.1:9/hook")).await;
    let problems = |reply: &Reply| {
        assert_eq!(reply.status, 422, "{}", reply.text);
        reply.json().pointer("/extra/problems").cloned().unwrap()
    };
    let refused = try_begin(&bench, &order, Some(json!({ "method": 1, "colour": "red" }))).await;
    let expected = json!(["colour: is no field of this request", "method: should be a text"]);
    assert_eq!(problems(&refused), expected);
    let attempt = begin(&bench, &order, "klarna").await;
    for wrong in [json!({ "id": 1 }), json!({ "status": "open", "id": 1 }), json!({ "status": 1, "id": 1 })] {
        let expected = json!([
            "id: is no field of this request",
            "status: should be paid, authorized, pending, failed, canceled or expired"
        ]);
        assert_eq!(problems(&try_end(&bench, &attempt, wrong).await), expected);
    }
    let unknown_field = try_end(&bench, &attempt, json!({ "status": "failed", "id": 1 })).await;
    assert_eq!(problems(&unknown_field), json!(["id: is no field of this request"]));
    let failures = try_end(&bench, &attempt, json!({ "status": "paid", "failure": "card_expired" })).await;
    assert_eq!(problems(&failures), json!(["failure: only a payment that fails has one"]));
    let no_text = try_end(&bench, &attempt, json!({ "status": "failed", "failure": 1 })).await;
    assert_eq!(problems(&no_text), json!(["failure: should be a text"]));
    assert_eq!(try_end(&bench, &attempt, json!([])).await.status, 422);
    assert_eq!(bench.kinds().await.len(), 3, "the order and two attempts");
    bench.stop().await;
}

#[tokio::test]
async fn attempts_that_cannot_be_are_refused() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(any_method("http://127.0.0.1:9/hook")).await;
    let nobody = try_begin(&bench, &json!({ "id": "ord_1.nobody" }), None).await;
    assert_eq!(
        (nobody.status, nobody.json()["detail"].as_str()),
        (404, Some("No order exists with token ord_1.nobody."))
    );
    let paypal = try_begin(&bench, &order, Some(json!({ "method": "paypal" }))).await;
    assert_eq!((paypal.status, paypal.json()["field"].as_str()), (422, Some("method")));
    let attempt = try_begin(&bench, &order, None).await.json();
    let attempt = attempt["id"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/v2/payments/{attempt}")).await["method"], Value::Null);
    let klarna = begin(&bench, &order, "klarna").await;
    let misfit = try_end(&bench, &klarna, json!({ "status": "paid" })).await;
    assert_eq!((misfit.status, misfit.json()["field"].as_str()), (422, Some("status")));
    assert_eq!(try_end(&bench, "tr_nobody", json!({ "status": "paid" })).await.status, 404);
    end(&bench, attempt, "paid").await;
    let again = try_end(&bench, attempt, json!({ "status": "expired" })).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.json()["detail"], "The payment has ended before, it is paid.");
    assert_eq!(try_begin(&bench, &order, None).await.status, 409);
    assert_eq!(bench.get(&format!("/v2/payments/{attempt}")).await["method"], "creditcard");
    bench.stop().await;
}
