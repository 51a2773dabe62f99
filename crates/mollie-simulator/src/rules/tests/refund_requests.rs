//! What requests for refunds may say, when they are refused as duplicates, and how refunds are shown and listed.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::captures::only;
use super::{Shop, eur, lego, line, order_of, text};

fn ids(list: &Value, name: &str) -> Vec<String> {
    let items = list["_embedded"][name].as_array().unwrap();
    items.iter().map(|item| text(item, "/id")).collect()
}

fn paid(shop: &mut Shop) -> (String, String, Vec<String>) {
    let lines = [line(5, "10.00", None, "50.00"), line(1, "30.00", None, "30.00")];
    let (id, lines) = shop.settled(&order_of("ideal", &eur("80.00"), &lines));
    let payment = shop.payment_id(&id);
    (id, payment, lines)
}

#[test]
fn a_refund_has_the_shape_of_the_published_answers() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let metadata = json!({ "bookkeeping_id": 12345 });
    let body = json!({ "lines": [{ "id": lines[1], "quantity": 1 }], "description": "Not in stock.", "metadata": metadata });
    let refund = Shop::made(shop.refund_lines(&id, &body));
    // Of the answer to "create order refund" and of an item of "list order refunds".
    for key in [
        "resource",
        "id",
        "mode",
        "amount",
        "description",
        "lines",
        "status",
        "metadata",
        "orderId",
        "paymentId",
        "createdAt",
    ] {
        assert!(refund.get(key).is_some(), "{key}");
    }
    assert_eq!((&refund["resource"], &refund["description"]), (&json!("refund"), &json!("Not in stock.")));
    assert_eq!(refund["metadata"], metadata);
    assert!(refund.get("settlementAmount").is_none(), "nothing has left yet");
    let part = refund["lines"][0].as_object().unwrap();
    for key in [
        "resource",
        "id",
        "orderId",
        "sku",
        "type",
        "status",
        "metadata",
        "quantity",
        "unitPrice",
        "totalAmount",
        "createdAt",
        "_links",
    ] {
        assert!(part.contains_key(key), "{key}");
    }
    assert!(!part.keys().any(|key| super::super::line_json::LINE_COUNTERS.contains(&key.as_str())));
    let payment = shop.payment_id(&id);
    let own = format!("/v2/payments/{payment}/refunds/{}", text(&refund, "/id"));
    assert!(text(&refund, "/_links/self/href").ends_with(&own));
    assert!(
        refund.pointer("/_links/order/href").is_some() && refund.pointer("/_links/documentation").is_some()
    );
    assert_eq!(shop.get(&own)["lines"], refund["lines"]);
    let read = shop.order(&id);
    assert_eq!(read.pointer("/_embedded/refunds/0/lines"), Some(&refund["lines"]));
    assert!(
        text(&read, "/_embedded/payments/0/_links/refunds/href").ends_with(&format!("{payment}/refunds"))
    );
}

#[test]
fn a_refund_of_an_amount_names_no_lines() {
    let mut shop = Shop::new();
    let (id, payment, _) = paid(&mut shop);
    let refund = Shop::made(shop.refund_amount(&payment, "12.34"));
    assert_eq!((&refund["lines"], &refund["orderId"]), (&json!([]), &json!(id)));
    assert_eq!((&refund["description"], &refund["metadata"]), (&json!("Order 1337"), &Value::Null));
    let order = shop.order(&id);
    assert_eq!(
        (&order["lines"][0]["quantityRefunded"], &order["amountRefunded"]),
        (&json!(0), &eur("12.34"))
    );
}

#[test]
fn a_refund_without_lines_is_refused_or_of_all() {
    let mut shop = Shop::new();
    let (id, _, _) = paid(&mut shop);
    for body in [json!({ "lines": [] }), json!({})] {
        let refusal = shop.refund_lines(&id, &body);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("lines")));
    }
    let mut shop = Shop::with(&json!({ "refund_without_lines": "all" }));
    let (id, _, lines) = paid(&mut shop);
    Shop::made(shop.refund_lines(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 2 }] })));
    let refund = Shop::made(shop.refund_lines(&id, &json!({ "lines": [] })));
    assert_eq!((&refund["amount"], &refund["lines"][0]["quantity"]), (&eur("60.00"), &json!(3)));
    assert_eq!(shop.refund_lines(&id, &json!({ "lines": [] })).status, 422);
}

#[test]
fn descriptions_metadata_and_amounts_have_bounds() {
    let mut shop = Shop::new();
    let (id, payment, lines) = paid(&mut shop);
    let ask = |shop: &mut Shop, field: &str, value: Value| {
        let mut bodies = [only(&lines[1]), json!({ "amount": eur("1.00") })];
        bodies.iter_mut().for_each(|body| body[field] = value.clone());
        let of_lines = shop.refund_lines(&id, &bodies[0]);
        let path = format!("/v2/payments/{payment}/refunds");
        let of_amount = shop.request("POST", &path, Some(&bodies[1]), None);
        assert_eq!(of_lines.body["field"], of_amount.body["field"]);
        (of_lines.status, of_lines.body["field"].clone())
    };
    assert_eq!(ask(&mut shop, "description", json!("ü".repeat(141))), (422, json!("description")));
    assert_eq!(ask(&mut shop, "description", json!(1)), (422, json!("description")));
    assert_eq!(ask(&mut shop, "metadata", json!("m".repeat(1023))), (422, json!("metadata")));
    assert_eq!(ask(&mut shop, "description", json!("ü".repeat(140))), (201, Value::Null));
    for body in [
        json!({}),
        json!({ "amount": eur("0.00") }),
        json!({ "amount": eur("-1.00") }),
        json!({ "amount": eur("1.001") }),
        json!({ "amount": { "value": "1.00", "currency": "USD" } }),
    ] {
        let path = format!("/v2/payments/{payment}/refunds");
        let refusal = shop.request("POST", &path, Some(&body), None);
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("amount")), "{body}");
    }
    let mut shop = Shop::with(&json!({ "refund_description": "255" }));
    let (id, _, lines) = paid(&mut shop);
    for (length, status) in [(256, 422), (255, 201)] {
        let mut body = only(&lines[1]);
        body["description"] = json!("d".repeat(length));
        assert_eq!(shop.refund_lines(&id, &body).status, status);
    }
}

#[test]
fn the_same_amount_on_the_same_payment_within_the_hour_is_a_duplicate() {
    let mut shop = Shop::new();
    let (id, payment, lines) = paid(&mut shop);
    let one = json!({ "lines": [{ "id": lines[0], "quantity": 1 }] });
    let path = format!("/v2/orders/{id}/refunds");
    let first = shop.request("POST", &path, Some(&one), Some("k1"));
    assert_eq!((first.status, &first.body["amount"]), (201, &eur("10.00")));
    assert!(shop.request("POST", &path, Some(&one), Some("k1")).replayed, "the key comes first");
    let duplicate = shop.request("POST", &path, Some(&one), Some("k2"));
    assert_eq!(
        (duplicate.status, &duplicate.body["detail"]),
        (409, &json!("A duplicate refund has been detected"))
    );
    assert_eq!(shop.refund_amount(&payment, "10.00").status, 409, "whatever it is for");
    let before = shop.order(&id);
    assert_eq!(
        (&before["amountRefunded"], &before["lines"][0]["quantityRefunded"]),
        (&eur("10.00"), &json!(1))
    );
    Shop::made(shop.refund_amount(&payment, "9.99"));
    let (other, _, other_lines) = paid(&mut shop);
    Shop::made(shop.refund_lines(&other, &json!({ "lines": [{ "id": other_lines[0], "quantity": 1 }] })));
    shop.pass(SignedDuration::from_secs(3599));
    assert_eq!(shop.refund_lines(&id, &one).status, 409);
    shop.pass(SignedDuration::from_secs(1));
    Shop::made(shop.refund_lines(&id, &one));
    assert_eq!(shop.order(&id)["lines"][0]["quantityRefunded"], 2);
}

#[test]
fn a_refund_that_was_canceled_is_still_one_that_was_asked_for() {
    let mut shop = Shop::new();
    let (_, payment, _) = paid(&mut shop);
    let refund = text(&Shop::made(shop.refund_amount(&payment, "10.00")), "/id");
    shop.request("DELETE", &format!("/v2/payments/{payment}/refunds/{refund}"), None, None);
    assert_eq!(shop.refund_amount(&payment, "10.00").status, 409);
}

#[test]
fn refunds_are_listed_newest_first_for_the_order_the_payment_and_the_profile() {
    let mut shop = Shop::new();
    let (id, payment, lines) = paid(&mut shop);
    let (_, other_payment, _) = paid(&mut shop);
    let a = text(&Shop::made(shop.refund_lines(&id, &only(&lines[1]))), "/id");
    let b = text(&Shop::made(shop.refund_amount(&other_payment, "1.00")), "/id");
    let c = text(&Shop::made(shop.refund_amount(&payment, "2.00")), "/id");
    let here = vec![c.clone(), a.clone()];
    assert_eq!(ids(&shop.get(&format!("/v2/orders/{id}/refunds")), "refunds"), here);
    assert_eq!(ids(&shop.get(&format!("/v2/payments/{payment}/refunds")), "refunds"), here);
    let all = shop.get("/v2/refunds");
    assert_eq!((ids(&all, "refunds"), &all["count"]), (vec![c.clone(), b.clone(), a.clone()], &json!(3)));
    let page = shop.get("/v2/refunds?limit=2");
    assert_eq!((ids(&page, "refunds"), &page["count"]), (vec![c.clone(), b], &json!(2)));
    assert_eq!(
        (&page["_links"]["previous"], ids(&shop.get(&format!("/v2/refunds?limit=2&from={a}")), "refunds")),
        (&Value::Null, vec![a.clone()])
    );
    assert!(text(&page, "/_links/next/href").contains(&format!("from={a}")));
    assert_eq!(shop.request("GET", "/v2/refunds?from=re_x", None, None).status, 400);
    let path = format!("/v2/payments/{other_payment}/refunds/{c}");
    let elsewhere = shop.request("GET", &path, None, None);
    assert_eq!(elsewhere.body["detail"], format!("No refund exists with token {c}."));
}

#[test]
fn refunds_of_another_profile_are_not_there() {
    let mut shop = Shop::new();
    let (id, payment, lines) = paid(&mut shop);
    Shop::made(shop.refund_lines(&id, &only(&lines[1])));
    let mut ask = |method: &str, path: &str, body: &Value| {
        let request = super::ApiRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            authorization: Some("Bearer test_another".to_owned()),
            body: body.to_string().into_bytes(),
            ..super::ApiRequest::default()
        };
        shop.world.answer(&request, shop.now)
    };
    assert_eq!(ask("GET", "/v2/refunds", &json!({})).body["count"], 0);
    for (method, path) in [
        ("GET", format!("/v2/payments/{payment}/refunds")),
        ("POST", format!("/v2/payments/{payment}/refunds")),
        ("POST", format!("/v2/orders/{id}/refunds")),
        ("GET", format!("/v2/payments/{payment}/captures")),
        ("GET", format!("/v2/payments/{payment}/chargebacks")),
        ("DELETE", format!("/v2/orders/{id}/lines")),
    ] {
        assert_eq!(ask(method, &path, &json!({ "amount": eur("1.00"), "lines": [] })).status, 404, "{path}");
    }
}
