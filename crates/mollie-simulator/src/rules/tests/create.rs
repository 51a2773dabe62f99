//! What create order answers, and its rules about amounts, lines and VAT.

use serde_json::{Value, json};

use super::{Shop, eur, lego, line, order_of, text};

fn vat_line(line_type: &str, price: &Value, rate: &str, vat: &Value) -> Value {
    json!({
        "type": line_type, "name": "A thing", "quantity": 1, "unitPrice": price, "totalAmount": price,
        "vatRate": rate, "vatAmount": vat
    })
}

#[test]
fn the_lego_order_is_answered_as_the_document_shows() {
    let mut shop = Shop::new();
    let order = shop.create(&lego("klarnapaylater"));
    let id = text(&order, "/id");
    assert!(id.starts_with("ord_1.") && id.len() == 12, "{id}");
    assert!(text(&order, "/profileId").starts_with("pfl_"));
    for (pointer, expected) in [
        ("/resource", json!("order")),
        ("/method", json!("klarnapaylater")),
        ("/amount", eur("1027.99")),
        ("/status", json!("created")),
        ("/isCancelable", json!(true)),
        ("/metadata", json!({ "order_id": "1337", "description": "Lego cars" })),
        ("/createdAt", json!("2018-08-02T09:29:56+00:00")),
        ("/expiresAt", json!("2018-08-30T09:29:56+00:00")),
        ("/mode", json!("test")),
        ("/locale", json!("nl_NL")),
        ("/consumerDateOfBirth", json!("1958-01-31")),
        ("/orderNumber", json!("1337")),
        ("/redirectUrl", json!("https://example.org/redirect")),
        ("/webhookUrl", json!("https://example.org/webhook")),
        ("/billingAddress/phone", json!("+31208202070")),
        ("/lines/0/discountAmount", eur("100.00")),
        ("/lines/0/vatAmount", eur("121.14")),
        ("/lines/0/shippableQuantity", json!(0)),
        ("/lines/1/metadata", Value::Null),
        ("/lines/1/category", json!("gift")),
        ("/lines/1/_links/productUrl/type", json!("text/html")),
        ("/_links/self/href", json!(format!("http://127.0.0.1:50053/v2/orders/{id}"))),
        ("/_links/checkout/href", json!(format!("http://127.0.0.1:50053/checkout/{}", &id[4..]))),
    ] {
        assert_eq!(order.pointer(pointer), Some(&expected), "{pointer}");
    }
    for absent in ["amountCaptured", "amountRefunded", "paidAt", "cancelUrl", "_embedded"] {
        assert!(order.get(absent).is_none(), "{absent}");
    }
    assert!(order.pointer("/lines/1/discountAmount").is_none());
    assert!(order.pointer("/_links/documentation").is_some());
}

#[test]
fn a_requested_embed_is_present_and_empty_when_there_is_nothing() {
    let mut shop = Shop::new();
    let answer = shop.request("POST", "/v2/orders?embed=payments,refunds", Some(&lego("ideal")), None);
    assert_eq!(answer.body.pointer("/_embedded/refunds"), Some(&json!([])));
    let payment = answer.body.pointer("/_embedded/payments/0").unwrap();
    assert_eq!(payment["status"], "open");
    assert_eq!(payment["description"], "Order 1337");
    assert_eq!(payment["expiresAt"], "2018-08-02T09:44:56+00:00");
    assert!(answer.body.pointer("/_embedded/shipments").is_none());
}

#[test]
fn amounts_that_do_not_add_up_are_refused_with_what_was_expected() {
    let mut shop = Shop::new();
    let mut body = lego("ideal");
    body["amount"] = eur("100.00");
    let refusal = shop.refused(&body);
    assert_eq!(refusal["field"], "amount");
    assert_eq!(refusal["title"], "Unprocessable Entity");
    assert_eq!(
        refusal["detail"],
        "The amount of the order does not match the total amount from the order lines. Expected order amount to be \
         €1,027.99 but got €100.00"
    );
    let lines =
        [line(1, "1.00", None, "1.00"), line(1, "1.00", None, "1.00"), line(2, "9.00", Some("1.80"), "7.20")];
    let refusal = shop.refused(&order_of("ideal", &eur("9.20"), &lines));
    assert_eq!(refusal["field"], "lines.2.totalAmount");
    assert_eq!(
        refusal["detail"],
        "Order line 2 is invalid. Total amount is off. Expected total amount to be €16.20 (2 × €9.00 - €1.80), got \
         €7.20"
    );
    let wrong_vat = vat_line("physical", &eur("20.00"), "21.00", &eur("3.10"));
    let refusal = shop.refused(&order_of("ideal", &eur("20.00"), &[wrong_vat]));
    assert_eq!(refusal["field"], "lines.0.vatAmount");
    assert_eq!(
        refusal["detail"],
        "Order line 0 is invalid. VAT amount is off. Expected VAT amount to be €3.47 (21.00% over €20.00), got €3.10"
    );
}

#[test]
fn the_vat_examples_of_the_rulebook_are_accepted_and_a_cent_beside_them_is_not() {
    let pln = |value: &str| json!({ "currency": "PLN", "value": value });
    for (total, rate, vat, beside) in [
        (eur("49.94"), "26.5", eur("10.46"), eur("10.47")),
        (pln("678.00"), "23.00", pln("126.78"), pln("126.77")),
        (eur("174.50"), "21.00", eur("30.29"), eur("30.28")),
    ] {
        Shop::new().create(&order_of("ideal", &total, &[vat_line("physical", &total, rate, &vat)]));
        Shop::new().refused(&order_of("ideal", &total, &[vat_line("physical", &total, rate, &beside)]));
    }
    let goods = vat_line("physical", &eur("10.00"), "16.00", &eur("1.38"));
    let discount = |vat: &str| vat_line("discount", &eur("-3.95"), "16.00", &eur(vat));
    Shop::new().create(&order_of("ideal", &eur("6.05"), &[goods.clone(), discount("-0.54")]));
    Shop::new().refused(&order_of("ideal", &eur("6.05"), &[goods, discount("-0.55")]));
}

#[test]
fn two_for_one_costs_one() {
    Shop::new().create(&order_of("ideal", &eur("19.99"), &[line(2, "19.99", Some("19.99"), "19.99")]));
    // The total of a published example, which is a slip.
    Shop::new().refused(&order_of("ideal", &eur("38.98"), &[line(2, "19.99", None, "38.98")]));
}

#[test]
fn decimals_are_those_of_the_currency() {
    for (currency, good, bad, zero) in [
        ("JPY", "100", "100.00", "0"),
        ("ISK", "100", "100.00", "0"),
        ("HUF", "100.00", "100", "0.00"),
        ("ILS", "100.00", "100", "0.00"),
        ("TWD", "100.00", "100", "0.00"),
        ("BHD", "100.000", "100.00", "0.000"),
        ("EUR", "100.00", "100.0", "0.00"),
    ] {
        let money = |value: &str| json!({ "currency": currency, "value": value });
        let body = |value| {
            let line = vat_line("physical", &money(value), "0.00", &money(zero));
            order_of("ideal", &money(value), &[line])
        };
        Shop::new().create(&body(good));
        assert_eq!(Shop::new().refused(&body(bad))["field"], "amount", "{currency}");
    }
}

#[test]
fn lines_have_the_currency_of_the_order() {
    let mut body = lego("ideal");
    body["lines"][1]["unitPrice"]["currency"] = json!("USD");
    assert_eq!(Shop::new().refused(&body)["field"], "lines.1.unitPrice");
}

#[test]
fn signs_follow_the_type_of_the_line() {
    let goods = line(1, "20.00", None, "20.00");
    for line_type in ["discount", "store_credit", "gift_card"] {
        let negative = vat_line(line_type, &eur("-5.00"), "0.00", &eur("0.00"));
        Shop::new().create(&order_of("ideal", &eur("15.00"), &[goods.clone(), negative]));
        let positive = vat_line(line_type, &eur("5.00"), "0.00", &eur("0.00"));
        let refusal = Shop::new().refused(&order_of("ideal", &eur("25.00"), &[goods.clone(), positive]));
        assert_eq!(refusal["field"], "lines.1.unitPrice");
    }
    for line_type in ["physical", "digital", "shipping_fee", "surcharge"] {
        let free = vat_line(line_type, &eur("0.00"), "0.00", &eur("0.00"));
        Shop::new().create(&order_of("ideal", &eur("20.00"), &[goods.clone(), free]));
        let negative = vat_line(line_type, &eur("-5.00"), "0.00", &eur("0.00"));
        Shop::new().refused(&order_of("ideal", &eur("15.00"), &[goods.clone(), negative]));
    }
    Shop::new().refused(&order_of("ideal", &eur("22.00"), &[line(1, "20.00", Some("-2.00"), "22.00")]));
}

#[test]
fn gift_cards_carry_no_vat() {
    let card = vat_line("gift_card", &eur("-12.10"), "21.00", &eur("-2.10"));
    let goods = vat_line("physical", &eur("24.20"), "21.00", &eur("4.20"));
    let refusal = Shop::new().refused(&order_of("ideal", &eur("12.10"), &[goods, card]));
    assert_eq!(refusal["field"], "lines.1.vatRate");
}

#[test]
fn vat_may_not_be_negative_in_total_nor_for_one_rate() {
    let goods = vat_line("physical", &eur("24.20"), "21.00", &eur("4.20"));
    let discount = vat_line("discount", &eur("-10.90"), "9.0", &eur("-0.90"));
    let lines = [goods, discount];
    Shop::new().refused(&order_of("ideal", &eur("13.30"), &lines));
    let mut lenient = Shop::with(&json!({ "negative_vat_per_rate": "accepted" }));
    lenient.create(&order_of("ideal", &eur("13.30"), &lines));
    let free_of_vat = vat_line("physical", &eur("50.00"), "0.00", &eur("0.00"));
    let mut lenient = Shop::with(&json!({ "negative_vat_per_rate": "accepted" }));
    lenient.refused(&order_of("ideal", &eur("39.10"), &[free_of_vat, lines[1].clone()]));
}
