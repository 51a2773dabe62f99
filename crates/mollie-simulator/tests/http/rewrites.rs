//! Answers whose fields are not what they should be, as a test arms them over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, lego};
use crate::broken::NOWHERE;

const COUNTERS: [&str; 9] = [
    "quantityShipped",
    "amountShipped",
    "quantityRefunded",
    "amountRefunded",
    "quantityCanceled",
    "amountCanceled",
    "shippableQuantity",
    "refundableQuantity",
    "cancelableQuantity",
];

fn counters(order: &Value) -> usize {
    let lines = order["lines"].as_array().unwrap();
    lines.iter().flat_map(|line| COUNTERS.iter().filter(|name| line.get(**name).is_some())).count()
}

#[tokio::test]
async fn fields_of_the_next_answers_are_rewritten_and_the_order_is_not() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("ideal", NOWHERE)).await;
    let path = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    let edits = json!([
        { "op": "replace", "path": "/method", "value": ["ideal"] },
        { "op": "replace", "path": "/_links/checkout", "value": "https://example.org/pay" },
        { "op": "replace", "path": "/createdAt", "value": "2026-01-01T10:00:00" },
        { "op": "add", "path": "/billingAddress/streetAndNumber", "value": true },
        { "op": "remove", "path": "/locale" },
    ]);
    let fault =
        json!({ "fault": "rewrite", "method": "GET", "path": "/v2/orders/*", "count": 2, "edits": edits });
    let armed = bench.arm(json!([fault])).await;
    assert_eq!(armed["faults"][0]["edits"], edits);
    for _ in 0..2 {
        let seen = bench.get(&path).await;
        assert_eq!((&seen["method"], &seen["createdAt"]), (&json!(["ideal"]), &json!("2026-01-01T10:00:00")));
        assert_eq!(seen["_links"]["checkout"], "https://example.org/pay");
        assert_eq!((&seen["billingAddress"]["streetAndNumber"], seen.get("locale")), (&json!(true), None));
    }
    assert_eq!(bench.get(&path).await, order);
    assert_eq!(bench.fired().await, [2]);
    bench.stop().await;
}

#[tokio::test]
async fn line_counters_are_left_out_for_a_while() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("klarna", NOWHERE)).await;
    let path = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    let on = |method: &str| json!({ "fault": "line_counters_left_out", "method": method, "path": "/v2/orders/*", "count": 1 });
    bench.arm(json!([on("GET"), on("DELETE")])).await;
    assert_eq!(counters(&bench.get(&path).await), 0);
    assert_eq!(counters(&bench.get(&path).await), 18);
    let canceled = bench.send("DELETE", &path, None, None).await.json();
    assert_eq!((&canceled["status"], counters(&canceled)), (&json!("canceled"), 0));
    assert_eq!(counters(&bench.get(&path).await), 18);
    bench.stop().await;
}

#[tokio::test]
async fn line_counters_can_be_left_out_of_answers_to_create() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let switches = json!({ "line_counters_at_changes": "left out" });
    let switched = bench.send("PUT", "/_simulator/switches", Some(switches), None).await;
    assert_eq!(switched.status, 200, "{}", switched.text);
    let order = bench.create(lego("ideal", NOWHERE)).await;
    assert_eq!(counters(&order), 0);
    assert_eq!(counters(&bench.get(&format!("/v2/orders/{}", order["id"].as_str().unwrap())).await), 18);
    bench.stop().await;
}
