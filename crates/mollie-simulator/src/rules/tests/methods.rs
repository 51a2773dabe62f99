//! The methods that a profile can offer.

use serde_json::{Value, json};

use super::super::method::METHODS;
use super::super::methods::METHOD_FACTS;
use super::{Shop, eur, text};

fn ids(shop: &mut Shop, query: &str) -> Vec<String> {
    let list = shop.get(&format!("/v2/methods?{query}"));
    let methods = list["_embedded"]["methods"].as_array().unwrap();
    assert_eq!(list["count"], methods.len());
    methods.iter().map(|method| text(method, "/id")).collect()
}

fn has(shop: &mut Shop, query: &str, id: &str) -> bool {
    ids(shop, query).iter().any(|one| one == id)
}

#[test]
fn every_method_that_an_order_may_name_has_its_facts() {
    assert_eq!(METHOD_FACTS.map(|facts| facts.id), METHODS);
}

#[test]
fn a_method_says_what_it_is_and_its_limits() {
    let mut shop = Shop::new();
    let method = shop.get("/v2/methods/ideal?locale=nl_NL");
    assert_eq!((&method["resource"], &method["description"]), (&json!("method"), &json!("iDEAL")));
    assert_eq!((&method["minimumAmount"], &method["maximumAmount"]), (&eur("0.01"), &eur("50000.00")));
    assert_eq!((&method["status"], method.get("issuers")), (&json!("activated"), None));
    for size in ["size1x", "size2x", "svg"] {
        assert!(method["image"][size].is_string());
    }
    assert_eq!(method["_links"]["self"]["href"], "http://127.0.0.1:50053/v2/methods/ideal");
    let method = shop.get("/v2/methods/ideal?include=issuers");
    assert_eq!(method["issuers"][0]["resource"], "issuer");
    assert_eq!(shop.get("/v2/methods/paypal")["maximumAmount"], Value::Null);
    assert_eq!(shop.get("/v2/methods/klarna")["id"], "klarna", "whatever it is for");
    let in_yen = shop.get("/v2/methods/creditcard?currency=JPY");
    assert_eq!(in_yen["minimumAmount"], json!({ "value": "1", "currency": "JPY" }));
    assert_eq!(shop.request("GET", "/v2/methods/gold", None, None).status, 404);
    assert_eq!(shop.request("GET", "/v2/methods/ideal?currency=USD", None, None).status, 400);
    assert_eq!(shop.request("POST", "/v2/methods", None, None).status, 405);
}

#[test]
fn what_needs_an_order_is_there_for_orders_only() {
    let mut shop = Shop::new();
    for id in
        ["klarna", "klarnapaylater", "klarnapaynow", "klarnasliceit", "billie", "in3", "riverty", "voucher"]
    {
        assert!(has(&mut shop, "resource=orders", id), "{id}");
        assert!(!has(&mut shop, "", id), "{id}");
        assert!(!has(&mut shop, "resource=payments", id), "{id}");
    }
    assert!(has(&mut shop, "", "ideal") && has(&mut shop, "resource=orders", "ideal"));
}

#[test]
fn an_amount_leaves_those_out_that_do_not_take_it() {
    let mut shop = Shop::new();
    let of = |value: &str, currency: &str| {
        format!("resource=orders&amount%5Bvalue%5D={value}&amount[currency]={currency}")
    };
    for (value, currency, id, expected) in [
        ("0.99", "EUR", "klarna", false),
        ("1.00", "EUR", "klarna", true),
        ("10000.00", "EUR", "klarna", true),
        ("10000.01", "EUR", "klarna", false),
        ("10000.01", "EUR", "paypal", true),
        ("10.00", "SEK", "klarna", true),
        ("10.00", "SEK", "ideal", false),
        ("10.00", "CHF", "twint", true),
        ("10.00", "EUR", "twint", false),
        ("100", "JPY", "creditcard", true),
    ] {
        assert_eq!(has(&mut shop, &of(value, currency), id), expected, "{value} {currency} {id}");
    }
    let list = shop.get(&format!("/v2/methods?{}", of("10.00", "SEK")));
    assert_eq!(list["_embedded"]["methods"][0]["minimumAmount"]["currency"], "SEK");
}

#[test]
fn country_use_and_wallets_are_heeded() {
    let mut shop = Shop::new();
    for (query, id, expected) in [
        ("resource=orders&billingCountry=NL", "in3", true),
        ("resource=orders&billingCountry=nl", "in3", true),
        ("resource=orders&billingCountry=FR", "in3", false),
        ("billingCountry=FR", "creditcard", true),
        ("", "applepay", false),
        ("includeWallets=applepay", "applepay", true),
        ("", "directdebit", false),
        ("sequenceType=recurring", "directdebit", true),
        ("sequenceType=recurring", "ideal", false),
        ("sequenceType=first", "ideal", true),
        ("sequenceType=first", "banktransfer", false),
    ] {
        assert_eq!(has(&mut shop, query, id), expected, "{query} {id}");
    }
    let list = shop.get("/v2/methods?include=issuers&billingCountry=BE");
    let with =
        list["_embedded"]["methods"].as_array().unwrap().iter().filter(|one| one.get("issuers").is_some());
    assert_eq!(with.map(|one| text(one, "/id")).collect::<Vec<_>>(), ["giftcard", "kbc"]);
}

#[test]
fn a_query_that_makes_no_sense_is_refused() {
    let mut shop = Shop::new();
    for (query, field) in [
        ("resource=refunds", "resource"),
        ("amount[value]=1.00", "amount"),
        ("amount[value]=1.0&amount[currency]=EUR", "amount"),
        ("amount[value]=1.00&amount[currency]=XYZ", "amount"),
        ("billingCountry=XX", "billingCountry"),
        ("sequenceType=twice", "sequenceType"),
        ("locale=nl", "locale"),
    ] {
        let refusal = shop.request("GET", &format!("/v2/methods?{query}"), None, None);
        assert_eq!((refusal.status, &refusal.body["field"]), (400, &json!(field)), "{query}");
    }
}
