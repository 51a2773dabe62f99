//! What Mollie refused of an order, on the path on which the caller wrote it. Mollie names a field in its own spelling, dotted
//! or flat, and counts lines from 0 or from 1: only what has one meaning is taken further than the part that holds it, and what has
//! none is said of the draft as a whole.

use super::order::Order;
use super::payment::further::NAMES;
use super::rejection::Rejection;
use super::text::snake_case;
use super::violation::Finding;

mod sent;

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
const OF_LINES: [&str; 13] = [
    "name",
    "type",
    "quantity_unit",
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
const OF_ADDRESSES: [&str; 12] = [
    "organization_name",
    "title",
    "given_name",
    "family_name",
    "email",
    "phone",
    "street_and_number",
    "street_additional",
    "postal_code",
    "city",
    "region",
    "country",
];
/// Parameters that this service sets, or its profile: no value of the caller's is wrong there.
const OURS: [&str; 3] = ["webhook_url", "profile_id", "testmode"];

const DRAFT: &str = "draft";
const FURTHER: &str = "draft.payment.further_parameters";

/// What Mollie's rejection says of the draft, as violations of it: one, or one for each part of an address that is missing. None
/// where it is about what the caller has no say in.
#[must_use]
pub fn violations(rejection: &Rejection, order: &Order) -> Vec<Finding> {
    let of_the_whole = (rejection.status() == Some(422)).then_some("");
    let Some(path) = rejection.field.as_deref().or(of_the_whole).and_then(|field| path(field, order)) else {
        return Vec::new();
    };
    let parts = rejection.detail.split_once(" are missing: ").map(|(_, parts)| parts.trim_end_matches('.'));
    let parts = parts.filter(|_| path.ends_with("_address")).unwrap_or_default();
    let missing = parts.split(", ").filter(|part| !part.is_empty() && !part.contains(' '));
    let mut paths: Vec<_> = missing.map(|part| format!("{path}.{}", snake_case(part))).collect();
    if paths.is_empty() {
        paths.push(path);
    }
    let found = |path: String| {
        let got = sent::shown(&path, order).unwrap_or_default();
        Finding { path, rule: RULE.to_owned(), expected: rejection.detail.clone(), got }
    };
    paths.into_iter().map(found).collect()
}

/// Mollie's `lines.0.vatAmount` as `draft.lines[0].vat_amount`.
fn path(field: &str, order: &Order) -> Option<String> {
    let names: Vec<_> = field.split(['.', '[', ']']).filter(|name| !name.is_empty()).collect();
    let words: Vec<_> = names.iter().copied().map(snake_case).collect();
    if words.iter().any(|word| OURS.contains(&word.as_str())) {
        return None;
    }
    let Some((first, rest)) = words.split_first() else { return Some(DRAFT.to_owned()) };
    Some(match first.as_str() {
        "expires_at" => "draft.expires_on".to_owned(),
        "lines" => of_lines(rest, order),
        "payment" => of_payment(rest, names.get(1), order),
        first if FIELDS.contains(&first) => joined(&format!("draft.{first}"), rest),
        first => {
            flat(first, rest, order).or_else(|| further(names[0], order)).unwrap_or_else(|| DRAFT.to_owned())
        }
    })
}

fn of_payment(rest: &[String], name: Option<&&str>, order: &Order) -> String {
    match (rest.first(), name) {
        (Some(word), Some(name)) if !is_of_payments(word) => {
            further(name, order).unwrap_or_else(|| FURTHER.to_owned())
        }
        _ => joined("draft.payment", rest),
    }
}

/// A further parameter, if the caller gave one of this name: then it was warned of.
fn further(name: &str, order: &Order) -> Option<String> {
    Some(format!("{FURTHER}.{name}")).filter(|path| is_warned(path, order))
}

fn is_warned(path: &str, order: &Order) -> bool {
    order.terms.warnings.iter().any(|warning| warning.path == path)
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
    let is_warned = |line: &usize| is_warned(&joined(&format!("draft.lines[{line}]"), rest), order);
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
    OF_ADDRESSES.contains(&first).then(|| of_addresses(&joined(first, rest), order)).flatten()
}

/// A part of the only address, or of the one that was warned of it.
fn of_addresses(part: &str, order: &Order) -> Option<String> {
    let billing = order.personal.billing_address.as_ref().map(|_| format!("draft.billing_address.{part}"));
    let shipping = order.personal.shipping_address.as_ref().map(|_| format!("draft.shipping_address.{part}"));
    let candidates: Vec<_> = [billing, shipping].into_iter().flatten().collect();
    let warned: Vec<_> = candidates.iter().filter(|path| is_warned(path, order)).collect();
    match (&warned[..], &candidates[..]) {
        ([one], _) => Some((*one).clone()),
        (_, [one]) => Some(one.clone()),
        // The one that an order has as a rule.
        (_, []) => Some(format!("draft.billing_address.{part}")),
        _ => None,
    }
}

/// Whether a field of a payment's own in the API stands for it.
fn is_of_payments(name: &str) -> bool {
    NAMES.iter().any(|known| snake_case(known) == name)
}

#[cfg(test)]
mod tests;
