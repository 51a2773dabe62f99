//! The payment object of create order, and the parameters of access tokens.

use serde_json::{Value, json};

use super::super::{Credential, Switches, judge_create, judge_create_as};
use super::{Shop, eur, lego};

fn paid_with(payment: Value) -> Value {
    let mut body = lego("ideal");
    body["payment"] = payment;
    body
}

/// One of everything that the documents name.
fn everything() -> Value {
    json!({
        "applePayPaymentToken": "{\"paymentData\":{}}", "cardToken": "tkn_1", "consumerAccount": "NL55INGB0000000000",
        "customerId": "cst_1", "customerReference": "1", "extraMerchantData": { "any": ["thing"] },
        "issuer": "ideal_ASNBNL21", "mandateId": "mdt_1", "sequenceType": "oneoff", "voucherNumber": "1",
        "voucherPin": "2", "webhookUrl": "https://example.org/payments", "dueDate": "2018-08-20",
        "company": { "registrationNumber": "30204462", "vatNumber": "NL815839091B01", "entityType": "limited-company" },
        "applicationFee": { "description": "Service fee", "amount": eur("1.50") }
    })
}

#[test]
fn every_payment_parameter_of_the_documents_is_taken() {
    Shop::new().create(&paid_with(everything()));
    Shop::new().create(&paid_with(Value::Null));
    Shop::new().create(&paid_with(json!({})));
    Shop::new().create(&paid_with(json!({ "somethingNewer": [1] })));
}

#[test]
fn payment_parameters_have_their_shapes() {
    let text = "applePayPaymentToken cardToken consumerAccount customerId customerReference issuer mandateId \
        sequenceType voucherNumber voucherPin webhookUrl dueDate";
    for name in text.split(' ') {
        let mut payment = everything();
        payment[name] = json!(1);
        assert_eq!(Shop::new().refused(&paid_with(payment))["field"], format!("payment.{name}"));
    }
    for (pointer, value, field) in [
        ("/company", json!("Mollie B.V."), "payment.company"),
        ("/company/registrationNumber", json!(30_204_462), "payment.company.registrationNumber"),
        ("/company/vatNumber", json!([]), "payment.company.vatNumber"),
        ("/company/entityType", json!(true), "payment.company.entityType"),
        ("/applicationFee", json!("1.50"), "payment.applicationFee"),
        ("/applicationFee/amount", json!("1.50"), "payment.applicationFee.amount"),
        ("/applicationFee/amount/value", json!("1.5"), "payment.applicationFee.amount"),
        ("/applicationFee/amount", Value::Null, "payment.applicationFee.amount"),
        ("/applicationFee/description", Value::Null, "payment.applicationFee.description"),
        ("/sequenceType", json!("twice"), "payment.sequenceType"),
        ("/webhookUrl", json!("app://hook"), "payment.webhookUrl"),
        ("/dueDate", json!("20.08.2018"), "payment.dueDate"),
    ] {
        let mut payment = everything();
        *payment.pointer_mut(pointer).unwrap() = value;
        assert_eq!(Shop::new().refused(&paid_with(payment))["field"], field, "{pointer}");
    }
    for payment in [json!("ideal"), json!([]), json!(1)] {
        assert_eq!(Shop::new().refused(&paid_with(payment))["field"], "payment");
    }
}

#[test]
fn an_access_token_names_its_profile_and_may_ask_for_test_mode() {
    let (switches, now) = (Switches::default(), Shop::new().now);
    let mut body = lego("ideal");
    let judged = |body: &Value| {
        let fault = judge_create_as(body, Credential::AccessToken, &switches, now).err();
        fault.map(|refusal| refusal.field.unwrap())
    };
    assert_eq!(judged(&body).as_deref(), Some("profileId"));
    body["profileId"] = json!("pfl_1");
    assert_eq!(judged(&body), None);
    body["testmode"] = json!("yes");
    assert_eq!(judged(&body).as_deref(), Some("testmode"));
    body["testmode"] = json!(true);
    assert_eq!(judged(&body), None);
    let refusal = judge_create(&body, &switches, now).unwrap_err();
    assert_eq!(refusal.detail, "Non-existent body parameter \"testmode\" for this API call.");
}

#[test]
fn an_application_fee_is_for_access_tokens_where_parameters_are_looked_at() {
    let now = Shop::new().now;
    let strict: Switches = serde_json::from_value(json!({ "unknown_parameters": "422" })).unwrap();
    let mut body = paid_with(everything());
    let refusal = judge_create(&body, &strict, now).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("payment.applicationFee"));
    body["profileId"] = json!("pfl_1");
    assert_eq!(judge_create_as(&body, Credential::AccessToken, &strict, now), Ok(()));
}
