//! The lists of create order's documents: everything on them is taken, nothing beside them is.

use serde_json::{Value, json};

use super::{Shop, eur, lego, line, order_of};

const NO_POSTAL_CODES: &str = "AE AN AO AW BF BI BJ BO BS BV BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GN GQ GY \
    HK JM KE KI KM KN KP LC ML MO MR MS MU MW NA NR NU PA QA RW SB SC SL SO SR ST SY TF TK TL TO TT TV UG VU YE ZM ZW";

fn status(body: &Value) -> u16 {
    Shop::new().request("POST", "/v2/orders", Some(body), None).status
}

#[test]
fn postal_codes_may_be_missing_in_the_listed_countries_only() {
    let listed: Vec<&str> = NO_POSTAL_CODES.split(' ').collect();
    let all = celes::Country::get_countries().map(|country| country.alpha2);
    let mut body = lego("ideal");
    for country in all.into_iter().chain(["AN"]) {
        for address in ["billingAddress", "shippingAddress"] {
            body = lego("ideal");
            body[address]["country"] = json!(country);
            assert_eq!(status(&body), 201, "{country}");
            body[address].as_object_mut().unwrap().remove("postalCode");
            assert_eq!(status(&body) == 201, listed.contains(&country), "{country}");
        }
    }
    body["shippingAddress"].as_object_mut().unwrap().remove("country");
    let refusal = Shop::new().refused(&body);
    assert_eq!(refusal["detail"], "The following fields of the shippingAddress are missing: country");
}

#[test]
fn every_listed_locale_and_method_is_taken() {
    let locales = "en_US en_GB nl_NL nl_BE fr_FR fr_BE de_DE de_AT de_CH es_ES ca_ES pt_PT it_IT nb_NO sv_SE fi_FI \
        da_DK is_IS hu_HU pl_PL lv_LV lt_LT";
    for locale in locales.split(' ') {
        let mut body = lego("ideal");
        body["locale"] = json!(locale);
        assert_eq!(status(&body), 201, "{locale}");
    }
    let of_seed_3 = "applepay bancontact banktransfer belfius billie creditcard directdebit eps giftcard giropay ideal \
        in3 kbc klarna klarnapaylater klarnapaynow klarnasliceit mybank paypal paysafecard przelewy24 sofort voucher";
    let new_in_seed_4 = "bancomatpay riverty satispay trustly twint";
    for method in of_seed_3.split(' ').chain(new_in_seed_4.split(' ')) {
        assert_eq!(status(&lego(method)), 201, "{method}");
        let mut body = lego(method);
        body["method"] = json!([method, "ideal"]);
        assert_eq!(status(&body), 201, "{method}");
    }
}

#[test]
fn every_listed_category_and_type_is_taken() {
    for category in ["meal", "eco", "gift", "sport_culture"] {
        let mut body = lego("ideal");
        body["lines"][0]["category"] = json!(category);
        assert_eq!(status(&body), 201, "{category}");
    }
    for line_type in
        ["physical", "digital", "shipping_fee", "discount", "store_credit", "gift_card", "surcharge"]
    {
        let mut free = line(1, "0.00", None, "0.00");
        free["type"] = json!(line_type);
        let body = order_of("ideal", &eur("20.00"), &[line(1, "20.00", None, "20.00"), free]);
        assert_eq!(status(&body), 201, "{line_type}");
    }
}

#[test]
fn every_required_field_is_missed_and_every_optional_one_is_not() {
    let required = ["name", "quantity", "unitPrice", "totalAmount", "vatRate", "vatAmount"];
    let optional = ["type", "category", "sku", "productUrl", "imageUrl", "metadata"];
    for (fields, is_required) in [(required, true), (optional, false)] {
        for field in fields {
            let mut body = lego("ideal");
            body["lines"][0].as_object_mut().unwrap().remove(field);
            let answer = Shop::new().request("POST", "/v2/orders", Some(&body), None);
            assert_eq!(answer.status == 422, is_required, "{field}");
            assert!(!is_required || answer.body["field"] == format!("lines.0.{field}"), "{field}");
            // Null is nothing.
            body["lines"][0][field] = Value::Null;
            assert_eq!(status(&body) == 422, is_required, "{field}");
        }
    }
    let optional = "shippingAddress metadata consumerDateOfBirth webhookUrl method";
    for field in optional.split(' ') {
        let mut body = lego("ideal");
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(status(&body), 201, "{field}");
    }
}

#[test]
fn each_part_of_an_address_is_required_or_not_as_seed_3_says() {
    for (part, is_required) in [
        ("givenName", true),
        ("familyName", true),
        ("email", true),
        ("streetAndNumber", true),
        ("postalCode", true),
        ("city", true),
        ("country", true),
        ("organizationName", false),
        ("title", false),
        ("streetAdditional", false),
        ("region", false),
        ("phone", false),
    ] {
        for address in ["billingAddress", "shippingAddress"] {
            let mut body = lego("ideal");
            body[address].as_object_mut().unwrap().remove(part);
            assert_eq!(status(&body) == 422, is_required, "{address} {part}");
        }
    }
}
