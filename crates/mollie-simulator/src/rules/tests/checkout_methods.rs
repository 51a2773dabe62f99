//! Which methods the checkout page lets a shopper choose from.

use serde_json::{Value, json};

use super::super::FinalState::{Failed, Open, Paid};
use super::super::NotBegun;
use super::{Shop, lego, text};

fn offered(shop: &mut Shop, id: &str) -> Vec<String> {
    shop.world.checkout(id.trim_start_matches("ord_"), shop.now).unwrap().methods
}

#[test]
fn an_order_can_ask_for_methods_of_the_billing_country_alone() {
    for (must_match, country, method, expected) in [
        (true, "NL", Value::Null, vec!["ideal", "creditcard", "paypal", "banktransfer"]),
        (true, "de", Value::Null, vec!["creditcard", "paypal", "banktransfer"]),
        (false, "DE", Value::Null, vec!["ideal", "creditcard", "bancontact", "paypal", "banktransfer"]),
        (true, "BE", json!(["bancontact", "ideal", "new"]), vec!["bancontact", "new"]),
        (true, "DE", json!("ideal"), vec!["ideal"]),
    ] {
        let mut body = lego("ideal");
        body["method"] = method;
        body["billingAddress"]["country"] = json!(country);
        body["shopperCountryMustMatchBillingCountry"] = json!(must_match);
        let mut shop = Shop::with(&json!({ "unlisted_values": "accepted" }));
        let id = text(&shop.create(&body), "/id");
        assert_eq!(offered(&mut shop, &id), expected, "{country}");
    }
    let mut body = lego("ideal");
    body["method"] = json!(["ideal", "bancontact"]);
    body["shopperCountryMustMatchBillingCountry"] = json!(true);
    let mut shop = Shop::new();
    let id = text(&shop.create(&body), "/id");
    let refused = shop.world.begin_attempt(&id, Some("bancontact"), shop.now);
    assert_eq!(refused, Err(NotBegun::MethodNotOffered("bancontact".to_owned())));
    shop.choose(&id, Failed).unwrap();
    shop.pay_again(&id, &json!({ "method": ["bancontact", "eps", "creditcard"] }));
    assert_eq!(offered(&mut shop, &id), ["creditcard"]);
}

/// A payment of the samples was made for a bank transfer, and later paid by iDEAL.
#[test]
fn a_bank_transfer_that_waits_can_be_paid_online() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.choose(&id, Failed).unwrap();
    let transfer = text(&shop.pay_again(&id, &json!({ "method": "banktransfer" })).body, "/id");
    assert_eq!(offered(&mut shop, &id), ["banktransfer", "ideal"]);
    shop.choose(&id, Open).unwrap();
    assert_eq!(shop.get(&format!("/v2/payments/{transfer}"))["method"], "banktransfer", "unless chosen");
    shop.world.choose(id.trim_start_matches("ord_"), Paid, Some("ideal"), shop.now).unwrap();
    let payment = shop.get(&format!("/v2/payments/{transfer}"));
    assert_eq!((&payment["status"], &payment["method"]), (&json!("paid"), &json!("ideal")));
    assert_eq!(payment["details"]["consumerBic"], "RABONL2U");
    assert_eq!(shop.order(&id)["method"], "ideal");
    let alone = text(&shop.create(&lego("banktransfer")), "/id");
    assert_eq!(offered(&mut shop, &alone), ["banktransfer"]);
}
