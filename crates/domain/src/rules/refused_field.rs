//! What Mollie refused of an order, on the path on which the caller wrote it. Mollie names a field in its own spelling, dotted
//! or flat, and counts lines from 0 or from 1: only what has one meaning is taken further than the list it belongs to.

use super::order::Order;
use super::payment;
use super::rejection::Rejection;
use super::violation::Finding;

/// The id under which Mollie's own words are shown.
pub const RULE: &str = "mollie.refused";

/// The fields of a draft. What else Mollie may name is not the caller's, such as `webhookUrl`.
const FIELDS: [&str; 14] = [
    "order_number",
    "amount",
    "lines",
    "billing_address",
    "shipping_address",
    "consumer_date_of_birth",
    "redirect_url",
    "cancel_url",
    "locale",
    "method",
    "payment",
    "metadata",
    "expires_on",
    "shopper_country_must_match_billing_country",
];
/// The fields of a line, and of an address, that no other part of an order has.
const OF_LINES: [&str; 10] = [
    "unit_price",
    "discount_amount",
    "total_amount",
    "vat_rate",
    "vat_amount",
    "quantity",
    "sku",
    "image_url",
    "product_url",
    "category",
];
const OF_ADDRESSES: [&str; 8] =
    ["given_name", "family_name", "email", "phone", "street_and_number", "postal_code", "city", "country"];

/// What Mollie's rejection says of the draft, as violations of it: one, or one for each part of an address that is missing.
#[must_use]
pub fn violations(rejection: &Rejection, order: &Order) -> Vec<Finding> {
    let Some(path) = rejection.field.as_deref().and_then(|field| path(field, order)) else {
        return Vec::new();
    };
    let parts = rejection.detail.split_once(" are missing: ").map(|(_, parts)| parts.trim_end_matches('.'));
    let parts = parts.filter(|_| path.ends_with("_address")).unwrap_or_default();
    let missing = parts.split(", ").filter(|part| !part.is_empty() && !part.contains(' '));
    let mut paths: Vec<_> = missing.map(|part| format!("{path}.{}", snake_case(part))).collect();
    if paths.is_empty() {
        paths.push(path);
    }
    let detail = || rejection.detail.clone();
    let found = |path| Finding { path, rule: RULE.to_owned(), expected: detail(), got: String::new() };
    paths.into_iter().map(found).collect()
}

/// Mollie's `lines.0.vatAmount` as `draft.lines[0].vat_amount`.
fn path(field: &str, order: &Order) -> Option<String> {
    let words: Vec<_> =
        field.split(['.', '[', ']']).filter(|word| !word.is_empty()).map(snake_case).collect();
    let (first, rest) = words.split_first()?;
    let first = if first == "expires_at" { "expires_on" } else { first.as_str() };
    if rest.iter().any(|word| word == "webhook_url") {
        return None;
    }
    if FIELDS.contains(&first) {
        return Some(match first {
            "lines" => of_lines(rest, order),
            "payment" if rest.first().is_some_and(|name| !is_of_payments(name)) => {
                "draft.payment.further_parameters".to_owned()
            }
            _ => joined(&format!("draft.{first}"), rest),
        });
    }
    flat(first, rest, order)
}

fn joined(path: &str, rest: &[String]) -> String {
    let words = rest.iter().filter(|word| word.parse::<usize>().is_err());
    words.fold(path.to_owned(), |path, word| format!("{path}.{word}"))
}

fn of_lines(rest: &[String], order: &Order) -> String {
    let Some((number, rest)) = rest.split_first() else { return "draft.lines".to_owned() };
    match number.parse().ok().and_then(|number| line(number, rest, order)) {
        Some(line) => joined(&format!("draft.lines[{line}]"), rest),
        // Which line is meant cannot be said, so neither what of it; Mollie's own words are beside it.
        None => "draft.lines".to_owned(),
    }
}

/// Nobody knows whether Mollie counts lines from 0 or from 1 here. A line that a warning had named is the one it means; without
/// warnings, only a number that has one meaning is understood.
fn line(number: usize, rest: &[String], order: &Order) -> Option<usize> {
    let candidates = [Some(number), number.checked_sub(1)].into_iter().flatten();
    let candidates: Vec<_> = candidates.filter(|line| *line < order.lines.len()).collect();
    let is_warned = |line: &usize| {
        let path = joined(&format!("draft.lines[{line}]"), rest);
        order.terms.warnings.iter().any(|warning| warning.path == path)
    };
    let warned: Vec<_> = candidates.iter().copied().filter(is_warned).collect();
    match (&warned[..], &candidates[..]) {
        ([one], _) | (_, [one]) => Some(*one),
        _ => None,
    }
}

/// The name of an inner field alone: understood where only one part of the order has it.
fn flat(first: &str, rest: &[String], order: &Order) -> Option<String> {
    if OF_LINES.contains(&first) {
        let path =
            if order.lines.len() == 1 { "draft.lines[0]" } else { return Some("draft.lines".to_owned()) };
        return Some(joined(&format!("{path}.{first}"), rest));
    }
    if is_of_payments(first) {
        return Some(joined(&format!("draft.payment.{first}"), rest));
    }
    let has_shipping = order.personal.shipping_address.is_some();
    let is_of_billing = OF_ADDRESSES.contains(&first) && !has_shipping;
    is_of_billing.then(|| joined(&format!("draft.billing_address.{first}"), rest))
}

/// Whether a field of a payment's own in the API stands for it. The webhook address is nobody's but ours.
fn is_of_payments(name: &str) -> bool {
    name != "webhook_url" && payment::NAMES.iter().any(|known| snake_case(known) == name)
}

fn snake_case(word: &str) -> String {
    let mut snake = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::recorded;
    use crate::rules::rejection::RejectedBy;

    fn path_in(order: &Order, field: &str) -> Option<String> {
        path(field, order)
    }

    fn two_lines() -> Order {
        recorded().order().clone()
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
        ] {
            assert_eq!(path_in(&two_lines(), field).as_deref(), Some(expected), "{field}");
        }
        for field in ["webhookUrl", "payment.webhookUrl", "testmode", ""] {
            assert_eq!(path_in(&two_lines(), field), None, "{field}");
        }
    }

    #[test]
    fn a_line_that_was_warned_of_is_the_one_that_mollie_means() {
        let mut order = two_lines();
        for (warned, expected) in [(0, "draft.lines[0].vat_amount"), (1, "draft.lines[1].vat_amount")] {
            let path = format!("draft.lines[{warned}].vat_amount");
            let (rule, expected_text) = ("line.vat_half".to_owned(), String::new());
            order.terms.warnings = vec![Finding { path, rule, expected: expected_text, got: String::new() }];
            assert_eq!(path_in(&order, "lines.1.vatAmount").as_deref(), Some(expected));
        }
    }

    #[test]
    fn each_part_of_an_address_that_is_missing_is_a_violation() {
        let rejection = Rejection {
            by: RejectedBy::Mollie(422),
            title: "Unprocessable Entity".to_owned(),
            detail: "The following fields of the billingAddress are missing: city, country".to_owned(),
            field: Some("billingAddress".to_owned()),
            extra: None,
        };
        let found = violations(&rejection, &two_lines());
        let paths: Vec<_> = found.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["draft.billing_address.city", "draft.billing_address.country"]);
    }
}
