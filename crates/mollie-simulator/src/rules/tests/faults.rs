//! The fault layer without any network: which fault applies, what it leaves of a request, and what its client sees.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::{
    ApiRequest, Content, Count, Fate, Fault, Faults, Impairment, Keys, Loss, Outcome, RequestFault,
};
use super::{KEY, Shop, lego};

pub(super) fn request(method: &str, path: &str, body: &Value, key: Option<&str>) -> ApiRequest {
    ApiRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: Some(format!("Bearer {KEY}")),
        idempotency_key: key.map(str::to_owned),
        body: body.to_string().into_bytes(),
        ..ApiRequest::default()
    }
}

pub(super) fn faults(list: &Value) -> Faults {
    Faults::parse(list.to_string().as_bytes()).unwrap()
}

/// A create request behind these faults.
fn create(shop: &mut Shop, faults: &mut Faults, key: Option<&str>) -> Outcome {
    shop.world.answer_through(faults, &request("POST", "/v2/orders", &lego("ideal"), key), shop.now)
}

pub(super) fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answered(reply) => Some(reply.status),
        Outcome::Impaired { .. } | Outcome::Lost { .. } => None,
    }
}

/// How often each fault of the list has fired.
fn fired(faults: &Faults) -> Vec<u64> {
    faults.to_json().as_array().unwrap().iter().map(|fault| fault["fired"].as_u64().unwrap()).collect()
}

#[test]
fn without_a_fault_a_request_passes() {
    let mut shop = Shop::new();
    let outcome = create(&mut shop, &mut Faults::default(), None);
    assert_eq!(status(&outcome), Some(201));
}

#[test]
fn a_fault_lets_skip_requests_pass_and_then_applies_to_count_of_them() {
    let mut faults =
        Faults::new([Fault::request("post", "/v2/orders/*/shipments", RequestFault::CloseAfter)
            .skip(1)
            .count(Count::Times(2))]);
    let mut fate = |method, path| faults.for_request(&request(method, path, &json!({}), None)).fate;
    let lost = Fate::Lost { loss: Loss::Closed, effect: true };
    for (method, path, expected) in [
        ("GET", "/v2/orders/ord_1/shipments", Fate::Pass),
        ("POST", "/v2/orders", Fate::Pass),
        ("POST", "/v2/orders/ord_1/shipments", Fate::Pass),
        ("POST", "/v2/orders/ord_2/shipments", lost.clone()),
        ("POST", "/v2/orders/ord_2/shipments/shp_1", Fate::Pass),
        ("POST", "/v2/orders/ord_1/shipments", lost),
        ("POST", "/v2/orders/ord_1/shipments", Fate::Pass),
    ] {
        assert_eq!(fate(method, path), expected, "{method} {path}");
    }
    assert_eq!(fired(&faults), [2]);
}

#[test]
fn faults_for_the_same_requests_follow_one_another() {
    let on_orders = |fault| Fault::request("POST", "/v2/orders", fault);
    let mut faults = Faults::new([
        on_orders(RequestFault::Refuse),
        on_orders(RequestFault::Busy).skip(1),
        on_orders(RequestFault::InFlight),
    ]);
    let mut shop = Shop::new();
    let seen: Vec<_> = (0..4).map(|_| status(&create(&mut shop, &mut faults, None))).collect();
    // The first is refused. The second is let pass by "busy" and taken by the one behind it.
    assert_eq!(seen, [None, Some(409), Some(409), Some(201)]);
    assert_eq!(fired(&faults), [1, 1, 1]);
    assert_eq!(shop.world.orders().count(), 1);
}

#[test]
fn each_fault_leaves_the_effect_that_it_says() {
    let on = |fault: &str, more: Value| {
        let mut fault = json!({ "fault": fault, "method": "POST", "path": "/v2/orders" });
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fault
    };
    for (fault, effect) in [
        (on("refuse", json!({})), false),
        (on("close_before", json!({})), false),
        (on("close_after", json!({})), true),
        (on("hang", json!({ "effect": false })), false),
        (on("hang", json!({ "effect": true })), true),
        (on("status", json!({ "status": 500, "effect": false })), false),
        (on("status", json!({ "status": 502, "effect": true })), true),
        (on("status", json!({ "status": 202, "effect": true })), true),
        (on("in_flight", json!({})), false),
        (on("busy", json!({})), false),
        (on("key_used", json!({})), false),
        (on("rate_limited", json!({ "retry_after_seconds": 3 })), false),
        (on("truncate", json!({})), true),
        (on("drip", json!({ "over": "PT1S" })), true),
        (on("late_effect", json!({ "now": "close", "after": "PT90S" })), false),
    ] {
        let (mut shop, mut faults) = (Shop::new(), faults(&json!([fault])));
        let outcome = create(&mut shop, &mut faults, None);
        assert_ne!(status(&outcome), Some(201), "{fault}");
        assert_eq!(shop.world.orders().count(), usize::from(effect), "{fault}");
        assert_eq!(status(&create(&mut shop, &mut faults, None)), Some(201), "one request only: {fault}");
    }
}

#[test]
fn a_lost_answer_is_there_for_who_knows_where_to_look() {
    let mut shop = Shop::new();
    let mut faults = faults(&json!([
        { "fault": "close_after", "method": "POST", "path": "/v2/orders" },
        { "fault": "truncate", "method": "POST", "path": "/v2/orders", "chunked": true },
    ]));
    let Outcome::Lost { loss: Loss::Closed, kept: Some(kept) } = create(&mut shop, &mut faults, Some("k1"))
    else {
        panic!("it was not lost");
    };
    let Outcome::Impaired { reply, by } = create(&mut shop, &mut faults, Some("k1")) else {
        panic!("it was not impaired");
    };
    assert_eq!(by, Impairment::Truncated { chunked: true });
    assert!(reply.replayed && !kept.replayed);
    assert_eq!(reply.content, kept.content);
    assert_eq!(shop.world.orders().count(), 1);
}

#[test]
fn the_answer_of_a_fault_is_not_remembered_under_the_key() {
    let mut shop = Shop::with(&json!({ "error_replay": "yes" }));
    let mut faults = faults(&json!([
        { "fault": "status", "method": "POST", "path": "/v2/orders", "status": 503, "effect": true },
        { "fault": "status", "method": "POST", "path": "/v2/orders", "status": 500, "effect": false },
    ]));
    assert_eq!(status(&create(&mut shop, &mut faults, Some("k1"))), Some(503));
    assert_eq!(status(&create(&mut shop, &mut faults, Some("k2"))), Some(500));
    for (key, replayed) in [("k1", true), ("k2", false)] {
        let Outcome::Answered(reply) = create(&mut shop, &mut faults, Some(key)) else {
            panic!("no answer");
        };
        assert_eq!((reply.status, reply.replayed), (201, replayed));
    }
}

#[test]
fn keys_can_be_ignored_beside_any_other_fault() {
    let mut shop = Shop::new();
    let mut ignoring = Faults::new([
        Fault::idempotency_ignored(),
        Fault::request("POST", "/v2/orders", RequestFault::CloseAfter),
    ]);
    create(&mut shop, &mut ignoring, Some("k1"));
    assert_eq!(status(&create(&mut shop, &mut ignoring, Some("k1"))), Some(201));
    assert_eq!(shop.world.orders().count(), 2);
    assert!(shop.world.ledger().iter().all(|effect| effect.idempotency_key.as_deref() == Some("k1")));
    // What came while it was on is not known afterwards.
    create(&mut shop, &mut Faults::default(), Some("k1"));
    create(&mut shop, &mut Faults::default(), Some("k1"));
    assert_eq!(shop.world.orders().count(), 3);
    assert_eq!(fired(&ignoring), [2, 1]);
    let get = request("GET", "/v2/orders", &Value::Null, None);
    assert_eq!(ignoring.for_request(&get).keys, Keys::Honored, "nothing there to ignore");
    assert_eq!(fired(&ignoring), [2, 1]);
}

#[test]
fn the_answers_of_faults_have_mollies_shape() {
    let mut shop = Shop::new();
    for (fault, title, detail) in [
        (RequestFault::KeyUsed, "Bad Request", "This Idempotency-Key has already been used."),
        (
            RequestFault::InFlight,
            "Conflict",
            "Another request with this Idempotency-Key is already being processed.",
        ),
        (RequestFault::RateLimited { retry_after_seconds: None }, "Too Many Requests", "Too many requests."),
    ] {
        let mut faults = Faults::new([Fault::request("POST", "/v2/orders", fault)]);
        let Outcome::Answered(reply) = create(&mut shop, &mut faults, None) else {
            panic!("no answer");
        };
        let Content::Hal(body) = reply.content else { panic!("no JSON") };
        assert_eq!((&body["title"], &body["detail"]), (&json!(title), &json!(detail)));
        assert_eq!(reply.retry_after_seconds, None);
    }
    assert_eq!(shop.kinds(), []);
    create(&mut shop, &mut Faults::default(), None);
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated]);
}
