//! Lists, keys, and addresses that lead nowhere.

use serde_json::{Value, json};

use super::super::ApiRequest;
use super::{Shop, lego, text};

fn numbers(list: &Value) -> Vec<String> {
    let orders = list.pointer("/_embedded/orders").unwrap().as_array().unwrap();
    orders.iter().map(|order| text(order, "/orderNumber")).collect()
}

fn shop_with_five() -> Shop {
    let mut shop = Shop::new();
    for number in 1..=5 {
        let mut body = lego("ideal");
        body["orderNumber"] = json!(number.to_string());
        shop.create(&body);
    }
    shop
}

#[test]
fn orders_are_listed_newest_first_page_by_page() {
    let mut shop = shop_with_five();
    let page = shop.get("/v2/orders?limit=2");
    assert_eq!(numbers(&page), ["5", "4"]);
    assert_eq!(page["count"], 2);
    assert_eq!(page.pointer("/_links/previous"), Some(&Value::Null));
    let local = |href: String| href.trim_start_matches("http://127.0.0.1:50053").to_owned();
    let next = local(text(&page, "/_links/next/href"));
    assert!(next.contains("limit=2"));
    let page = shop.get(&next);
    assert_eq!(numbers(&page), ["3", "2"]);
    let previous = local(text(&page, "/_links/previous/href"));
    assert_eq!(numbers(&shop.get(&previous)), ["5", "4"]);
    let last = shop.get(&local(text(&page, "/_links/next/href")));
    assert_eq!(numbers(&last), ["1"]);
    assert_eq!(last.pointer("/_links/next"), Some(&Value::Null));
    let previous = local(text(&last, "/_links/previous/href"));
    assert_eq!(numbers(&shop.get(&previous)), ["3", "2"]);
}

#[test]
fn lists_can_be_sorted_and_keep_what_they_were_asked_with() {
    let mut shop = shop_with_five();
    let page = shop.get("/v2/orders?sort=asc&limit=4&other=pfl_x");
    assert_eq!(numbers(&page), ["1", "2", "3", "4"]);
    let next = text(&page, "/_links/next/href");
    assert!(next.contains("sort=asc") && next.contains("limit=4") && next.contains("other=pfl_x"), "{next}");
}

#[test]
fn wrong_list_parameters_are_refused() {
    let mut shop = shop_with_five();
    for query in ["limit=0", "limit=251", "limit=many", "from=ord_1.nobody", "sort=up"] {
        assert_eq!(shop.request("GET", &format!("/v2/orders?{query}"), None, None).status, 400, "{query}");
    }
    assert_eq!(shop.get("/v2/orders?limit=250")["count"], 5);
}

#[test]
fn only_well_formed_keys_are_let_in() {
    let mut shop = Shop::new();
    for (header, status) in [
        (None, 401),
        (Some("Bearer"), 401),
        (Some("Basic dGVzdA=="), 401),
        (Some("Bearer access_"), 401),
        (Some("Bearer access_abc"), 200),
        (Some("Bearer test_"), 401),
        (Some("Bearer test_a-b"), 401),
        (Some("Bearer testing_a"), 401),
        (Some("Bearer live_abc"), 200),
    ] {
        let request = ApiRequest {
            method: "GET".to_owned(),
            path: "/v2/orders".to_owned(),
            authorization: header.map(str::to_owned),
            ..ApiRequest::default()
        };
        let answer = shop.world.answer(&request, shop.now);
        assert_eq!(answer.status, status, "{header:?}");
        if status == 401 {
            assert_eq!(answer.body["title"], "Unauthorized Request");
        }
    }
}

#[test]
fn orders_of_another_key_do_not_exist() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let payment = text(&shop.order(&id), "/_embedded/payments/0/id");
    for path in [format!("/v2/orders/{id}"), format!("/v2/payments/{payment}")] {
        let request = ApiRequest {
            method: "GET".to_owned(),
            path: path.clone(),
            authorization: Some("Bearer live_other".to_owned()),
            ..ApiRequest::default()
        };
        assert_eq!(shop.world.answer(&request, shop.now).status, 404);
        assert_eq!(shop.get(&path)["resource"], if path.contains("orders") { "order" } else { "payment" });
    }
    let answer = shop.request("GET", "/v2/orders/ord_x", None, None);
    assert_eq!(answer.body["detail"], "No order exists with token ord_x.");
}

#[test]
fn unknown_addresses_and_methods_are_refused() {
    let mut shop = Shop::new();
    for (method, path, status) in [
        ("GET", "/v2/customers", 404),
        ("GET", "/v2/orders/ord_1/lines", 405),
        ("GET", "/v2/orders/ord_1/parcels", 404),
        ("POST", "/v2/refunds", 405),
        ("PATCH", "/v2/payments/tr_1/refunds/re_1", 405),
        ("GET", "/v2/payments/tr_1/refunds/re_1/lines", 404),
        ("PUT", "/v2/orders", 405),
        ("POST", "/v2/orders/ord_1", 405),
        ("DELETE", "/v2/payments/tr_1", 405),
    ] {
        let answer = shop.request(method, path, None, None);
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.body["status"], status);
        assert!(answer.body.pointer("/_links/documentation/href").is_some());
    }
}

#[test]
fn ids_in_paths_may_be_percent_encoded() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    assert_eq!(shop.get(&format!("/v2/orders/{}", id.replace('.', "%2E")))["id"], id.as_str());
}

#[test]
fn the_same_seed_and_calls_make_the_same_world() {
    let ids = || {
        let mut shop = shop_with_five();
        let list = shop.get("/v2/orders");
        list.pointer("/_embedded/orders")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|o| text(o, "/id"))
            .collect()
    };
    let (first, second): (Vec<String>, Vec<String>) = (ids(), ids());
    assert_eq!(first, second);
}
