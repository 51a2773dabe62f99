//! The bounds of create order's fields: what is just inside is taken, what is just outside is refused.

use serde_json::{Value, json};

use super::{Shop, eur, lego, line, order_of};

/// Sets one field and returns the answer's status and field.
fn answered(pointer: &str, value: Value) -> (u16, Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let mut body = lego("ideal");
    body.pointer_mut(parent).unwrap()[name] = value;
    let answer = Shop::new().request("POST", "/v2/orders", Some(&body), None);
    (answer.status, answer.body["field"].clone())
}

#[test]
fn texts_are_as_long_as_they_may_be_and_no_longer() {
    for (pointer, most) in [
        ("/billingAddress/givenName", 100),
        ("/billingAddress/familyName", 100),
        ("/billingAddress/streetAndNumber", 100),
        ("/billingAddress/title", 20),
        ("/billingAddress/postalCode", 20),
        ("/billingAddress/city", 200),
        ("/billingAddress/region", 200),
        ("/lines/0/sku", 64),
    ] {
        // Characters are counted, not bytes.
        assert_eq!(answered(pointer, json!("é".repeat(most))).0, 201, "{pointer}");
        let field = pointer[1..].replace('/', ".");
        assert_eq!(answered(pointer, json!("é".repeat(most + 1))), (422, json!(field)));
    }
    // Two quotes belong to a text.
    assert_eq!(answered("/metadata", json!("m".repeat(1022))).0, 201);
    assert_eq!(answered("/metadata", json!("m".repeat(1023))).0, 422);
}

#[test]
fn a_name_has_two_characters_that_are_not_digits_only() {
    for (name, status) in [("Bo", 201), ("B", 422), ("12", 422), ("B2", 201), ("李明", 201)] {
        assert_eq!(answered("/billingAddress/givenName", json!(name)).0, status, "{name}");
    }
}

#[test]
fn a_phone_number_has_the_shape_of_e164() {
    for (phone, status) in [
        ("+3130920207", 201),
        ("+123456789012345", 201),
        ("+1234567890123456", 422),
        ("+0208202070", 422),
        ("31208202070", 422),
        ("+31 20 8202070", 422),
        ("+", 422),
    ] {
        assert_eq!(answered("/billingAddress/phone", json!(phone)).0, status, "{phone}");
    }
}

#[test]
fn quantities_are_whole_and_at_least_one() {
    for quantity in [json!(0), json!(-1), json!(2.5), json!("2"), json!(true)] {
        assert_eq!(answered("/lines/0/quantity", quantity), (422, json!("lines.0.quantity")));
    }
    let many = line(10_000, "0.01", None, "100.00");
    Shop::new().create(&order_of("ideal", &eur("100.00"), &[many]));
}

#[test]
fn every_field_has_its_type() {
    for (pointer, value) in [
        ("/orderNumber", json!(1337)),
        ("/lines/0/name", json!(1)),
        ("/lines/0/name", json!(" ")),
        ("/lines/0/quantityUnit", json!(1)),
        ("/lines/0/unitPrice", json!("399.00")),
        ("/lines/0/discountAmount", json!(100)),
        ("/lines/0/vatAmount", json!({ "currency": "EUR" })),
        ("/lines/0/sku", json!(5_702_016_116_977_i64)),
        ("/lines/0/productUrl", json!("shop.lego.com")),
        ("/billingAddress", json!("Keizersgracht 126")),
        ("/shippingAddress", json!([])),
        ("/shippingAddress/city", json!(1)),
        ("/shippingAddress/organizationName", json!(1)),
        ("/shippingAddress/streetAdditional", json!(1)),
        ("/cancelUrl", json!("not an address")),
        ("/consumerDateOfBirth", json!("1958-02-30")),
        ("/shopperCountryMustMatchBillingCountry", json!("true")),
        ("/expiresAt", json!("2018-08-10T10:00:00+00:00")),
        ("/profileId", json!(1)),
        ("/method", json!({})),
    ] {
        let field = pointer[1..].replace('/', ".");
        assert_eq!(answered(pointer, value.clone()), (422, json!(field)), "{value}");
    }
    let mut body = lego("ideal");
    body["lines"][1] = json!("a line");
    assert_eq!(Shop::new().refused(&body)["field"], "lines.1");
    let answer = Shop::new().request("POST", "/v2/orders", Some(&json!(["an order"])), None);
    assert_eq!(answer.status, 400);
}

#[test]
fn a_cent_too_many_or_too_few_is_refused_wherever_it_is() {
    for (pointer, field, values) in [
        ("/amount", "amount", ["1027.98", "1028.00"]),
        ("/lines/0/totalAmount", "lines.0.totalAmount", ["697.99", "698.01"]),
        ("/lines/0/unitPrice", "lines.0.totalAmount", ["398.99", "399.01"]),
        ("/lines/0/discountAmount", "lines.0.totalAmount", ["99.99", "100.01"]),
        ("/lines/0/vatAmount", "lines.0.vatAmount", ["121.13", "121.15"]),
    ] {
        for value in values {
            assert_eq!(answered(pointer, eur(value)), (422, json!(field)), "{pointer} {value}");
        }
    }
}

#[test]
fn an_order_costs_a_cent_at_least() {
    let mut card = line(1, "-20.00", None, "-20.00");
    card["type"] = json!("gift_card");
    for (goods, amount, status) in [("20.01", "0.01", 201), ("20.00", "0.00", 422), ("19.99", "-0.01", 422)] {
        let body = order_of("ideal", &eur(amount), &[line(1, goods, None, goods), card.clone()]);
        let answer = Shop::new().request("POST", "/v2/orders", Some(&body), None);
        assert_eq!(answer.status, status, "{amount}");
        assert!(status == 201 || answer.body["field"] == "amount");
    }
}

#[test]
fn only_the_local_host_is_the_local_host() {
    for (url, is_local) in [
        ("http://localhost/hook", true),
        ("http://LocalHost:8080", true),
        ("https://user@localhost/hook", true),
        ("http://127.0.0.1:80/hook", true),
        ("http://127.1.2.3/hook", true),
        ("http://[::1]:80/hook", true),
        ("http://shop.localhost/hook", true),
        ("https://localhost.example.org/hook", false),
        ("https://127.example.org/hook", false),
        ("https://example.org/localhost", false),
        ("https://example.org?localhost", false),
    ] {
        let mut body = lego("ideal");
        body["webhookUrl"] = json!(url);
        let mut shop = Shop::with(&json!({ "webhook_to_localhost": "422" }));
        let answer = shop.request("POST", "/v2/orders", Some(&body), None);
        assert_eq!(answer.status == 422, is_local, "{url}");
        Shop::new().create(&body);
    }
}

#[test]
fn the_unit_of_a_quantity_is_handed_back() {
    let mut body = lego("ideal");
    body["lines"][0]["quantityUnit"] = json!("pcs");
    let order = Shop::new().create(&body);
    assert_eq!(order["lines"][0]["quantityUnit"], "pcs");
    assert!(order["lines"][1].get("quantityUnit").is_none());
}

#[test]
fn the_samples_of_the_create_document_are_taken_in_all_five_notations() {
    let mut php = lego("klarnapaylater");
    php["shippingAddress"]["streetAndNumber"] = json!("Keizersgracht 126");
    let mut ruby = lego("ideal");
    ruby["billingAddress"].as_object_mut().unwrap().remove("organizationName");
    let mut node = lego("klarnapaylater");
    node.as_object_mut().unwrap().remove("consumerDateOfBirth");
    for (name, mut body, has_category) in [
        ("cURL", lego("klarnapaylater"), true),
        ("PHP", php, false),
        ("Python", lego("klarnapaylater"), false),
        ("Ruby", ruby, false),
        ("Node.js", node, false),
    ] {
        for line in body["lines"].as_array_mut().unwrap().iter_mut().filter(|_| !has_category) {
            line.as_object_mut().unwrap().remove("category");
        }
        let answer = Shop::new().request("POST", "/v2/orders", Some(&body), None);
        assert_eq!(answer.status, 201, "{name}: {}", answer.body);
    }
}
