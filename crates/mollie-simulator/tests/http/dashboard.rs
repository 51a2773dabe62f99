//! What somebody does in Mollie's dashboard, as a test asks for it over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, Reply, lego};

async fn authorized(bench: &Bench, hooks: &Receiver) -> (String, Value) {
    let order = bench.create(lego("klarna", &hooks.url)).await;
    bench.choose(&order, "authorized").await;
    hooks.received(1).await;
    (order["id"].as_str().unwrap().to_owned(), order)
}

async fn in_dashboard(bench: &Bench, id: &str, what: &str, body: Value) -> Reply {
    bench.send("POST", &format!("/_simulator/orders/{id}/{what}"), Some(body), None).await
}

#[tokio::test]
async fn what_was_shipped_in_the_dashboard_unheard_of_is_refused_to_the_shop() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (id, order) = authorized(&bench, &hooks).await;
    let line = &order["lines"][1]["id"];
    let body = json!({ "lines": [{ "id": line }], "tracking": { "carrier": "DHL", "code": "by-hand" }, "notify": false });
    let shipped = in_dashboard(&bench, &id, "shipments", body).await;
    assert_eq!(shipped.status, 200, "{}", shipped.text);
    let shipment = shipped.json();
    assert_eq!(shipment["tracking"]["code"], "by-hand");

    let path = format!("/v2/orders/{id}/shipments");
    let own = bench.send("POST", &path, Some(json!({ "lines": [{ "id": line }] })), Some("k1")).await;
    assert_eq!(own.status, 422);
    let detail = "The quantity is higher than the maximum quantity. The maximum quantity is 0.";
    assert_eq!(own.json()["detail"], detail);
    let rest = in_dashboard(&bench, &id, "shipments", json!({ "notify": false })).await;
    assert_eq!(rest.status, 200, "{}", rest.text);
    let own = bench.send("POST", &path, Some(json!({})), Some("k2")).await;
    assert_eq!(own.json()["detail"], "Cannot create a shipment. No lines can be shipped.");
    assert_eq!(bench.get(&path).await["count"], 2);

    let ledger = bench.get("/_simulator/ledger").await;
    let first = &ledger["effects"][3];
    assert_eq!((&first["kind"], &first["by"]), (&json!("shipment_created"), &json!("dashboard")));
    assert_eq!((&first["shipment_id"], &first["idempotency_key"]), (&shipment["id"], &Value::Null));
    assert_eq!(hooks.bodies().len(), 1, "nobody was told");
    bench.stop().await;
}

#[tokio::test]
async fn an_order_is_canceled_in_the_dashboard_as_a_whole_or_by_lines() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (id, order) = authorized(&bench, &hooks).await;
    let line = &order["lines"][1]["id"];
    let part = in_dashboard(&bench, &id, "cancellations", json!({ "lines": [{ "id": line }] })).await;
    assert_eq!(part.status, 200, "{}", part.text);
    assert_eq!(
        (&part.json()["status"], &part.json()["lines"][1]["status"]),
        (&json!("authorized"), &json!("canceled"))
    );
    assert_eq!(hooks.received(2).await[1], format!("id={id}"));
    let whole = in_dashboard(&bench, &id, "cancellations", json!({ "notify": false })).await;
    assert_eq!((whole.status, &whole.json()["status"]), (200, &json!("canceled")));
    let again = in_dashboard(&bench, &id, "cancellations", json!({})).await;
    assert_eq!(again.status, 400);
    let kinds = bench.kinds().await;
    assert_eq!(kinds[3..], ["lines_canceled", "order_canceled", "payment_canceled"]);
    assert_eq!(hooks.bodies().len(), 2);
    bench.stop().await;
}

#[tokio::test]
async fn what_the_dashboard_cannot_do_is_refused() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    for what in ["shipments", "cancellations"] {
        let nobody = in_dashboard(&bench, "ord_1.nobody", what, json!({})).await;
        assert_eq!((nobody.status, &nobody.json()["status"]), (404, &json!(404)));
        let (id, _) = authorized(&bench, &Receiver::start().await).await;
        for wrong in [json!({ "colour": "red" }), json!({ "notify": 1 }), json!({ "lines": 1 }), json!([])] {
            let refused = in_dashboard(&bench, &id, what, wrong.clone()).await;
            assert!(refused.status == 422 || refused.status == 400, "{wrong}: {}", refused.text);
        }
    }
    assert!(hooks.bodies().is_empty());
    bench.stop().await;
}
