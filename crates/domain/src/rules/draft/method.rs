//! Rules that depend on how the shopper may pay. Where a rule concerns one method of several, Mollie leaves that method out
//! and takes the order: that is a warning.

use std::collections::HashSet;

use jiff::civil::Date;

use super::OrderInput;
use crate::rules::agreements::Agreements;
use crate::rules::date::Today;
use crate::rules::line::{LineReading, ships_after};
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Source::{Mollie, Ours};
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

    VOUCHER order_voucher_category = "order.voucher_category", Warn, Mollie(D, "create order, lines[].category: \"should\" in one document, needed in another"),
        "For vouchers a line has a category; else vouchers are refused, or not offered.",
        refused [
            |order| order["method"] = "voucher".into(),
            |order| order["method"] = serde_json::json!(["voucher", "ideal"]),
        ],
        accepted [|order| { order["method"] = "voucher".into(); order["lines"][1]["category"] = "gift".into(); }];

    EXPIRES order_expires_on = "order.expires_on", Refuse, Mollie(D, "create order, expiresAt"),
        "An order ends on a day from tomorrow to 100 days after tomorrow, in UTC or in Amsterdam.",
        refused [
            |order| order["expiresAt"] = "2026-03-01".into(),
            |order| order["expiresAt"] = "2026-06-11".into(),
            |order| order["expiresAt"] = "soon".into(),
        ],
        accepted [|order| order["expiresAt"] = "2026-03-02".into(), |order| order["expiresAt"] = "2026-06-10".into()];

    KLARNA order_expires_on_klarna = "order.expires_on_klarna", Refuse, Mollie(D, "create order, expiresAt: 28 days, unless agreed otherwise"),
        "With Klarna alone an order ends at most 28 days ahead, or as many as the profile has agreed.",
        refused [|order| (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-03-30".into())],
        accepted [
            |order| (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-03-29".into()),
            |order| { (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-04-30".into()); order["profile"] = serde_json::json!({ "klarnaExpiryDays": 60 }); },
        ];

    KLARNA_LEFT_OUT order_klarna_left_out = "order.klarna_left_out", Warn, Mollie(D, "create order, expiresAt"),
        "With a later end Klarna is not offered beside other methods.",
        refused [
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!(["klarna", "ideal"]), "2026-03-30".into()),
        ],
        accepted [
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!(["klarna", "ideal"]), "2026-03-29".into()),
        ];

    SHIPS_TOO_LATE line_ships_too_late = "line.ships_too_late", Warn, Ours("what is not shipped in time is never paid out"),
        "Where a method may only reserve the money, a line is planned to be shipped before that ends: within 28 days, or by \
         expires_on.",
        refused [
            |order| { order["method"] = "klarna".into(); order["lines"][0]["plannedShipDate"] = "2026-03-30".into(); },
            |order| {
                order["profile"] = serde_json::json!({ "klarnaExpiryDays": 60 });
                (order["method"], order["lines"][0]["plannedShipDate"]) = ("klarna".into(), "2026-03-30".into());
            },
        ],
        accepted [
            |order| { order["method"] = "klarna".into(); order["lines"][0]["plannedShipDate"] = "2026-03-29".into(); },
            |order| order["lines"][0]["plannedShipDate"] = "2026-03-30".into(),
        ];
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

fn methods(methods: &[String], at: &impl Fn(&str) -> String, faults: &mut Violations) {
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

fn billing(draft: &OrderInput, path: &str, faults: &mut Violations) {
    let Some(address) = &draft.billing_address else {
        if !draft.pays_only("paypal") {
            faults.lacks(path, &BILLING);
        }
        return;
    };
    if draft.methods.iter().any(|method| method == "billie") && address.organization_name.trim().is_empty() {
        let rule = if draft.pays_only("billie") { &BILLIE } else { &BILLIE_LEFT_OUT };
        faults.lacks(format!("{path}.organization_name"), rule);
    }
}

fn is_klarna(method: &str) -> bool {
    method.starts_with("klarna")
}

/// The day the order ends, if the caller names one.
pub(super) fn expires_on(
    draft: &OrderInput,
    path: &str,
    today: Today,
    faults: &mut Violations,
) -> Option<Date> {
    let date = today.ahead(&draft.expires_on, (path, &EXPIRES), faults)?;
    let days =
        faults.agreements().map_or(Agreements::default().klarna_expiry_days, |it| it.klarna_expiry_days);
    let last = today.plus(days);
    if draft.methods.iter().any(|method| is_klarna(method)) && date > last {
        let is_only = draft.methods.iter().all(|method| is_klarna(method));
        let rule = if is_only { &KLARNA } else { &KLARNA_LEFT_OUT };
        let expected = format!("{last} at the latest: Klarna waits {days} days");
        faults.breaks(path, rule, expected, &draft.expires_on);
    }
    Some(date)
}

/// How many days after it was created an order ends that does not say when (get order, `expiresAt`), whatever was agreed.
const EXPIRY_DAYS: u16 = 28;

/// The last day on which goods should leave, where the money may be only reserved.
pub(super) fn shipped_by(draft: &OrderInput, expires_on: Option<Date>, today: Today) -> Option<Date> {
    let reserves =
        |method: &String| is_klarna(method) || ["billie", "in3", "riverty"].contains(&method.as_str());
    // A shopper who may choose may choose one of these.
    let reserves = draft.methods.is_empty() || draft.methods.iter().any(reserves);
    reserves.then(|| expires_on.unwrap_or_else(|| today.plus(EXPIRY_DAYS)))
}

/// Warns of goods that are to leave too late.
pub(super) fn ships_in_time(
    lines: &[LineReading],
    last: Option<Date>,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) {
    let Some(last) = last else { return };
    for (n, line) in lines.iter().enumerate() {
        if let Some(line) = line.draft.as_ref().filter(|line| ships_after(line, last)) {
            let path = format!("{}[{n}].planned_ship_date", at("lines"));
            let got = line.planned_ship_date.map_or_else(String::new, |date| date.to_string());
            faults.breaks(path, &SHIPS_TOO_LATE, format!("{last} at the latest"), got);
        }
    }
}
