//! Parameters of a payment that Mollie may know and this release does not. One value has one place: what has a field of its own in
//! the API is refused here.

use crate::rules::rule::Mark::I;
use crate::rules::rule::Source::{Mollie, Ours};
use crate::rules::rule::rules;
use crate::rules::text::snake_case;
use crate::rules::violation::Violations;

rules! {
    FURTHER payment_further_parameter = "payment.further_parameter", Warn, Mollie(I, "create order, payment: by payment method"),
        "A further parameter is sent as it is; Mollie may refuse what it does not know.",
        refused [|order| order["payment"] = serde_json::json!({ "captureMode": "manual" })],
        accepted [|order| order["payment"] = serde_json::json!({ "cardToken": "tkn_12345" })];

    FURTHER_NAME payment_further_name = "payment.further_name", Refuse, Ours("one parameter has one field"),
        "A further parameter has a name in Mollie's spelling that no field of the API stands for.",
        refused [
            |order| order["payment"] = serde_json::json!({ "further_parameters": { "capture_mode": "manual" } }),
            |order| order["payment"] = serde_json::json!({ "further_parameters": { "cardToken": "tkn_12345" } }),
            |order| order["payment"] = serde_json::json!({ "further_parameters": { "webhookUrl": "https://shop.example/hook" } }),
            |order| order["payment"] = serde_json::json!({ "further_parameters": { "redirectUrl": "https://shop.example/a" } }),
            |order| order["payment"] = serde_json::json!({ "further_parameters": { "profileId": "pfl_12345" } }),
        ],
        accepted [|order| order["payment"] = serde_json::json!({ "further_parameters": {} })];
}

/// What a payment has at Mollie and fields of its own stand for here, or nobody but this service may set.
pub(in crate::rules) const NAMES: [&str; 15] = [
    "issuer",
    "customerId",
    "mandateId",
    "sequenceType",
    "cardToken",
    "applePayPaymentToken",
    "consumerAccount",
    "customerReference",
    "extraMerchantData",
    "voucherNumber",
    "voucherPin",
    "dueDate",
    "company",
    "applicationFee",
    "webhookUrl",
];

/// What an order, or its profile, says of a payment already, and where the API has it.
const OF_THE_ORDER: [(&str, &str); 11] = [
    ("amount", "draft.amount"),
    ("method", "draft.method"),
    ("redirectUrl", "draft.redirect_url"),
    ("cancelUrl", "draft.cancel_url"),
    ("metadata", "draft.metadata"),
    ("locale", "draft.locale"),
    ("lines", "draft.lines"),
    ("billingAddress", "draft.billing_address"),
    ("shippingAddress", "draft.shipping_address"),
    ("profileId", "profile"),
    ("testmode", "profile"),
];

/// Checks their names. `text`: JSON; `payment`: how the caller calls the payment.
pub(super) fn check(text: &str, payment: &str, faults: &mut Violations) {
    let path = format!("{payment}.further_parameters");
    let further = serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(text).unwrap_or_default();
    for name in further.keys() {
        if let Some(expected) = field_instead(name, payment) {
            faults.breaks(format!("{path}.{name}"), &FURTHER_NAME, expected, name);
        } else if !is_camel_case(name) {
            let expected = "a name in Mollie's spelling, such as captureMode";
            faults.breaks(path.as_str(), &FURTHER_NAME, expected, name);
        } else {
            let expected = "a parameter that Mollie knows for the payment method";
            faults.breaks(format!("{path}.{name}"), &FURTHER, expected, name);
        }
    }
}

/// Where the API has a parameter of Mollie's, in words; none that has no place of its own.
fn field_instead(name: &str, payment: &str) -> Option<String> {
    if name == "webhookUrl" {
        return Some("none: the service sets it".to_owned());
    }
    let own = NAMES.contains(&name).then(|| format!("{payment}.{}", snake_case(name)));
    let field = own.or_else(|| {
        OF_THE_ORDER.iter().find(|(known, _)| *known == name).map(|(_, field)| (*field).to_owned())
    });
    field.map(|field| format!("the field {field} in its place"))
}

/// Letters and digits, a small letter first.
fn is_camel_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
