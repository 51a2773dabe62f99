//! The error for an order that Mollie rejected: Mollie's text, and the field it names, as the caller writes it.

use domain::rules::order::Order;
use domain::rules::refused_field;
use domain::rules::rejection::Rejection;
use domain::rules::violation::Finding;
use tonic::Status;
use tonic_types::FieldViolation;

use super::{described, of_mollie, shown};

/// Mollie's refusal of an order that is kept here.
pub fn draft_refused(rejection: &Rejection, order: &Order) -> Status {
    let mut failure = of_mollie(rejection, "order", order.id);
    if let Some(extra) = &rejection.extra {
        failure = failure.with("mollie_extra", extra);
    }
    let found = refused_field::violations(rejection, order);
    if let Some(first) = found.first() {
        let detail = described(&rejection.detail);
        failure.text.head = format!("Mollie refused {}: {detail}", shown(&first.path));
        let unmet = found.iter().map(|it| (shown(&it.path), described(&it.expected)));
        failure.faults.fields = found.iter().map(field_violation).collect();
        failure = failure.unmet("MOLLIE_REFUSED", unmet.collect::<Vec<_>>()).with("field", &first.path);
    }
    failure.status()
}

fn field_violation(found: &Finding) -> FieldViolation {
    let mut violation = FieldViolation::new(shown(&found.path), described(&found.expected));
    "MOLLIE_REFUSED".clone_into(&mut violation.reason);
    violation
}
