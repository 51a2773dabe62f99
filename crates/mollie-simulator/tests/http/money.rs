//! What becomes of money after it was paid, as a client of the API sees it and as a test asks for it.

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, Reply, lego};

fn eur(value: &str) -> Value {
    json!({ "value": value, "currency": "EUR" })
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

async fn control(bench: &Bench, method: &str, path: &str, body: Option<Value>) -> Reply {
    bench.send(method, &format!("/_simulator/{path}"), body, None).await
}

/// A paid or authorized order, with its payments: its id, that of its payment, and the order.
async fn settled(bench: &Bench, method: &str, hooks: &Receiver) -> (String, String, Value) {
    let order = bench.create(lego(method, &hooks.url)).await;
    let state = if method == "klarna" { "authorized" } else { "paid" };
    assert_eq!(bench.choose(&order, state).await.status, 303);
    let read = bench.get(&format!("/v2/orders/{}?embed=payments", id(&order))).await;
    let payment = read.pointer("/_embedded/payments/0").unwrap().clone();
    (id(&order), id(&payment), read)
}

#[tokio::test]
async fn lines_are_canceled_with_an_answer_that_has_no_body() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (order, _, read) = settled(&bench, "klarna", &hooks).await;
    let path = format!("/v2/orders/{order}/lines");
    let body = json!({ "lines": [{ "id": read["lines"][1]["id"], "quantity": 1 }] });
    let answer = bench.send("DELETE", &path, Some(body), None).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.content_type.as_str()), (204, "", ""));
    let refused = bench.send("DELETE", &path, None, None).await;
    assert_eq!((refused.status, &refused.json()["field"]), (422, &json!("lines")));
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let again = bench.get(&format!("/v2/orders/{order}")).await;
    assert_eq!(again["lines"][1]["status"], "canceled");
    let counts = bench.get("/_simulator/requests").await;
    assert_eq!(counts["counts"]["GET /v2/orders/{id}"], 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_refund_fails_after_three_days_across_a_restart() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (order, payment, read) = settled(&bench, "ideal", &hooks).await;
    let body = json!({ "lines": [{ "id": read["lines"][1]["id"] }] });
    let made = bench.send("POST", &format!("/v2/orders/{order}/refunds"), Some(body), Some("key")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let refund = id(&made.json());
    let planned = control(
        &bench,
        "POST",
        &format!("refunds/{refund}"),
        Some(json!({ "status": "failed", "after": "P3D" })),
    )
    .await;
    assert_eq!((planned.status, planned.json()), (200, json!({ "id": refund, "status": "failed" })));
    bench.advance("P2DT23H59M").await;
    hooks.received(3).await;
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let path = format!("/v2/payments/{payment}/refunds/{refund}");
    assert_eq!(bench.get(&path).await["status"], "processing");
    bench.advance("PT1M").await;
    assert_eq!(bench.get(&path).await["status"], "failed");
    // One that was on its way when the simulator stopped may come once more.
    let bodies = hooks.received(4).await;
    assert_eq!(bodies[..2], [format!("id={order}"), format!("id={order}")], "paid, refunded");
    assert!(
        bodies[2..].iter().all(|body| *body == format!("id={payment}")),
        "processing, failed: {bodies:?}"
    );
    let books = bench.get(&format!("/_simulator/orders/{order}/books")).await;
    assert_eq!((&books["refunded"], &books["captured"]), (&eur("0.00"), &eur("1027.99")));
    bench.stop().await;
}

#[tokio::test]
async fn refunds_wait_for_the_balance_that_a_test_sets() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (_, payment, read) = settled(&bench, "ideal", &hooks).await;
    let balance = format!("profiles/{}/balance", read["profileId"].as_str().unwrap());
    let set = control(&bench, "PUT", &balance, Some(eur("5.00"))).await;
    assert_eq!((set.status, &set.json()["balance"]), (200, &eur("5.00")));
    let path = format!("/v2/payments/{payment}/refunds");
    let made = bench.send("POST", &path, Some(json!({ "amount": eur("7.00") })), None).await.json();
    assert_eq!(made["status"], "queued");
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let own = format!("{path}/{}", id(&made));
    assert_eq!(bench.get(&own).await["status"], "queued");
    let other = bench.send("POST", &path, Some(json!({ "amount": eur("5.01") })), None).await.json();
    assert_eq!(other["status"], "queued", "the balance is what it was");
    let set = control(&bench, "PUT", &balance, Some(eur("7.00"))).await;
    assert_eq!(set.json()["balance"], eur("0.00"));
    assert_eq!(bench.get(&own).await["status"], "pending");
    assert_eq!(bench.send("DELETE", &own, None, None).await.status, 204);
    assert_eq!(bench.send("GET", &own, None, None).await.status, 404);
    let forgotten = control(&bench, "DELETE", &format!("{balance}?currency=EUR"), None).await;
    assert_eq!((forgotten.status, &forgotten.json()["balance"]), (200, &Value::Null));
    for wrong in [
        json!({ "value": "1", "currency": "EUR" }),
        json!({ "value": "1.00", "currency": "XXXX" }),
        json!({}),
    ] {
        assert_eq!(control(&bench, "PUT", &balance, Some(wrong.clone())).await.status, 422, "{wrong}");
    }
    assert_eq!(control(&bench, "DELETE", &balance, None).await.status, 422);
    bench.stop().await;
}

#[tokio::test]
async fn a_chargeback_comes_and_goes() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (order, payment, _) = settled(&bench, "creditcard", &hooks).await;
    let reason = json!({ "code": "4853", "description": "Not as described" });
    let body = json!({ "amount": eur("27.99"), "reason": reason });
    let made = control(&bench, "POST", &format!("attempts/{payment}/chargebacks"), Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let chargeback = id(&made.json());
    assert_eq!(hooks.received(2).await[1], format!("id={payment}"));
    let all = control(&bench, "POST", &format!("attempts/{payment}/chargebacks"), None).await;
    assert_eq!(all.status, 200, "{}", all.text);
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    let list = bench.get("/v2/chargebacks").await;
    assert_eq!((&list["count"], list.pointer("/_embedded/chargebacks/1/reason")), (&json!(2), Some(&reason)));
    assert_eq!(list.pointer("/_embedded/chargebacks/0/amount"), Some(&eur("1000.00")));
    let path = format!("chargebacks/{chargeback}/reversal");
    assert_eq!(control(&bench, "POST", &path, None).await.status, 200);
    assert_eq!(control(&bench, "POST", &path, None).await.status, 409);
    let books = bench.get(&format!("/_simulator/orders/{order}/books")).await;
    assert_eq!(
        (&books["charged_back"], &books["payments"][0]["refundable"]),
        (&eur("1000.00"), &eur("27.99"))
    );
    bench.stop().await;
}

#[tokio::test]
async fn captures_fail_on_demand_and_the_books_show_line_by_line_what_became_of_the_order() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (order, payment, read) = settled(&bench, "klarna", &hooks).await;
    let line = |index: usize| read["lines"][index]["id"].clone();
    let part = json!({ "lines": [{ "id": line(0), "quantity": 1, "amount": eur("310.00") }] });
    assert_eq!(
        bench.send("POST", &format!("/v2/orders/{order}/shipments"), Some(part), None).await.status,
        201
    );
    let whole = json!({ "lines": [{ "id": line(1) }] });
    assert_eq!(
        bench.send("DELETE", &format!("/v2/orders/{order}/lines"), Some(whole), None).await.status,
        204
    );
    let books = bench.get(&format!("/_simulator/orders/{order}/books")).await;
    let sums = ["ordered", "authorized", "captured", "released", "refunded"]
        .map(|name| books[name]["value"].clone());
    assert_eq!(sums, ["1027.99", "1027.99", "310.00", "329.99", "0.00"]);
    assert_eq!(books["lines"][0]["shipped"], json!({ "quantity": 1, "amount": eur("310.00") }));
    assert_eq!(books["lines"][1]["canceled"], json!({ "quantity": 1, "amount": eur("329.99") }));
    assert_eq!(
        (&books["payments"][0]["id"], &books["payments"][0]["captured"]),
        (&json!(payment), &eur("310.00"))
    );

    let list = bench.get(&format!("/v2/payments/{payment}/captures")).await;
    let capture = id(list.pointer("/_embedded/captures/0").unwrap());
    for (status, expected) in [("succeeded", 200), ("failed", 200), ("succeeded", 409), ("lost", 422)] {
        let set =
            control(&bench, "POST", &format!("captures/{capture}"), Some(json!({ "status": status }))).await;
        assert_eq!(set.status, expected, "{status}");
    }
    let books = bench.get(&format!("/_simulator/orders/{order}/books")).await;
    assert_eq!((&books["captured"], &books["failed_captures"]), (&eur("0.00"), &eur("310.00")));
    bench.stop().await;
}

#[tokio::test]
async fn an_attempt_is_paid_with_vouchers() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let mut body = lego("ideal", &hooks.url);
    body["method"] = json!("voucher");
    let order = bench.create(body).await;
    let read = bench.get(&format!("/v2/orders/{}?embed=payments", id(&order))).await;
    let payment = id(read.pointer("/_embedded/payments/0").unwrap());
    let path = format!("attempts/{payment}");
    let wrong = json!({ "status": "paid", "vouchers": [{ "issuer": "a" }], "remainder": 1 });
    let refused = control(&bench, "POST", &path, Some(wrong)).await;
    assert_eq!(
        refused.json().pointer("/extra/problems").and_then(Value::as_array).map(Vec::len),
        Some(2),
        "{}",
        refused.text
    );
    let vouchers = |value: &str| json!({ "status": "paid", "vouchers": [{ "issuer": "pluxee-lunch-pass", "amount": eur(value) }] });
    let refused = control(&bench, "POST", &path, Some(vouchers("2000.00"))).await;
    assert_eq!((refused.status, &refused.json()["field"]), (422, &json!("vouchers")));
    assert_eq!(control(&bench, "POST", &path, Some(vouchers("1000.00"))).await.status, 200);
    assert_eq!(bench.get(&format!("/v2/payments/{payment}")).await["amountRemaining"], eur("27.99"));
    bench.stop().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let (_, payment, _) = settled(&bench, "ideal", &hooks).await;
    let path = format!("/v2/payments/{payment}/refunds");
    let refund = id(&bench.send("POST", &path, Some(json!({ "amount": eur("7.00") })), None).await.json());
    for (path, body, status) in [
        ("refunds/re_nobody".to_owned(), json!({ "status": "failed" }), 404),
        (format!("refunds/{refund}"), json!({ "status": "lost" }), 422),
        (format!("refunds/{refund}"), json!({ "status": "queued" }), 409),
        (format!("refunds/{refund}"), json!({ "status": "failed", "after": "-P1D" }), 422),
        (format!("refunds/{refund}"), json!({ "status": "failed", "when": "P1D" }), 422),
        ("captures/cpt_nobody".to_owned(), json!({ "status": "failed" }), 404),
        ("captures/cpt_nobody".to_owned(), json!({ "status": "failed", "after": "P1D" }), 422),
        ("attempts/tr_nobody/chargebacks".to_owned(), json!({}), 404),
        (format!("attempts/{payment}/chargebacks"), json!({ "amount": eur("2000.00") }), 422),
        (format!("attempts/{payment}/chargebacks"), json!({ "colour": "red" }), 422),
        ("chargebacks/chb_nobody/reversal".to_owned(), json!({}), 404),
    ] {
        let refused = control(&bench, "POST", &path, Some(body.clone())).await;
        assert_eq!(refused.status, status, "{path} {body}: {}", refused.text);
    }
    assert_eq!(control(&bench, "GET", "orders/ord_1.nobody/books", None).await.status, 404);
    assert_eq!(bench.get(&format!("{path}/{refund}")).await["status"], "pending");
    bench.stop().await;
}
