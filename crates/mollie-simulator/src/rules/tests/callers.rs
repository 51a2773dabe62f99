//! Keys of several profiles and of both modes, and the answer to one that is not the order's.

use serde_json::json;

use super::{KEY, Shop, lego, text};

const OTHER: &str = "test_aNotherProfileOfTheSameShop00";
const LIVE: &str = "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";

#[test]
fn every_key_has_its_mode_and_its_own_orders() {
    let mut shop = Shop::new();
    let mut ids = Vec::new();
    for (key, mode) in [(KEY, "test"), (OTHER, "test"), (LIVE, "live")] {
        let order = shop.request_as(key, "POST", "/v2/orders", Some(&lego("ideal")), Some("same")).body;
        assert_eq!(order["mode"], mode);
        ids.push(text(&order, "/id"));
        let list = shop.request_as(key, "GET", "/v2/orders", None, None).body;
        assert_eq!((&list["count"], &list["_embedded"]["orders"][0]["id"]), (&json!(1), &order["id"]));
    }
    ids.dedup();
    assert_eq!(ids.len(), 3, "keys for idempotency are of one profile too");
}

#[test]
fn a_wrong_key_is_told_what_the_switch_says() {
    let other_profile = |what: &str, id: &str| {
        format!("{what} {id} exists, but belongs to a different website profile than the API key used")
    };
    for (wrong_key, key, status, is_told_of_the_profile) in [
        ("404 unknown", OTHER, 404, false),
        ("404 unknown", LIVE, 404, false),
        ("404 other profile", OTHER, 404, true),
        ("404 other profile", LIVE, 404, false),
        ("401", OTHER, 401, false),
        ("401", LIVE, 401, false),
    ] {
        let mut shop = Shop::with(&json!({ "wrong_key": wrong_key }));
        let id = text(&shop.create(&lego("ideal")), "/id");
        let payment = shop.payment_id(&id);
        for (what, resource, path) in [
            ("Order", &id, format!("/v2/orders/{id}")),
            ("Order", &id, format!("/v2/orders/{id}/shipments")),
            ("Payment", &payment, format!("/v2/payments/{payment}")),
        ] {
            let answer = shop.request_as(key, "GET", &path, None, None);
            assert_eq!(answer.status, status, "{wrong_key} {path}");
            let is_told = answer.body["detail"] == other_profile(what, resource);
            assert_eq!(is_told, is_told_of_the_profile, "{}", answer.body);
        }
        let missing = shop.request_as(key, "GET", "/v2/orders/ord_1.nobody", None, None);
        assert_eq!(
            (missing.status, &missing.body["detail"]),
            (404, &json!("No order exists with token ord_1.nobody."))
        );
        assert_eq!(shop.request_as(key, "DELETE", &format!("/v2/orders/{id}"), None, None).status, status);
        assert_eq!(shop.order(&id)["status"], "created");
    }
}

#[test]
fn links_start_with_the_address_that_was_set_last() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.world.set_base("https://mollie.example.org/");
    let order = shop.order(&id);
    for pointer in ["/_links/self/href", "/_links/checkout/href", "/_embedded/payments/0/_links/order/href"] {
        assert!(text(&order, pointer).starts_with("https://mollie.example.org/"), "{pointer}");
    }
    assert!(!order.to_string().contains("127.0.0.1"));
}
