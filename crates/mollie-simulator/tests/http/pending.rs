//! Pending payments over HTTP: chosen on the checkout page, decided there or by a control request.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, lego};

async fn read(bench: &Bench, order: &Value) -> Value {
    bench.get(&format!("/v2/orders/{}?embed=payments", order["id"].as_str().unwrap())).await
}

#[tokio::test]
async fn the_page_of_a_pending_payment_asks_how_it_was_decided() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("klarna", &hooks.url)).await;
    let page = order.pointer("/_links/checkout/href").unwrap().as_str().unwrap();
    let html = || async { bench.client.get(page).send().await.unwrap().text().await.unwrap() };
    assert!(html().await.contains("Pending: not decided yet"));
    assert_eq!(bench.choose(&order, "pending").await.status, 303);
    let text = html().await;
    assert!(text.contains("The payment is <strong>pending</strong>."), "{text}");
    for (state, is_offered) in
        [("authorized", true), ("failed", true), ("paid", false), ("pending", false), ("canceled", false)]
    {
        assert_eq!(text.contains(&format!("value=\"{state}\"")), is_offered, "{state}");
    }
    let seen = read(&bench, &order).await;
    assert_eq!(seen["status"], "pending");
    let change = seen.pointer("/_embedded/payments/0/_links/changePaymentState/href");
    assert_eq!(change, Some(&json!(page)), "the order itself has no checkout link now");
    assert_eq!(bench.choose(&order, "canceled").await.status, 422);
    assert_eq!(bench.choose(&order, "authorized").await.status, 303);
    assert_eq!(read(&bench, &order).await["status"], "authorized");
    let id = order["id"].as_str().unwrap();
    assert_eq!(hooks.received(1).await, [format!("id={id}")]);
    bench.stop().await;
}

#[tokio::test]
async fn a_control_request_lets_an_attempt_be_pending_and_decides_it_later() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("klarna", "http://127.0.0.1:9/hook")).await;
    let seen = read(&bench, &order).await;
    let path = format!("/_simulator/attempts/{}", seen["_embedded"]["payments"][0]["id"].as_str().unwrap());
    let end = |status: &str| {
        let body = Some(json!({ "status": status }));
        async { bench.send("POST", &path, body, None).await }
    };
    assert_eq!(end("pending").await.status, 200);
    bench.advance("P40D").await;
    assert_eq!(read(&bench, &order).await["status"], "pending");
    let refused = end("expired").await;
    assert_eq!((refused.status, &refused.json()["field"]), (422, &json!("status")));
    assert_eq!(end("failed").await.status, 200);
    assert_eq!(read(&bench, &order).await["status"], "expired");
    assert_eq!(
        bench.kinds().await,
        ["order_created", "payment_created", "payment_pending", "payment_failed", "order_expired"]
    );
    bench.stop().await;
}
