//! The fields of create order beside amounts and lines: addresses, methods, dates, shapes.

use serde_json::{Value, json};

use super::{Shop, eur, lego, line, order_of};

#[test]
fn all_missing_parts_of_an_address_are_named_at_once() {
    let mut body = lego("ideal");
    for part in ["city", "country"] {
        body["billingAddress"].as_object_mut().unwrap().remove(part);
    }
    let refusal = Shop::new().refused(&body);
    assert_eq!(refusal["detail"], "The following fields of the billingAddress are missing: city, country");
    assert_eq!(refusal["field"], "billingAddress");
}

#[test]
fn addresses_are_checked_part_by_part() {
    for (part, value) in [
        ("givenName", "P"),
        ("familyName", "1234"),
        ("givenName", &*"n".repeat(101)),
        ("title", "  "),
        ("title", &*"t".repeat(21)),
        ("streetAndNumber", &*"s".repeat(101)),
        ("postalCode", &*"1".repeat(21)),
        ("city", &*"c".repeat(201)),
        ("region", &*"r".repeat(201)),
        ("email", "piet"),
        ("email", "a..b@example.com"),
        ("email", "<a@example.com>"),
        ("email", "a,b@example.com"),
        ("email", "a@example..com"),
        ("phone", "0208202070"),
        ("country", "NLD"),
        ("country", "ZZ"),
    ] {
        let mut body = lego("ideal");
        body["shippingAddress"][part] = json!(value);
        assert_eq!(Shop::new().refused(&body)["field"], format!("shippingAddress.{part}"), "{value}");
    }
    let mut body = lego("ideal");
    body["billingAddress"]["phone"] = json!("+3130920207");
    body["billingAddress"]["country"] = json!("nl");
    let order = Shop::new().create(&body);
    assert_eq!(order.pointer("/billingAddress/country"), Some(&json!("nl")));
}

#[test]
fn an_umlaut_in_an_e_mail_address_is_answered_500_as_often_as_it_is_sent() {
    let mut body = lego("ideal");
    let mut shop = Shop::new();
    for email in ["jörg@example.de", "jorg@jörg.example"] {
        body["billingAddress"]["email"] = json!(email);
        for _ in 0..3 {
            let answer = shop.request("POST", "/v2/orders", Some(&body), Some("k1"));
            assert_eq!((answer.status, answer.replayed), (500, false), "{email}");
        }
    }
    assert_eq!(shop.world.orders().count(), 0);
    body["billingAddress"]["email"] = json!("jorg@xn--jrg-sna.example");
    shop.create(&body);
}

#[test]
fn an_order_of_nothing_is_taken_only_for_a_first_payment() {
    let free = |sequence: &str| {
        let mut body = order_of("creditcard", &eur("0.00"), &[line(1, "0.00", None, "0.00")]);
        body["payment"] = json!({ "sequenceType": sequence });
        body
    };
    assert_eq!(Shop::new().refused(&free("oneoff"))["field"], "amount");
    Shop::new().create(&free("first"));
}

#[test]
fn an_unlisted_locale_is_taken_in_the_shape_of_one_where_the_switch_says_so() {
    for (locale, status) in [("en_CA", 201), ("nl-NL", 201), ("nl", 422), ("nl_nl", 422), ("nld_NL", 422)] {
        let mut shop = Shop::with(&json!({ "unlisted_locale": "accepted" }));
        let mut body = lego("ideal");
        body["locale"] = json!(locale);
        assert_eq!(shop.request("POST", "/v2/orders", Some(&body), None).status, status, "{locale}");
    }
}

#[test]
fn a_postal_code_may_be_missing_where_there_are_none() {
    for (country, is_fine) in [("HK", true), ("ae", true), ("NL", false)] {
        let mut body = lego("ideal");
        body["billingAddress"]["country"] = json!(country);
        body["billingAddress"].as_object_mut().unwrap().remove("postalCode");
        let answer = Shop::new().request("POST", "/v2/orders", Some(&body), None);
        assert_eq!(answer.status == 201, is_fine, "{country}");
    }
}

#[test]
fn what_is_required_depends_on_method_and_sequence() {
    let without = |mut body: Value, field: &str| {
        body.as_object_mut().unwrap().remove(field);
        body
    };
    for field in ["amount", "orderNumber", "lines", "locale", "billingAddress", "redirectUrl"] {
        assert_eq!(Shop::new().refused(&without(lego("ideal"), field))["field"], field);
    }
    Shop::new().create(&without(lego("paypal"), "billingAddress"));
    let mut recurring = without(lego("creditcard"), "redirectUrl");
    recurring["payment"] = json!({ "sequenceType": "recurring" });
    let order = Shop::new().create(&recurring);
    assert!(order.pointer("/_links/checkout").is_none());
    assert_eq!(order["redirectUrl"], Value::Null);
    let mut apple = without(lego("applepay"), "redirectUrl");
    apple["payment"] = json!({ "applePayPaymentToken": "{}" });
    Shop::new().create(&apple);
    let mut billie = lego("billie");
    billie["billingAddress"].as_object_mut().unwrap().remove("organizationName");
    let refusal = Shop::new().refused(&billie);
    assert_eq!(refusal["detail"], "The following fields of the billingAddress are missing: organizationName");
}

#[test]
fn fields_have_their_shapes() {
    for (pointer, value, field) in [
        ("/lines/0/quantity", json!(1.5), "lines.0.quantity"),
        ("/lines/0/quantity", json!(0), "lines.0.quantity"),
        ("/lines/0/sku", json!("s".repeat(65)), "lines.0.sku"),
        ("/lines/0/type", json!("wooden"), "lines.0.type"),
        ("/lines/0/category", json!("toys"), "lines.0.category"),
        ("/lines/0/vatRate", json!("-21.00"), "lines.0.vatRate"),
        ("/lines/0/vatRate", json!(21.0), "lines.0.vatRate"),
        ("/lines/0/metadata", json!("m".repeat(1100)), "lines.0.metadata"),
        ("/lines", json!([]), "lines"),
        ("/metadata", json!("m".repeat(1100)), "metadata"),
        ("/locale", json!("xx_XX"), "locale"),
        ("/method", json!("seashells"), "method"),
        ("/amount/value", json!(1027.99), "amount"),
        ("/amount/currency", json!("XXX"), "amount"),
        ("/redirectUrl", json!("example"), "redirectUrl"),
        ("/redirectUrl", json!("https://example.org/a b"), "redirectUrl"),
        ("/lines/0/imageUrl", json!("https://example.org/grün.jpg"), "lines.0.imageUrl"),
        ("/lines/0/vatRate", json!("00021.00"), "lines.0.vatRate"),
        ("/amount/currency", json!("XAU"), "amount"),
        ("/amount/currency", json!("XTS"), "amount"),
        ("/consumerDateOfBirth", json!("19580131"), "consumerDateOfBirth"),
        ("/webhookUrl", json!("app://hook"), "webhookUrl"),
        ("/consumerDateOfBirth", json!("31-01-1958"), "consumerDateOfBirth"),
    ] {
        let mut body = lego("ideal");
        *body.pointer_mut(pointer).unwrap() = value;
        assert_eq!(Shop::new().refused(&body)["field"], field, "{pointer}");
    }
    for date in ["20261205", "2026-12-05[Europe/Amsterdam]"] {
        let mut body = lego("banktransfer");
        body["payment"] = json!({ "dueDate": date });
        assert_eq!(Shop::new().refused(&body)["field"], "payment.dueDate", "{date}");
    }
    let mut body = lego("ideal");
    body["somethingElse"] = json!({ "is": "ignored" });
    body["webhookUrl"] = json!("http://localhost:8080/hook");
    Shop::new().create(&body);
}

#[test]
fn the_expiry_date_is_tomorrow_at_the_earliest_and_may_be_a_hundred_days_later() {
    let dated = |method: &str, date: &str| {
        let mut body = lego(method);
        body["expiresAt"] = json!(date);
        body
    };
    let order = Shop::new().create(&dated("ideal", "2018-08-03"));
    assert_eq!(order["expiresAt"], "2018-08-03T09:29:56+00:00");
    Shop::new().create(&dated("ideal", "2018-11-11"));
    for date in ["2018-08-02", "2018-11-12", "03-08-2018", "2018-08-33"] {
        assert_eq!(Shop::new().refused(&dated("ideal", date))["field"], "expiresAt", "{date}");
    }
    Shop::new().create(&dated("klarna", "2018-08-30"));
    Shop::new().refused(&dated("klarna", "2018-08-31"));
}

#[test]
fn a_date_is_refused_only_when_it_is_wrong_in_utc_and_in_amsterdam() {
    let mut body = lego("ideal");
    // 00:30 on the 3rd in Amsterdam: the 4th is tomorrow there, and the 3rd is tomorrow in UTC.
    for (date, status) in [("2018-08-03", 201), ("2018-08-04", 201), ("2018-11-12", 201), ("2018-11-13", 422)]
    {
        let mut shop = Shop::new();
        shop.now = "2018-08-02T22:30:00Z".parse().unwrap();
        body["expiresAt"] = json!(date);
        assert_eq!(shop.request("POST", "/v2/orders", Some(&body), None).status, status, "{date}");
    }
}

#[test]
fn a_test_mode_parameter_does_not_go_with_an_api_key() {
    let mut body = lego("ideal");
    body["testmode"] = json!(true);
    let refusal = Shop::new().refused(&body);
    assert_eq!(refusal["detail"], "Non-existent body parameter \"testmode\" for this API call.");
    assert_eq!(refusal["field"], "testmode");
    let answer = Shop::new().request("GET", "/v2/orders/ord_1?testmode=true", None, None);
    assert_eq!(answer.status, 422);
}
