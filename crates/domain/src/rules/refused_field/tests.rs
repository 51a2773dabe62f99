//! What Mollie was seen to name, and what it comes back as.

use super::*;
use crate::rules::address::Address;
use crate::rules::fixtures::recorded;
use crate::rules::rejection::RejectedBy;

fn path_in(order: &Order, field: &str) -> Option<String> {
    path(field, order)
}

fn two_lines() -> Order {
    recorded().order().clone()
}

fn with_both_addresses() -> Order {
    let mut order = two_lines();
    let address = Address { email: Some("piet@mondriaan.com".to_owned()), ..Address::default() };
    order.personal.billing_address = Some(address.clone());
    order.personal.shipping_address = Some(address);
    order
}

fn warning(path: &str) -> Finding {
    let (path, rule, expected) = (path.to_owned(), "line.vat_half".to_owned(), String::new());
    Finding { path, rule, expected, got: String::new() }
}

fn rejected(field: Option<&str>, detail: &str) -> Rejection {
    Rejection {
        by: RejectedBy::Mollie(422),
        title: "Unprocessable Entity".to_owned(),
        detail: detail.to_owned(),
        field: field.map(str::to_owned),
        extra: None,
    }
}

#[test]
fn a_field_of_mollies_is_named_as_the_caller_writes_it() {
    for (field, expected) in [
        ("method", "draft.method"),
        ("method.0", "draft.method"),
        ("amount", "draft.amount"),
        ("expiresAt", "draft.expires_on"),
        ("redirectUrl", "draft.redirect_url"),
        ("billingAddress.postalCode", "draft.billing_address.postal_code"),
        ("payment.company.vatNumber", "draft.payment.company.vat_number"),
        ("payment.captureMode", "draft.payment.further_parameters"),
        ("lines", "draft.lines"),
        ("lines.0.vatAmount", "draft.lines[0].vat_amount"),
        ("lines[0].vatAmount", "draft.lines[0].vat_amount"),
        ("lines.2.unitPrice.value", "draft.lines[1].unit_price.value"),
        // The first of them counted from 1, or the second counted from 0.
        ("lines.1.vatAmount", "draft.lines"),
        ("lines.7.vatAmount", "draft.lines"),
        ("vatAmount", "draft.lines"),
        ("postalCode", "draft.billing_address.postal_code"),
        ("dueDate", "draft.payment.due_date"),
        ("applicationFee.description", "draft.payment.application_fee.description"),
        ("name", "draft.lines"),
        ("somethingNew", "draft"),
        ("", "draft"),
    ] {
        assert_eq!(path_in(&two_lines(), field).as_deref(), Some(expected), "{field}");
    }
    for field in ["webhookUrl", "payment.webhookUrl", "testmode", "profileId"] {
        assert_eq!(path_in(&two_lines(), field), None, "{field}");
    }
}

#[test]
fn a_line_that_was_warned_of_is_the_one_that_mollie_means() {
    let mut order = two_lines();
    for (warned, expected) in [(0, "draft.lines[0].vat_amount"), (1, "draft.lines[1].vat_amount")] {
        order.terms.warnings = vec![warning(&format!("draft.lines[{warned}].vat_amount"))];
        assert_eq!(path_in(&order, "lines.1.vatAmount").as_deref(), Some(expected));
    }
}

#[test]
fn each_part_of_an_address_that_is_missing_is_a_violation() {
    let detail = "The following fields of the billingAddress are missing: city, country";
    let found = violations(&rejected(Some("billingAddress"), detail), &two_lines());
    let paths: Vec<_> = found.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["draft.billing_address.city", "draft.billing_address.country"]);
}

#[test]
fn a_refusal_without_a_field_of_one_meaning_is_said_of_the_draft() {
    for field in [None, Some(""), Some("postalCode")] {
        let found = violations(&rejected(field, "The order is not possible."), &with_both_addresses());
        let found: Vec<_> = found.iter().map(|it| (it.path.as_str(), it.expected.as_str())).collect();
        assert_eq!(found, [("draft", "The order is not possible.")], "{field:?}");
    }
    let mut order = with_both_addresses();
    order.personal.billing_address = None;
    assert_eq!(path_in(&order, "postalCode").as_deref(), Some("draft.shipping_address.postal_code"));
    let mut order = with_both_addresses();
    order.terms.warnings = vec![warning("draft.shipping_address.phone")];
    assert_eq!(path_in(&order, "phone").as_deref(), Some("draft.shipping_address.phone"));
}

#[test]
fn what_nobody_said_of_the_draft_is_no_violation() {
    let unknown = Rejection { by: RejectedBy::Mollie(404), ..rejected(None, "No such thing.") };
    for rejection in [unknown, Rejection::of_ours("too old"), rejected(Some("webhookUrl"), "Unreachable.")] {
        assert_eq!(violations(&rejection, &two_lines()), [], "{rejection}");
    }
}

#[test]
fn a_further_parameter_that_the_caller_gave_is_named() {
    let mut order = two_lines();
    order.terms.warnings = vec![warning("draft.payment.further_parameters.captureMode")];
    let named = Some("draft.payment.further_parameters.captureMode");
    for field in ["payment.captureMode", "payment[captureMode]", "payment.captureMode.0", "captureMode"] {
        assert_eq!(path_in(&order, field).as_deref(), named, "{field}");
    }
    assert_eq!(path_in(&order, "payment.routing").as_deref(), Some("draft.payment.further_parameters"));
    assert_eq!(path_in(&order, "payment").as_deref(), Some("draft.payment"));
}

#[test]
fn what_was_sent_is_shown_unless_it_is_personal_or_secret() {
    let mut order = with_both_addresses();
    order.terms.warnings = vec![warning("draft.payment.further_parameters.captureMode")];
    order.lines[0].metadata = Some(serde_json::json!({ "a": 1 }));
    for (field, got) in [
        ("lines.0.metadata", "7 bytes"),
        ("metadata", "nothing"),
        ("amount", "1027.99 EUR"),
        ("amount.value", "1027.99 EUR"),
        ("orderNumber", order.terms.order_number.as_str()),
        ("cancelUrl", "nothing"),
        ("lines.0.vatAmount", "121.14 EUR"),
        ("lines.0.quantity", "2"),
        ("lines.0.type", "physical"),
        ("lines.0.category", "nothing"),
        ("billingAddress.email", "18 characters"),
        ("billingAddress.country", "nothing"),
        ("consumerDateOfBirth", "nothing"),
        ("shippingAddress", ""),
        ("payment.cardToken", ""),
        ("payment.captureMode", ""),
        ("lines", ""),
        ("", ""),
    ] {
        let found = violations(&rejected(Some(field), "No."), &order);
        assert_eq!(found[0].got, got, "{field}");
    }
}

#[test]
fn of_every_field_that_is_one_value_something_is_shown() {
    let order = with_both_addresses();
    let shown = |path: String| violations(&rejected(Some(&path), "No."), &order).remove(0).got;
    let whole = ["lines", "billing_address", "shipping_address", "payment"];
    for field in FIELDS.into_iter().filter(|field| !whole.contains(field)) {
        assert_ne!(shown(field.to_owned()), "", "{field}");
    }
    for field in OF_LINES.into_iter().chain(["metadata"]) {
        assert_ne!(shown(format!("lines.0.{field}")), "", "{field}");
    }
    for field in OF_ADDRESSES {
        assert_ne!(shown(format!("billingAddress.{field}")), "", "{field}");
        assert_ne!(shown(format!("shippingAddress.{field}")), "", "{field}");
    }
}
