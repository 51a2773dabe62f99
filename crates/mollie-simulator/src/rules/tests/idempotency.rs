//! Repetitions with and without a key.

use jiff::SignedDuration;
use serde_json::json;

use super::{Shop, lego};

#[test]
fn the_same_key_and_request_give_the_same_answer_and_no_second_effect() {
    let mut shop = Shop::new();
    let first = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    assert!(!first.replayed);
    shop.pass(SignedDuration::from_mins(59));
    let second = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    assert!(second.replayed);
    assert_eq!((second.status, &second.body), (201, &first.body));
    assert_eq!(shop.world.orders().count(), 1);
    let other = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k2"));
    assert_ne!(other.body["id"], first.body["id"]);
}

#[test]
fn a_key_is_for_one_body_and_one_endpoint() {
    let mut shop = Shop::new();
    let first = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    let other_body = shop.request("POST", "/v2/orders", Some(&lego("klarna")), Some("k1"));
    assert_eq!(other_body.status, 400);
    assert_eq!(other_body.body["detail"], "This Idempotency-Key has already been used.");
    let path = format!("/v2/orders/{}/shipments", first.body["id"].as_str().unwrap());
    assert_eq!(shop.request("POST", &path, Some(&lego("ideal")), Some("k1")).status, 400);
    assert_eq!(shop.world.orders().count(), 1);
}

#[test]
fn after_an_hour_it_is_a_new_request() {
    let mut shop = Shop::new();
    let first = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    shop.pass(SignedDuration::from_hours(1));
    let second = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    assert!(!second.replayed);
    assert_ne!(second.body["id"], first.body["id"]);
}

#[test]
fn errors_are_not_remembered_unless_switched() {
    let (id, mut shop) = {
        let mut shop = Shop::new();
        let order = shop.create(&lego("ideal"));
        (order["id"].as_str().unwrap().to_owned(), shop)
    };
    let path = format!("/v2/orders/{id}/shipments");
    assert_eq!(shop.request("POST", &path, Some(&json!({})), Some("k1")).status, 422);
    shop.choose(&id, super::FinalState::Paid).unwrap();
    assert_eq!(shop.request("POST", &path, Some(&json!({})), Some("k1")).status, 201);

    let mut shop = Shop::with(&json!({ "error_replay": "yes" }));
    let order = shop.create(&lego("ideal"));
    let path = format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap());
    shop.request("POST", &path, Some(&json!({})), Some("k1"));
    shop.choose(order["id"].as_str().unwrap(), super::FinalState::Paid).unwrap();
    let again = shop.request("POST", &path, Some(&json!({})), Some("k1"));
    assert_eq!((again.status, again.replayed), (422, true));
}

#[test]
fn delete_ignores_keys() {
    let mut shop = Shop::new();
    let order = shop.create(&lego("ideal"));
    let path = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(shop.request("DELETE", &path, None, Some("k1")).status, 200);
    assert_eq!(shop.request("DELETE", &path, None, Some("k1")).status, 400);
}
