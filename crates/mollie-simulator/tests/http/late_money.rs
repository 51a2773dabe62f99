//! Money on orders that have ended, and payments of other amounts, as a test asks for them over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, Reply, lego};

fn eur(value: &str) -> Value {
    json!({ "value": value, "currency": "EUR" })
}

async fn created(bench: &Bench, method: &str, hooks: &Receiver) -> (String, String) {
    let order = bench.create(lego(method, &hooks.url)).await;
    let id = order["id"].as_str().unwrap().to_owned();
    let read = bench.get(&format!("/v2/orders/{id}?embed=payments")).await;
    (id, read.pointer("/_embedded/payments/0/id").unwrap().as_str().unwrap().to_owned())
}

async fn attempt(bench: &Bench, id: &str, body: Value) -> Reply {
    bench.send("POST", &format!("/_simulator/attempts/{id}"), Some(body), None).await
}

/// Status of the order and of its only payment.
async fn states(bench: &Bench, id: &str) -> (String, String) {
    let read = bench.get(&format!("/v2/orders/{id}?embed=payments")).await;
    let text = |pointer: &str| read.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    (text("/status"), text("/_embedded/payments/0/status"))
}

#[tokio::test]
async fn a_transfer_arrives_for_an_expired_order_and_is_given_back() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (id, transfer) = created(&bench, "banktransfer", &hooks).await;
    bench.advance("P28D").await;
    assert_eq!(states(&bench, &id).await, ("expired".to_owned(), "expired".to_owned()));
    assert_eq!(attempt(&bench, &transfer, json!({ "status": "paid" })).await.status, 409);
    let paid = attempt(&bench, &transfer, json!({ "status": "paid", "forced": true })).await;
    assert_eq!((paid.status, paid.json()), (200, json!({ "id": transfer, "status": "paid" })));
    assert_eq!(states(&bench, &id).await, ("expired".to_owned(), "paid".to_owned()));
    let bodies = hooks.received(3).await;
    assert_eq!(bodies[2], format!("id={id}"), "{bodies:?}");

    let refunded = attempt(&bench, &transfer, json!({ "refund": eur("1000.00") })).await;
    assert_eq!(refunded.status, 200, "{}", refunded.text);
    let refund = refunded.json()["refund"].clone();
    assert!(refund.as_str().unwrap().starts_with("re_"));
    let read = bench.get(&format!("/v2/orders/{id}?embed=payments,refunds")).await;
    let payment = read.pointer("/_embedded/payments/0").unwrap();
    assert_eq!((&payment["amountRefunded"], &payment["amountRemaining"]), (&eur("1000.00"), &eur("27.99")));
    assert_eq!((&read["amountRefunded"], &read["status"]), (&eur("1000.00"), &json!("expired")));
    assert_eq!(read.pointer("/_embedded/refunds/0/id"), Some(&refund));
    assert_eq!(attempt(&bench, &transfer, json!({ "refund": eur("28.00") })).await.status, 422);
    assert_eq!(attempt(&bench, &transfer, json!({ "refund": eur("27.99") })).await.status, 200);
    let kinds = bench.kinds().await;
    assert_eq!(kinds[4..], ["payment_paid", "payment_refunded", "payment_refunded"]);
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let again = bench.get(&format!("/v2/payments/{transfer}")).await;
    assert_eq!((&again["amountRefunded"], &again["amountRemaining"]), (&eur("1027.99"), &eur("0.00")));
    bench.stop().await;
}

#[tokio::test]
async fn money_on_a_canceled_order_goes_away_again() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    for (method, arrives, leaves) in [("ideal", "paid", "canceled"), ("klarna", "authorized", "expired")] {
        let (id, payment) = created(&bench, method, &hooks).await;
        assert_eq!(bench.send("DELETE", &format!("/v2/orders/{id}"), None, None).await.status, 200);
        let forced = attempt(&bench, &payment, json!({ "status": arrives, "forced": true })).await;
        assert_eq!(forced.status, 200, "{}", forced.text);
        assert_eq!(states(&bench, &id).await, ("canceled".to_owned(), arrives.to_owned()));
        assert_eq!(attempt(&bench, &payment, json!({ "status": leaves })).await.status, 409);
        let forced = attempt(&bench, &payment, json!({ "status": leaves, "forced": true })).await;
        assert_eq!(forced.status, 200, "{}", forced.text);
        assert_eq!(states(&bench, &id).await, ("canceled".to_owned(), leaves.to_owned()));
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_shopper_pays_more_than_the_order_costs() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (id, transfer) = created(&bench, "banktransfer", &hooks).await;
    let paid = attempt(&bench, &transfer, json!({ "status": "paid", "amount": eur("1100.00") })).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    assert_eq!(states(&bench, &id).await, ("paid".to_owned(), "paid".to_owned()));
    let payment = bench.get(&format!("/v2/payments/{transfer}")).await;
    assert_eq!((&payment["amount"], &payment["amountRemaining"]), (&eur("1100.00"), &eur("1100.00")));
    let ledger = bench.get("/_simulator/ledger").await;
    assert_eq!(ledger["effects"][2]["amounts"]["paid"], eur("1100.00"));
    bench.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_such_money_is_said_at_once() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (_, payment) = created(&bench, "ideal", &hooks).await;
    let wrong = [
        (
            json!({ "status": "failed", "amount": eur("1.00") }),
            "amount: only a payment that is paid or authorized has one",
        ),
        (
            json!({ "status": "paid", "amount": "1.00" }),
            "amount: should be an amount, as in {\"value\":\"10.00\",\"currency\":\"EUR\"}",
        ),
        (json!({ "status": "paid", "forced": "yes" }), "forced: should be true or false"),
        (json!({ "status": "paid", "refund": eur("1.00") }), "refund: stands alone"),
        (
            json!({ "refund": 1 }),
            "refund: should be an amount, as in {\"value\":\"10.00\",\"currency\":\"EUR\"}",
        ),
    ];
    for (body, problem) in wrong {
        let refused = attempt(&bench, &payment, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}");
        assert_eq!(refused.json().pointer("/extra/problems"), Some(&json!([problem])), "{body}");
    }
    for amount in [eur("0.00"), eur("-1.00"), eur("1.001"), json!({ "value": "1.00", "currency": "USD" })] {
        let refused = attempt(&bench, &payment, json!({ "status": "paid", "amount": amount })).await;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("amount")), "{amount}");
    }
    let unpaid = attempt(&bench, &payment, json!({ "refund": eur("1.00") })).await;
    assert_eq!(unpaid.status, 409, "{}", unpaid.text);
    assert_eq!(attempt(&bench, "tr_nobody", json!({ "refund": eur("1.00") })).await.status, 404);
    assert_eq!(bench.kinds().await.len(), 2);
    bench.stop().await;
}
