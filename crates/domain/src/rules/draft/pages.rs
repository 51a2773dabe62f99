//! The pages that the shopper comes back to.

use super::OrderInput;
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Source::Mollie;
use crate::rules::rule::rules;
use crate::rules::violation::Violations;
use crate::rules::web_address::{self, Schemes};

rules! {
    REDIRECT order_redirect_url = "order.redirect_url", Refuse, Mollie(D, "create order, redirectUrl"),
        "An order has a page to return to, unless its payment is recurring or made by an Apple Pay token.",
        refused [|order| drop(order["redirectUrl"].take())],
        accepted [
            |order| {
                drop(order["redirectUrl"].take());
                order["payment"] = serde_json::json!({ "sequenceType": "recurring" });
            },
        ];

    WITH_APPLE_PAY order_redirect_url_apple_pay = "order.redirect_url_apple_pay", Warn, Mollie(I, "create order, redirectUrl; get order leaves it out"),
        "Older documents require a page to return to for an Apple Pay token as well.",
        refused [
            |order| {
                drop(order["redirectUrl"].take());
                order["payment"] = serde_json::json!({ "applePayPaymentToken": "{}" });
            },
        ],
        accepted [|order| order["payment"] = serde_json::json!({ "applePayPaymentToken": "{}" })];
}

/// Both pages as they are sent.
pub(super) fn read(
    draft: &OrderInput,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) -> (Option<String>, Option<String>) {
    if draft.redirect_url.is_empty() && !draft.payment.is_recurring() {
        match draft.payment.is_apple_pay() {
            true => faults.lacks(at("redirect_url"), &WITH_APPLE_PAY),
            false => faults.lacks(at("redirect_url"), &REDIRECT),
        }
    }
    let mut page = |field: &str, text: &str| web_address::read(text, Schemes::Any, &at(field), faults);
    (page("redirect_url", &draft.redirect_url), page("cancel_url", &draft.cancel_url))
}
