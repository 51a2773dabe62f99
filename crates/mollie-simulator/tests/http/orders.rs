//! Orders over HTTP: both flows through the checkout form, and how answers travel.

use serde_json::json;

use crate::bench::{Bench, Directory, Receiver, lego};

#[tokio::test]
async fn the_lego_order_is_paid_and_shipped() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("ideal", &hooks.url)).await;
    let id = order["id"].as_str().unwrap();
    let page = order.pointer("/_links/checkout/href").unwrap().as_str().unwrap();
    assert!(page.starts_with(&format!("{}/checkout/1.", bench.base)));
    let html = bench.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("€1,027.99") && html.contains("Order 1337") && html.contains("value=\"paid\""));
    assert!(!html.contains("value=\"authorized\""));
    assert_eq!(bench.choose(&order, "authorized").await.status, 422);
    assert_eq!(bench.choose(&order, "nonsense").await.status, 422);
    let paid = bench.choose(&order, "paid").await;
    assert_eq!((paid.status, paid.location.as_deref()), (303, Some("https://example.org/redirect")));
    hooks.received(1).await;

    let again = bench.choose(&order, "paid").await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("<strong>paid</strong>"));
    let html = bench.client.get(page).send().await.unwrap();
    assert_eq!(html.status(), 200);

    let path = format!("/v2/orders/{id}/shipments");
    let shipment = bench.send("POST", &path, Some(json!({ "lines": [] })), None).await;
    assert_eq!((shipment.status, shipment.content_type.as_str()), (201, "application/hal+json"));
    let read = bench.get(&format!("/v2/orders/{id}?embed=payments,shipments")).await;
    assert_eq!(read["status"], "completed");
    assert_eq!(read.pointer("/_embedded/shipments/0/id"), Some(&shipment.json()["id"]));
    let payment = read.pointer("/_embedded/payments/0/id").unwrap().as_str().unwrap();
    assert_eq!(bench.get(&format!("/v2/payments/{payment}")).await["orderId"], id);
    let bodies = hooks.received(3).await;
    assert!(bodies.iter().all(|body| *body == format!("id={id}")), "{bodies:?}");
    bench.stop().await;
}

#[tokio::test]
async fn the_lego_order_is_authorized_and_captured_in_parts() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("klarnapaylater", &hooks.url)).await;
    let path = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    let failed = bench.choose(&order, "failed").await;
    assert_eq!(failed.status, 303);
    assert!(hooks.received(1).await[0].starts_with("id=tr_"), "a failure goes to the payment's hook");
    let canceled = bench.choose(&order, "canceled").await;
    assert_eq!(canceled.location.as_deref(), Some("https://example.org/cancel"));
    assert_eq!(bench.choose(&order, "authorized").await.status, 303);

    let line = &order["lines"][0]["id"];
    let part = json!({ "lines": [{ "id": line, "quantity": 1 }] });
    let refused = bench.send("POST", &format!("{path}/shipments"), Some(part), None).await;
    assert_eq!((refused.status, refused.content_type.as_str()), (422, "application/hal+json"));
    assert_eq!(refused.json().pointer("/extra/minimumAmount/value"), Some(&json!("299.00")));
    let amount = json!({ "currency": "EUR", "value": "299.00" });
    let part = json!({ "lines": [{ "id": line, "quantity": 1, "amount": amount }] });
    assert_eq!(bench.send("POST", &format!("{path}/shipments"), Some(part), None).await.status, 201);
    assert_eq!(bench.get(&path).await.pointer("/amountCaptured/value"), Some(&json!("299.00")));
    assert_eq!(bench.send("POST", &format!("{path}/shipments"), None, None).await.status, 201);
    let read = bench.get(&format!("{path}?embed=payments")).await;
    assert_eq!(read["status"], "completed");
    assert_eq!(read.pointer("/amountCaptured/value"), Some(&json!("1027.99")));
    assert_eq!(read.pointer("/_embedded/payments/2/status"), Some(&json!("paid")));
    assert_eq!(hooks.received(6).await.len(), 6, "failed, canceled, authorized, two shipments, completed");
    bench.stop().await;
}

#[tokio::test]
async fn what_comes_from_outside_is_escaped_on_the_page() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let mut body = lego("ideal", "http://127.0.0.1:9/hook");
    body["orderNumber"] = json!("<script>\"&'</script>");
    let order = bench.create(body).await;
    let page = order.pointer("/_links/checkout/href").unwrap().as_str().unwrap();
    let html = bench.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;") && !html.contains("<script>"));
    bench.stop().await;
}

#[tokio::test]
async fn answers_carry_type_and_simulated_date_and_are_counted() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("ideal", "http://127.0.0.1:9/hook")).await;
    let id = order["id"].as_str().unwrap();
    let clock = bench.advance("P400D").await;
    assert_eq!(clock["offset_seconds"], 400 * 24 * 3600);
    assert_eq!(bench.offset.get().as_hours(), 400 * 24);
    let read = bench.send("GET", &format!("/v2/orders/{id}"), None, None).await;
    let year = |text: &str| clock["now"].as_str().unwrap()[..4] == *text;
    assert!(year(&read.date[12..16]), "{}", read.date);
    assert_eq!(read.json()["status"], "expired");
    for (method, path, status) in [
        ("GET", "/v2/nothing", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/v2/orders", 405),
        ("GET", "/v2/orders/ord_x", 404),
    ] {
        let reply = bench.send(method, path, None, None).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (status, "application/hal+json"), "{path}");
        assert_eq!(reply.json()["status"], status);
    }
    let unsigned = bench.client.get(format!("{}/v2/orders", bench.base)).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let huge = json!({ "metadata": "m".repeat(4 * 1024 * 1024) });
    assert_eq!(bench.send("POST", "/v2/orders", Some(huge), None).await.status, 413);
    let counts = bench.get("/_simulator/requests").await;
    assert_eq!(counts.pointer("/counts/POST ~1v2~1orders"), Some(&json!(2)));
    assert_eq!(counts.pointer("/counts/GET ~1v2~1orders~1{id}"), Some(&json!(2)));
    assert_eq!(counts["total"], 7);
    bench.stop().await;
}

#[tokio::test]
async fn wrong_control_requests_are_refused() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    for (method, path, body) in [
        ("POST", "/_simulator/clock", json!({ "advance": "-P1D" })),
        ("POST", "/_simulator/clock", json!({ "advance": "soon" })),
        ("POST", "/_simulator/clock", json!({ "advance": "P9999Y" })),
        ("PUT", "/_simulator/switches", json!({ "colour": "red" })),
        ("PUT", "/_simulator/hold", json!({ "path": "/v2/orders" })),
    ] {
        assert_eq!(bench.send(method, path, Some(body), None).await.status, 422, "{path}");
    }
    let switches = json!({ "timestamps": ".0Z" });
    assert_eq!(bench.send("PUT", "/_simulator/switches", Some(switches), None).await.status, 200);
    assert_eq!(bench.get("/_simulator/switches").await["timestamps"], ".0Z");
    bench.stop().await;
}
