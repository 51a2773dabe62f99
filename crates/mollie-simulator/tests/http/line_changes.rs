//! Further payments, updates of an order and of its lines, over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, lego};

const NOWHERE: &str = "http://127.0.0.1:9/hook";

#[tokio::test]
async fn an_order_is_changed_and_paid_at_the_second_attempt() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("ideal", NOWHERE)).await;
    let path = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    bench.choose(&order, "failed").await;
    let payments = format!("{path}/payments");
    let again = bench.send("POST", &payments, Some(json!({ "method": "klarna" })), Some("again")).await;
    assert_eq!((again.status, again.json()["method"].as_str()), (201, Some("klarna")));
    assert!(bench.send("POST", &payments, Some(json!({ "method": "klarna" })), Some("again")).await.replayed);

    let updated = bench.send("PATCH", &path, Some(json!({ "orderNumber": "1338" })), None).await;
    assert_eq!((updated.status, updated.json()["orderNumber"].as_str()), (200, Some("1338")));
    let line = format!("{path}/lines/{}", order["lines"][0]["id"].as_str().unwrap());
    assert_eq!(bench.send("PATCH", &line, Some(json!({ "name": "LEGO" })), None).await.status, 200);
    let cancel = json!({ "operation": "cancel", "data": { "id": order["lines"][1]["id"] } });
    let lines = format!("{path}/lines");
    let managed = bench.send("PATCH", &lines, Some(json!({ "operations": [cancel] })), None).await;
    assert_eq!((managed.status, managed.json()["lines"][1]["status"].as_str()), (200, Some("canceled")));

    assert_eq!(bench.choose(&managed.json(), "authorized").await.status, 303);
    bench.stop().await;
    let bench = Bench::start(&directory).await;
    let order = bench.get(&format!("{path}?embed=payments")).await;
    assert_eq!(order["status"], "authorized");
    assert_eq!(order["_embedded"]["payments"][1]["amount"], order["amount"]);
    let counts = bench.get("/_simulator/ledger").await["effects"].as_array().unwrap().clone();
    let kinds: Vec<&str> = counts.iter().filter_map(|effect| effect["kind"].as_str()).collect();
    let changes = ["payment_created", "order_updated", "line_updated", "lines_managed", "payment_authorized"];
    assert!(kinds.ends_with(&changes), "{kinds:?}");
    assert_eq!(
        bench.get("/v2/methods?resource=orders").await["_embedded"]["methods"].as_array().map(Vec::is_empty),
        Some(false)
    );
    assert_ne!(bench.get("/v2/methods/klarna").await["description"], Value::Null);
    bench.stop().await;
}
