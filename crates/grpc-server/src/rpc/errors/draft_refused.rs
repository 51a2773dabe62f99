//! The error for an order that Mollie rejected: Mollie's text, and the field it names, as the caller writes it.

use domain::rules::order::Order;
use domain::rules::rejection::Rejection;
use tonic::Status;
use tonic_types::FieldViolation;

use super::{described, of_mollie, shown};

/// The fields of a draft. Other fields that Mollie may name, such as `webhookUrl`, are not the caller's.
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

/// Mollie's rejection of an order that is recorded here.
pub fn draft_refused(rejection: &Rejection, order: &Order) -> Status {
    let mut failure = of_mollie(rejection, "order", order.id);
    let named = rejection.field.as_deref().and_then(|field| path(field, order.lines.len()));
    if let Some(path) = named {
        let detail = described(&rejection.detail);
        failure.text.head = format!("Mollie refused {}: {detail}", shown(&path));
        let mut violation = FieldViolation::new(shown(&path), &detail);
        "MOLLIE_REFUSED".clone_into(&mut violation.reason);
        failure.faults.fields = vec![violation];
        failure = failure.unmet("MOLLIE_REFUSED", [(shown(&path), detail)]).with("field", path);
    }
    failure.status()
}

/// Mollie's `lines.0.vatAmount` as `draft.lines[0].vat_amount`; `lines`: how many the draft has.
fn path(field: &str, lines: usize) -> Option<String> {
    let mut path = "draft".to_owned();
    let mut words = field.split('.').map(snake_case).peekable();
    let first = match words.next()?.as_str() {
        "expires_at" => "expires_on".to_owned(),
        other => FIELDS.into_iter().find(|known| *known == other)?.to_owned(),
    };
    let is_payment = first == "payment";
    path.push('.');
    path.push_str(&first);
    if first == "lines" && words.peek().is_some() {
        match words.next()?.parse().ok().and_then(|number| line(number, lines)) {
            Some(line) => path.push_str(&format!("[{line}]")),
            // The line is ambiguous, so its field is left out; Mollie's own text is beside it.
            None => return Some(path),
        }
    }
    for word in words.filter(|word| word.parse::<usize>().is_err()) {
        if is_payment && word == "webhook_url" {
            return None;
        }
        path.push('.');
        path.push_str(&word);
    }
    Some(path)
}

/// It is not documented whether Mollie counts lines from 0 or from 1 here: only an unambiguous number is used.
fn line(number: usize, lines: usize) -> Option<usize> {
    match number {
        0 => Some(0),
        last if last == lines => Some(last - 1),
        _ => None,
    }
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
    use super::path;

    #[test]
    fn mollies_field_is_named_as_the_caller_writes_it() {
        for (field, expected) in [
            ("method", "draft.method"),
            ("method.0", "draft.method"),
            ("amount", "draft.amount"),
            ("expiresAt", "draft.expires_on"),
            ("redirectUrl", "draft.redirect_url"),
            ("billingAddress.postalCode", "draft.billing_address.postal_code"),
            ("payment.company.vatNumber", "draft.payment.company.vat_number"),
            ("lines", "draft.lines"),
            ("lines.0.vatAmount", "draft.lines[0].vat_amount"),
            ("lines.2.unitPrice.value", "draft.lines[1].unit_price.value"),
            // The first one counted from 1, or the second one counted from 0.
            ("lines.1.vatAmount", "draft.lines"),
            ("lines.7.vatAmount", "draft.lines"),
        ] {
            assert_eq!(path(field, 2).as_deref(), Some(expected), "{field}");
        }
        for field in ["webhookUrl", "payment.webhookUrl", "testmode", ""] {
            assert_eq!(path(field, 2), None, "{field}");
        }
    }
}
