//! Rules that depend on how the shopper may pay. Where a rule concerns one method of several, Mollie leaves that method out
//! and takes the order: that is a warning.

use std::collections::HashSet;

use super::OrderInput;
use crate::rules::address::AddressInput;
use crate::rules::money::Money;
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Source::Mollie;
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    METHOD order_method = "order.method", Refuse, Mollie(D, "create order, method"),
        "A method is a word.",
        refused [|order| order["method"] = " ".into()],
        accepted [|order| order["method"] = "ideal".into()];

    KNOWN order_method_known = "order.method_known", Warn, Mollie(D, "create order, method; get order, method"),
        "A method is one that Mollie's documents name; the list grows.",
        refused [|order| order["method"] = "idealo".into(), |order| order["method"] = "iDEAL".into()],
        accepted [|order| order["method"] = "twint".into(), |order| order["method"] = "klarnasliceit".into()];

    ONCE order_method_once = "order.method_once", Warn, Mollie(I, "create order, method"),
        "A method is named once.",
        refused [|order| order["method"] = serde_json::json!(["ideal", "ideal"])],
        accepted [|order| order["method"] = serde_json::json!(["ideal", "eps"])];

    BILLING order_billing_address = "order.billing_address", Refuse, Mollie(D, "create order, billingAddress: PayPal's express checkout brings its own"),
        "An order has a billing address, unless its only method is paypal.",
        refused [
            |order| drop(order["billingAddress"].take()),
            |order| { drop(order["billingAddress"].take()); order["method"] = serde_json::json!(["paypal", "ideal"]); },
        ],
        accepted [|order| { drop(order["billingAddress"].take()); order["method"] = "paypal".into(); }];

    BILLIE order_billie_organization = "order.billie_organization", Refuse, Mollie(D, "create order, billingAddress.organizationName"),
        "For Billie alone the billing address names an organisation.",
        refused [|order| { order["method"] = "billie".into(); drop(order["billingAddress"]["organizationName"].take()); }],
        accepted [|order| order["method"] = "billie".into()];

    BILLIE_LEFT_OUT order_billie_left_out = "order.billie_left_out", Warn, Mollie(I, "create order, billingAddress.organizationName"),
        "Without an organisation Billie is not offered beside other methods.",
        refused [
            |order| {
                order["method"] = serde_json::json!(["billie", "ideal"]);
                drop(order["billingAddress"]["organizationName"].take());
            },
        ],
        accepted [|order| order["method"] = serde_json::json!(["billie", "ideal"])];

    LIMITS order_method_limits = "order.method_limits", Warn, Mollie(D, "create order, amount: minimum and maximum amounts of the methods; list methods"),
        "The order's amount lies between the limits of each method it names, as far as Mollie has told them.",
        refused [
            |order| { order["method"] = "ideal".into(); order["profile"] = limits("1028.00", "50000.00"); },
            |order| { order["method"] = "ideal".into(); order["profile"] = limits("0.01", "1027.98"); },
        ],
        accepted [
            |order| { order["method"] = "ideal".into(); order["profile"] = limits("1027.99", "1027.99"); },
            |order| { order["method"] = "eps".into(); order["profile"] = limits("1028.00", "50000.00"); },
        ];

    VOUCHER order_voucher_category = "order.voucher_category", Warn, Mollie(D, "create order, lines[].category: \"should\" in one document, needed in another"),
        "For vouchers a line has a category; else vouchers are refused, or not offered.",
        refused [
            |order| order["method"] = "voucher".into(),
            |order| order["method"] = serde_json::json!(["voucher", "ideal"]),
        ],
        accepted [|order| { order["method"] = "voucher".into(); order["lines"][1]["category"] = "gift".into(); }];
}

/// A profile whose iDEAL has these limits.
#[cfg(any(test, feature = "examples"))]
fn limits(minimum: &str, maximum: &str) -> serde_json::Value {
    let amount = |value| serde_json::json!({ "currency": "EUR", "value": value });
    let ideal = serde_json::json!({ "id": "ideal", "minimumAmount": amount(minimum), "maximumAmount": amount(maximum) });
    serde_json::json!({ "methods": [ideal] })
}

/// Methods that the documents name.
const METHODS: [&str; 28] = [
    "applepay",
    "bancomatpay",
    "bancontact",
    "banktransfer",
    "belfius",
    "billie",
    "creditcard",
    "directdebit",
    "eps",
    "giftcard",
    "giropay",
    "ideal",
    "in3",
    "kbc",
    "klarna",
    "klarnapaylater",
    "klarnapaynow",
    "klarnasliceit",
    "mybank",
    "paypal",
    "paysafecard",
    "przelewy24",
    "riverty",
    "satispay",
    "sofort",
    "trustly",
    "twint",
    "voucher",
];

/// Methods and what they demand of the draft.
pub(super) fn check(draft: &OrderInput, at: &impl Fn(&str) -> String, faults: &mut Violations) {
    methods(&draft.methods, at, faults);
    billing(draft, &at("billing_address"), faults);
    let has_category = draft.lines.iter().any(|line| !line.category.is_empty());
    if draft.methods.iter().any(|method| method == "voucher") && !has_category && !draft.lines.is_empty() {
        faults.breaks(at("lines"), &VOUCHER, "a category on one line, for vouchers to pay it", "none");
    }
}

pub(in crate::rules) fn methods(methods: &[String], at: &impl Fn(&str) -> String, faults: &mut Violations) {
    let mut seen = HashSet::new();
    for (n, method) in methods.iter().enumerate() {
        let path = at(&format!("method[{n}]"));
        if method.trim().is_empty() {
            faults.breaks(path, &METHOD, "a method by Mollie's name, such as ideal", "white space");
        } else if !seen.insert(method) {
            faults.breaks(path, &ONCE, "each method once", method);
        } else if !METHODS.contains(&method.as_str()) {
            faults.breaks(path, &KNOWN, "a method that Mollie's documents name", method);
        }
    }
}

/// Methods that are not offered for this amount.
pub(super) fn check_limits(
    methods: &[String],
    amount: Money,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) {
    let known = faults.agreements().map(|agreed| agreed.limits.clone()).unwrap_or_default();
    for (n, method) in methods.iter().enumerate() {
        let limits = known.iter().filter(|limits| limits.id == *method);
        if let Some(expected) = limits.filter_map(|limits| limits.broken_by(amount)).next() {
            let expected = format!("an amount {expected}, or another method");
            faults.breaks(at(&format!("method[{n}]")), &LIMITS, expected, format!("{method} for {amount}"));
        }
    }
}

fn billing(draft: &OrderInput, path: &str, faults: &mut Violations) {
    let Some(address) = &draft.billing_address else {
        if !draft.pays_only("paypal") {
            faults.lacks(path, &BILLING);
        }
        return;
    };
    organization(&draft.methods, address, path, faults);
}

/// The organisation in a billing address, where a method needs it.
pub(in crate::rules) fn organization(
    methods: &[String],
    address: &AddressInput,
    path: &str,
    faults: &mut Violations,
) {
    if methods.iter().any(|method| method == "billie") && address.organization_name.trim().is_empty() {
        let rule = if methods == ["billie"] { &BILLIE } else { &BILLIE_LEFT_OUT };
        faults.lacks(format!("{path}.organization_name"), rule);
    }
}
