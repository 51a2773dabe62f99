//! What each switch of create order decides: one draft for each, refused under one value and taken under another.

use serde_json::{Value, json};

use super::{Shop, eur, lego, line, order_of};

/// The status and the field of the answer.
fn answered(switches: &Value, body: &Value) -> (u16, Value) {
    let answer = Shop::with(switches).request("POST", "/v2/orders", Some(body), None);
    (answer.status, answer.body["field"].clone())
}

fn taken(switches: &Value, body: &Value) {
    assert_eq!(answered(switches, body).0, 201, "{switches} {body}");
}

fn refused(switches: &Value, body: &Value, field: &str) {
    assert_eq!(answered(switches, body), (422, json!(field)), "{switches} {body}");
}

fn priced(line_type: &str, price: &str, rate: &str, vat: &str) -> Value {
    json!({
        "type": line_type, "name": "A thing", "quantity": 1, "unitPrice": eur(price), "totalAmount": eur(price),
        "vatRate": rate, "vatAmount": eur(vat)
    })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().remove(field);
    body
}

#[test]
fn vat_of_a_deduction_may_be_a_cent_off_where_the_switch_says_so() {
    let goods = priced("physical", "11.00", "10.00", "1.00");
    let lenient = json!({ "vat_of_deductions": "a cent off accepted" });
    for (vat, is_formula, is_near) in [
        ("-0.08", false, true),
        ("-0.09", true, true),
        ("-0.10", false, true),
        ("-0.07", false, false),
        ("-0.11", false, false),
    ] {
        let body =
            order_of("ideal", &eur("10.00"), &[goods.clone(), priced("discount", "-1.00", "10.00", vat)]);
        assert_eq!(answered(&json!({}), &body).0 == 201, is_formula, "{vat}");
        assert_eq!(answered(&lenient, &body).0 == 201, is_near, "{vat}");
    }
    let body = order_of("ideal", &eur("11.00"), &[priced("physical", "11.00", "10.00", "0.99")]);
    refused(&lenient, &body, "lines.0.vatAmount");
    let card = priced("gift_card", "-1.00", "0.00", "-0.01");
    refused(&lenient, &order_of("ideal", &eur("10.00"), &[goods, card]), "lines.1.vatAmount");
}

#[test]
fn both_neighbours_of_an_exact_half_are_taken_where_the_switch_says_so() {
    let either = json!({ "vat_half": "either" });
    for (vat, is_fine) in [("0.00", false), ("0.01", true), ("0.02", true), ("0.03", false)] {
        let body = order_of("ideal", &eur("0.09"), &[priced("physical", "0.09", "20.00", vat)]);
        assert_eq!(answered(&either, &body).0 == 201, is_fine, "{vat}");
    }
    let body = order_of("ideal", &eur("20.00"), &[priced("physical", "20.00", "21.00", "3.48")]);
    refused(&either, &body, "lines.0.vatAmount");
}

#[test]
fn a_first_payment_of_nothing_can_be_refused() {
    let free = order_of("creditcard", &eur("0.00"), &[line(1, "0.00", None, "0.00")]);
    let first = with(free.clone(), "payment", json!({ "sequenceType": "first" }));
    taken(&json!({}), &first);
    refused(&json!({ "first_payment_of_nothing": "422" }), &first, "amount");
    refused(&json!({}), &free, "amount");
}

#[test]
fn store_credit_with_vat_can_be_taken_and_a_gift_card_with_vat_never() {
    let goods = priced("physical", "24.20", "21.00", "4.20");
    let lenient = json!({ "store_credit_vat": "any" });
    for (line_type, is_fine) in [("store_credit", true), ("gift_card", false)] {
        let credit = priced(line_type, "-12.10", "21.00", "-2.10");
        let body = order_of("ideal", &eur("12.10"), &[goods.clone(), credit]);
        refused(&json!({}), &body, "lines.1.vatRate");
        assert_eq!(answered(&lenient, &body).0 == 201, is_fine, "{line_type}");
    }
}

#[test]
fn a_discount_above_its_price_can_be_taken() {
    let lines = [line(1, "20.00", None, "20.00"), line(1, "5.00", Some("6.00"), "-1.00")];
    let body = order_of("ideal", &eur("19.00"), &lines);
    refused(&json!({}), &body, "lines.1.discountAmount");
    taken(&json!({ "discount_above_price": "accepted" }), &body);
}

#[test]
fn a_discount_at_a_rate_of_no_goods_can_be_refused() {
    let lines = [priced("physical", "24.20", "21.00", "4.20"), priced("discount", "-1.00", "0.00", "0.00")];
    let body = order_of("ideal", &eur("23.20"), &lines);
    taken(&json!({}), &body);
    refused(&json!({ "discount_rate": "of the goods" }), &body, "lines.1.vatRate");
    let same = [lines[0].clone(), priced("discount", "-1.21", "21.0", "-0.21")];
    taken(&json!({ "discount_rate": "of the goods" }), &order_of("ideal", &eur("22.99"), &same));
}

#[test]
fn klarna_waits_longer_than_28_days_where_that_is_agreed() {
    let body = with(lego("klarna"), "expiresAt", json!("2018-08-31"));
    refused(&json!({}), &body, "expiresAt");
    taken(&json!({ "klarna_beyond_28_days": "agreed" }), &body);
    let mut among_others = body;
    among_others["method"] = json!(["klarna", "ideal"]);
    taken(&json!({}), &among_others);
}

#[test]
fn tomorrow_is_that_of_the_zone_that_the_switch_names() {
    // 00:30 on the 3rd in Amsterdam, 22:30 on the 2nd in UTC.
    for (date, utc, amsterdam) in [("2018-08-03", 201, 422), ("2018-11-12", 422, 201)] {
        let body = with(lego("ideal"), "expiresAt", json!(date));
        for (zone, status) in [("either", 201), ("UTC", utc), ("Europe/Amsterdam", amsterdam)] {
            let mut shop = Shop::with(&json!({ "zone_of_tomorrow": zone }));
            shop.now = "2018-08-02T22:30:00Z".parse().unwrap();
            let answer = shop.request("POST", "/v2/orders", Some(&body), None);
            assert_eq!(answer.status, status, "{date} {zone}");
        }
    }
    let body = with(lego("klarna"), "expiresAt", json!("2018-08-31"));
    for (zone, status) in [("either", 201), ("UTC", 422), ("Europe/Amsterdam", 201)] {
        let mut shop = Shop::with(&json!({ "zone_of_tomorrow": zone }));
        shop.now = "2018-08-02T22:30:00Z".parse().unwrap();
        assert_eq!(shop.request("POST", "/v2/orders", Some(&body), None).status, status, "{zone}");
    }
}

#[test]
fn apple_pay_without_a_redirect_url_can_be_refused() {
    let token = json!({ "applePayPaymentToken": "{}" });
    let body = with(without(lego("applepay"), "redirectUrl"), "payment", token);
    taken(&json!({}), &body);
    refused(&json!({ "apple_pay_without_redirect_url": "422" }), &body, "redirectUrl");
    let empty = with(body, "payment", json!({ "applePayPaymentToken": "" }));
    refused(&json!({}), &empty, "redirectUrl");
}

#[test]
fn paypal_in_a_list_of_one_can_need_an_address() {
    let listed = with(without(lego("paypal"), "billingAddress"), "method", json!(["paypal"]));
    taken(&json!({}), &listed);
    refused(&json!({ "paypal_in_a_list": "a choice" }), &listed, "billingAddress");
    let both = with(listed, "method", json!(["paypal", "ideal"]));
    refused(&json!({}), &both, "billingAddress");
    taken(&json!({ "paypal_in_a_list": "a choice" }), &without(lego("paypal"), "billingAddress"));
}

#[test]
fn methods_and_categories_that_no_document_names_can_be_taken() {
    let lenient = json!({ "unlisted_values": "accepted" });
    let method = with(lego("ideal"), "method", json!(["ideal", "seashells"]));
    let mut category = lego("ideal");
    category["lines"][0]["category"] = json!("toys");
    for (body, field) in [(method, "method"), (category, "lines.0.category")] {
        refused(&json!({}), &body, field);
        taken(&lenient, &body);
    }
    refused(&lenient, &with(lego("ideal"), "method", json!([1])), "method");
    refused(&json!({}), &with(lego("ideal"), "method", json!("klarnawhatever")), "method");
}

#[test]
fn parameters_that_no_document_names_can_be_refused() {
    let strict = json!({ "unknown_parameters": "422" });
    let mut full = lego("ideal");
    full["lines"][0]["quantityUnit"] = json!("pcs");
    full["payment"] = json!({ "issuer": "ideal_ASNBNL21", "company": { "vatNumber": "NL1" } });
    taken(&strict, &full);
    for (parent, name, field) in [
        ("", "colour", "colour"),
        ("/lines/1", "colour", "lines.1.colour"),
        ("/billingAddress", "colour", "billingAddress.colour"),
        ("/payment", "colour", "payment.colour"),
        ("/payment/company", "colour", "payment.company.colour"),
    ] {
        let mut body = full.clone();
        body.pointer_mut(parent).unwrap()[name] = json!("red");
        taken(&json!({}), &body);
        refused(&strict, &body, field);
    }
}

#[test]
fn a_voucher_without_a_line_that_may_be_paid_with_it_can_be_taken() {
    let mut body = order_of("voucher", &eur("5.00"), &[line(1, "5.00", None, "5.00")]);
    refused(&json!({}), &body, "lines");
    taken(&json!({ "voucher_without_category": "accepted" }), &body);
    body["method"] = json!(["voucher", "ideal"]);
    taken(&json!({}), &body);
    body["method"] = json!("voucher");
    body["lines"][0]["category"] = json!("meal");
    taken(&json!({}), &body);
}

#[test]
fn errors_can_name_a_part_by_its_whole_and_a_payment_parameter_alone() {
    let flat = json!({ "field_names": "flat" });
    let mut body = lego("ideal");
    body["shippingAddress"]["phone"] = json!("0208202070");
    refused(&json!({}), &body, "shippingAddress.phone");
    refused(&flat, &body, "shippingAddress");
    let body = with(lego("ideal"), "payment", json!({ "issuer": 1 }));
    refused(&json!({}), &body, "payment.issuer");
    refused(&flat, &body, "issuer");
    let mut body = lego("ideal");
    body["lines"][0]["totalAmount"] = eur("1.00");
    refused(&flat, &body, "lines.0.totalAmount");
}

#[test]
fn seed_4_asks_for_neither_half_of_the_vat() {
    let optional = json!({ "personal_fields": "optional" });
    for field in ["vatRate", "vatAmount"] {
        let mut body = lego("ideal");
        body["lines"][1].as_object_mut().unwrap().remove(field);
        refused(&json!({}), &body, &format!("lines.1.{field}"));
        let order = Shop::with(&optional).create(&body);
        assert!(order["lines"][1].get(field).is_none());
        let other = if field == "vatRate" { "vatAmount" } else { "vatRate" };
        assert_eq!(order["lines"][1][other], body["lines"][1][other]);
    }
    let goods = priced("physical", "24.20", "21.00", "4.20");
    for (vat, is_fine) in [("0.00", true), ("-0.01", false)] {
        let card = without(priced("gift_card", "-5.00", "0.00", vat), "vatRate");
        let body = order_of("ideal", &eur("19.20"), &[goods.clone(), card]);
        assert_eq!(answered(&optional, &body).0 == 201, is_fine, "{vat}");
    }
}
