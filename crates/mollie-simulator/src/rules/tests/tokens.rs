//! Access tokens: for which profile and in which mode each request is, and where it says so.

use serde_json::{Value, json};

use super::{KEY, Shop, lego, text};

const TOKEN: &str = "access_acme_1";
const NEXT_TOKEN: &str = "access_acme_2";
const STRANGER: &str = "access_umbrella_1";

/// A create request of a profile of the organisation, for tests.
fn of(profile: &str) -> Value {
    let mut body = lego("klarnapaylater");
    (body["profileId"], body["testmode"]) = (json!(profile), json!(true));
    body
}

fn ask(shop: &mut Shop, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let answer = shop.request_as(token, method, path, body, None);
    (answer.status, answer.body)
}

fn created(shop: &mut Shop, profile: &str) -> String {
    let (status, order) = ask(shop, TOKEN, "POST", "/v2/orders", Some(&of(profile)));
    assert_eq!(
        (status, &order["profileId"], &order["mode"]),
        (201, &json!(profile), &json!("test")),
        "{order}"
    );
    text(&order, "/id")
}

#[test]
fn a_token_names_the_profile_of_a_new_order() {
    let mut shop = Shop::new();
    for (profile, detail) in [
        (Value::Null, "The profileId is invalid."),
        (json!(1), "The profileId is invalid."),
        (json!("main"), "The profileId is invalid."),
    ] {
        let mut body = of("pfl_A1");
        body["profileId"] = profile;
        let (status, refused) = ask(&mut shop, TOKEN, "POST", "/v2/orders", Some(&body));
        assert_eq!(
            (status, &refused["field"], &refused["detail"]),
            (422, &json!("profileId"), &json!(detail))
        );
    }
    let mut body = of("pfl_A1");
    body.as_object_mut().unwrap().remove("profileId");
    let (status, refused) = ask(&mut shop, TOKEN, "POST", "/v2/orders", Some(&body));
    assert_eq!((status, &refused["detail"]), (422, &json!("The profileId field is missing.")));
    let (_, methods) = ask(&mut shop, TOKEN, "GET", "/v2/methods?testmode=true", None);
    assert_eq!(methods["field"], "profileId");
}

#[test]
fn what_is_for_tests_is_not_there_for_who_does_not_say_so() {
    let mut shop = Shop::new();
    let id = created(&mut shop, "pfl_A1");
    let path = format!("/v2/orders/{id}");
    for (query, status) in
        [("", 404), ("?testmode=false", 404), ("?testmode=true", 200), ("?testmode=yes", 422)]
    {
        assert_eq!(ask(&mut shop, TOKEN, "GET", &format!("{path}{query}"), None).0, status, "{query}");
    }
    let shipments = format!("{path}/shipments");
    assert_eq!(ask(&mut shop, TOKEN, "POST", &shipments, Some(&json!({}))).0, 404);
    let text = json!({"testmode": "true"});
    assert_eq!(ask(&mut shop, TOKEN, "POST", &shipments, Some(&text)).0, 422, "a text is no boolean");
}

#[test]
fn in_the_wrong_place_and_with_an_api_key_the_parameters_do_not_exist() {
    let mut shop = Shop::new();
    let id = created(&mut shop, "pfl_A1");
    let (order, shipment) = (format!("/v2/orders/{id}"), format!("/v2/orders/{id}/shipments/shp_1"));
    let (line, refund) = (format!("{order}/lines"), "/v2/payments/tr_1/refunds/re_1".to_owned());
    let in_body = json!({"testmode": true});
    let mut missing = Vec::new();
    for (token, method, path, body) in [
        (TOKEN, "POST", "/v2/orders?testmode=true".to_owned(), Some(of("pfl_A1"))),
        (TOKEN, "PATCH", shipment.clone(), Some(in_body.clone())),
        (TOKEN, "PATCH", format!("{order}?testmode=true"), Some(json!({}))),
        (TOKEN, "DELETE", format!("{line}?testmode=true"), Some(json!({"lines": []}))),
        (TOKEN, "POST", format!("{order}/refunds?testmode=true"), Some(json!({}))),
        (TOKEN, "GET", format!("{order}?testmode=true&profileId=pfl_A1"), None),
        (TOKEN, "DELETE", format!("{order}?profileId=pfl_A1"), None),
        (TOKEN, "DELETE", format!("{refund}?profileId=pfl_A1"), None),
        (TOKEN, "POST", format!("{order}/payments"), Some(json!({"profileId": "pfl_A1"}))),
        (KEY, "GET", "/v2/orders?profileId=pfl_A1".to_owned(), None),
        (KEY, "GET", "/v2/methods?testmode=true".to_owned(), None),
        (KEY, "POST", "/v2/orders".to_owned(), Some(of("pfl_A1"))),
        (KEY, "POST", format!("{order}/payments"), Some(in_body)),
    ] {
        let (status, refused) = ask(&mut shop, token, method, &path, body.as_ref());
        let told = refused["detail"].as_str().unwrap_or_default();
        if status != 422 || !told.starts_with("Non-existent ") {
            missing.push(format!("{token} {method} {path}: {refused}"));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_token_reaches_every_profile_of_its_organisation_and_no_other() {
    let mut shop = Shop::new();
    let (first, second) = (created(&mut shop, "pfl_A1"), created(&mut shop, "pfl_B2"));
    let listed = |shop: &mut Shop, token: &str, query: &str| {
        let (_, list) = ask(shop, token, "GET", &format!("/v2/orders?testmode=true{query}"), None);
        let orders = list["_embedded"]["orders"].as_array().unwrap().iter();
        orders.map(|order| text(order, "/id")).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut shop, TOKEN, ""), [second.clone(), first.clone()]);
    assert_eq!(listed(&mut shop, TOKEN, "&profileId=pfl_A1"), std::slice::from_ref(&first));
    assert_eq!(listed(&mut shop, NEXT_TOKEN, "&profileId=pfl_B2"), [second]);
    assert_eq!(listed(&mut shop, STRANGER, ""), Vec::<String>::new());
    let path = format!("/v2/orders/{first}?testmode=true");
    assert_eq!(ask(&mut shop, NEXT_TOKEN, "GET", &path, None).0, 200);
    assert_eq!(ask(&mut shop, STRANGER, "GET", &path, None).0, 404);
    assert_eq!(ask(&mut shop, KEY, "GET", &format!("/v2/orders/{first}"), None).0, 404);
}

#[test]
fn keys_with_the_same_first_word_are_of_one_profile() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    let next = format!("{KEY}_2");
    assert_eq!(ask(&mut shop, &next, "GET", &format!("/v2/orders/{id}"), None).0, 200);
}

#[test]
fn a_fee_of_the_app_comes_with_a_token() {
    let mut shop = Shop::with(&json!({"unknown_parameters": "422"}));
    let mut body = of("pfl_A1");
    let fee = json!({"description": "Fee", "amount": {"currency": "EUR", "value": "1.50"}});
    body["payment"] = json!({ "applicationFee": fee });
    assert_eq!(ask(&mut shop, TOKEN, "POST", "/v2/orders", Some(&body)).0, 201);
}
