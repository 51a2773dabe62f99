//! Errors for callers: one reason each, and what to do. Internal text is logged, never returned.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use domain::ports::{GatewayError, StoreError, rests};
use domain::rules::ids::{OperationId, ProfileName};
use domain::rules::misread::Misread;
use domain::rules::precondition::{FailedPrecondition, PreconditionReason, Whereabouts};
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::workflow::MutationError;
use domain::workflow::sync::SyncError;
use persistence::Repeats;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, PreconditionViolation, StatusExt};
use tracing::error;

use crate::identity::Method;
use crate::proto::ErrorReason;

mod draft_refused;
mod elsewhere;
mod fit;
mod identity;
mod load;
mod methods;
mod number_held;
mod operator;
mod placement;
mod request;
mod stream;

use fit::{Faults, Text, described, fact, fitted};

pub use draft_refused::draft_refused;
pub use elsewhere::shipped_elsewhere;
pub use fit::shown;
pub use identity::{not_recognised, role_missing};
pub use load::{Bound, restoring, too_many_calls, too_many_streams};
pub use methods::methods;
pub use number_held::number_held;
pub use operator::{decision_pending, operator};
pub use placement::{placement_abandoned, placement_pending};
pub use request::{compressed, invalid, no_message, no_such_method, not_accepted, too_large};
pub use stream::{
    connection_closing, not_known_any_more, reader_too_slow, stopping, stream_broken, token_refused,
};

const DOMAIN: &str = "orders.v1";

/// When to retry.
const SOON: Duration = Duration::from_secs(1);

/// A failure being built.
pub struct Failure {
    code: Code,
    reason: ErrorReason,
    text: Text,
    metadata: HashMap<String, String>,
    faults: Faults,
    /// Rules of docs/rules.md, by their ids.
    rules: Vec<&'static str>,
    retry: Option<Duration>,
}

impl Failure {
    pub fn new(code: Code, reason: ErrorReason, message: impl Into<String>) -> Self {
        let text = Text { head: message.into(), lines: Vec::new(), count: 0, complete: None };
        let (metadata, faults) = (HashMap::new(), Faults::default());
        Self { code, reason, text, metadata, faults, rules: Vec::new(), retry: None }
    }

    /// Adds a fact to the metadata.
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.metadata.insert(key.to_owned(), fact(&value.to_string()));
        self
    }

    /// Adds the preconditions that do not hold.
    fn unmet(mut self, name: &str, unmet: impl IntoIterator<Item = (String, String)>) -> Self {
        let violation =
            |(subject, text): (String, String)| PreconditionViolation::new(name, subject, described(&text));
        self.faults.unmet = unmet.into_iter().map(violation).collect();
        self
    }

    /// Sets when to retry.
    pub fn retry(mut self, after: Duration) -> Self {
        self.retry = Some(after);
        self
    }

    /// The answer, with as much as fits.
    pub fn status(self) -> Status {
        let Self { code, reason, text, metadata, faults, rules, retry } = self;
        let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        let mut status = fitted(&text, &faults, |message, faults| {
            let mut details = ErrorDetails::new();
            details.set_error_info(name, DOMAIN, metadata.clone());
            if !faults.fields.is_empty() {
                details.set_bad_request(faults.fields);
            }
            if !faults.unmet.is_empty() {
                details.set_precondition_failure(faults.unmet);
            }
            for rule in &rules {
                details.add_help_link(*rule, format!("docs/rules.md#{rule}"));
            }
            if let Some(after) = retry {
                details.set_retry_info(Some(after));
            }
            Status::with_error_details(code, message, details)
        });
        if let Some(after) = retry
            && let Ok(pushback) = after.as_millis().to_string().parse()
        {
            status.metadata_mut().insert("grpc-retry-pushback-ms", pushback);
        }
        status
    }
}

pub fn mutation(error: MutationError) -> Status {
    match error {
        MutationError::Invalid(faults) => invalid(faults),
        MutationError::RequestReused { method } => Failure::new(
            Code::AlreadyExists,
            ErrorReason::RequestIdReused,
            format!("This request_id was used for another request to {method}; use a new one for a new request."),
        )
        .with("method", method)
        .status(),
        MutationError::OrderNotFound(id) => not_found(ErrorReason::OrderNotFound, format_args!("order {id}")),
        MutationError::Forbidden { method, profile } => {
            Method::named(method).map_or_else(internal, |method| role_missing(method, Some(&profile)))
        }
        MutationError::EtagMismatch { given, actual } => Failure::new(
            Code::Aborted,
            ErrorReason::EtagMismatch,
            format!(
                "The order has changed: its etag is \"{actual}\" now, not \"{given}\". Read the order again before you retry."
            ),
        )
        .with("given", given)
        .with("actual", actual)
        .status(),
        MutationError::Precondition(refusal) => refused(refusal),
        MutationError::NumberHeld { by, order_number, holder } => number_held(by, &order_number, &holder),
        MutationError::Unconfirmed(error) => gateway(&error),
        MutationError::DeadlinePassed => Failure::new(
            Code::DeadlineExceeded,
            ErrorReason::DeadlinePassed,
            "The deadline passed before anything was saved; repeat the same request with more time.",
        )
        .status(),
        MutationError::Contended => contended(),
        MutationError::Store(error) => store(error),
    }
}

pub fn sync(error: SyncError) -> Status {
    match error {
        SyncError::OrderNotFound(id) => not_found(ErrorReason::OrderNotFound, format_args!("order {id}")),
        SyncError::NotPlaced => Failure::new(
            Code::FailedPrecondition,
            ErrorReason::OrderNotPlaced,
            "Mollie has not confirmed this order, so there is nothing to read there.",
        )
        .status(),
        SyncError::Gateway(error) => gateway(&error),
        SyncError::Contended => contended(),
        SyncError::Store(error) => store(error),
    }
}

static TOLD: Repeats = Repeats::new();
static UNCONFIRMED: Repeats = Repeats::new();

pub fn store(error: StoreError) -> Status {
    store_failure(error).status()
}

fn store_failure(error: StoreError) -> Failure {
    match error {
        StoreError::Unavailable(text) => {
            if let Some(left_out) = TOLD.due() {
                error!(error = text, left_out, "storage is not available");
            }
            Failure::new(
                Code::Unavailable,
                ErrorReason::StorageUnavailable,
                "The database cannot be reached now; try again.",
            )
            .retry(SOON)
        }
        StoreError::Inconsistent(text) => {
            error!(error = text, "storage holds something unexpected");
            Failure::new(
                Code::Internal,
                ErrorReason::Internal,
                "The stored data is not as expected; the log has details.",
            )
        }
    }
}

/// A refusal needs a confirmed state: if it could not be confirmed, the caller may retry, whatever the cause.
fn gateway(error: &GatewayError) -> Status {
    if !matches!(error, GatewayError::NoKey(_))
        && let Some(left_out) = UNCONFIRMED.due()
    {
        error!(%error, left_out, "the order's state cannot be confirmed at Mollie");
    }
    let failure = |reason, message: &str| Failure::new(Code::Unavailable, reason, message);
    let failure = match error {
        GatewayError::Unavailable(_) | GatewayError::Later { .. } => failure(
            ErrorReason::MollieUnavailable,
            "The order's state cannot be confirmed at Mollie now; nothing was changed. Try again.",
        ),
        GatewayError::NoKey(profile) => return profile_retired(profile),
        GatewayError::NotFound | GatewayError::KeyRefused(_) => failure(
            ErrorReason::ProfileKeyRefused,
            "Mollie does not accept the profile's API key, or does not know the order under it; an operator must check the key.",
        ),
        GatewayError::Unreadable(Misread { field: None, .. }) => failure(
            ErrorReason::MollieUnavailable,
            "Mollie's answer cannot be relied on; the log has details. Nothing was changed.",
        ),
        // We word the problem ourselves, and it holds nothing personal.
        GatewayError::Unreadable(Misread { field: Some(field), problem }) => {
            let message =
                format!("Mollie's answer cannot be relied on at {field}: {problem}. Nothing was changed.");
            failure(ErrorReason::MollieUnavailable, &message).with("field", field)
        }
    };
    failure.retry(error.pause().unwrap_or(SOON).max(SOON)).status()
}

/// Nothing can be done at Mollie for a profile without a key; trying again is no use.
fn profile_retired(profile: &ProfileName) -> Status {
    let text = rests(profile);
    let unmet = [(format!("profiles/{profile}"), text.clone())];
    Failure::new(
        Code::FailedPrecondition,
        ErrorReason::ProfileRetired,
        format!("Nothing was changed: {text}. An operator must give it."),
    )
    .with("profile", profile)
    .unmet("PROFILE_RETIRED", unmet)
    .status()
}

/// The work goes on after the caller's deadline.
pub fn outcome_pending() -> Status {
    Failure::new(
        Code::Unavailable,
        ErrorReason::OutcomePending,
        "Its outcome is not known yet, and it may still be recorded; repeat with the same request_id to learn it.",
    )
    .retry(SOON)
    .status()
}

/// An operation is recorded, and its outcome is not known yet.
pub fn operation_pending(id: OperationId, what: &str) -> Status {
    let text = format!(
        "The {what} is recorded, and Mollie's answer is not known yet; repeat with the same request_id to learn it."
    );
    Failure::new(Code::Unavailable, ErrorReason::OutcomePending, text)
        .with("operation_id", id)
        .retry(SOON)
        .status()
}

/// A further payment that was not opened while its shopper waited.
pub fn payment_given_up(id: OperationId) -> Status {
    let text = "This payment was given up, as Mollie could not be reached in time; ask for another with a new request_id.";
    Failure::new(Code::FailedPrecondition, ErrorReason::OrderNotPayable, text)
        .with("operation_id", id)
        .status()
}

/// A change of an order that was given up before Mollie had it.
pub fn change_given_up(id: OperationId) -> Status {
    let text = "This change was given up before Mollie had it, and nothing was changed; ask for it anew with a new request_id.";
    Failure::new(Code::FailedPrecondition, ErrorReason::MollieRefused, text).with("operation_id", id).status()
}

pub fn contended() -> Status {
    Failure::new(
        Code::Aborted,
        ErrorReason::Contended,
        "The order was changed concurrently too often; try again.",
    )
    .retry(SOON)
    .status()
}

/// `what`: the thing, as the caller named it.
pub fn not_found(reason: ErrorReason, what: impl Display) -> Status {
    Failure::new(Code::NotFound, reason, format!("There is no {what}.")).status()
}

fn refused(refusal: FailedPrecondition) -> Status {
    let reason = refusal_reason(refusal.reason);
    let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
    let lines: Vec<_> = refusal.unmet.iter().map(|unmet| described(&unmet.description)).collect();
    let unmet = refusal.unmet.into_iter().map(|unmet| (unmet.subject, unmet.description));
    let mut failure = Failure::new(Code::FailedPrecondition, reason, "").unmet(name, unmet);
    failure = failure.with("faults", lines.len());
    failure.text = Text { count: lines.len(), lines, ..failure.text };
    if let Some(by) = refusal.superseded_by {
        failure = failure.with("superseded_by", by);
    }
    let Whereabouts { shipments, mollie_shipments } = &refusal.whereabouts;
    if !shipments.is_empty() {
        failure = failure.with("shipment_ids", listed(shipments));
    }
    if !mollie_shipments.is_empty() {
        failure = failure.with("mollie_shipment_ids", listed(mollie_shipments));
    }
    failure.status()
}

fn listed(ids: &[impl ToString]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn refusal_reason(reason: PreconditionReason) -> ErrorReason {
    match reason {
        PreconditionReason::OrderNotPlaced => ErrorReason::OrderNotPlaced,
        PreconditionReason::OrderNeedsAttention => ErrorReason::OrderNeedsAttention,
        PreconditionReason::StatusNotUnderstood => ErrorReason::StatusNotUnderstood,
        PreconditionReason::OrderNotShippable => ErrorReason::OrderNotShippable,
        PreconditionReason::LineNotShippable => ErrorReason::LineNotShippable,
        PreconditionReason::ShipmentRefused => ErrorReason::ShipmentRefused,
        PreconditionReason::ParcelsHeld => ErrorReason::ParcelsHeld,
        PreconditionReason::QuantityNotAvailable => ErrorReason::QuantityNotAvailable,
        PreconditionReason::NothingRemaining => ErrorReason::NothingRemaining,
        PreconditionReason::OrderNotCancelable => ErrorReason::OrderNotCancelable,
        PreconditionReason::CaptureOutOfBounds => ErrorReason::CaptureOutOfBounds,
        PreconditionReason::DeductionLeft => ErrorReason::DeductionLeft,
        PreconditionReason::LineNotCancelable => ErrorReason::LineNotCancelable,
        PreconditionReason::OrderNotRefundable => ErrorReason::OrderNotRefundable,
        PreconditionReason::LineNotRefundable => ErrorReason::LineNotRefundable,
        PreconditionReason::RefundOutOfBounds => ErrorReason::RefundOutOfBounds,
        PreconditionReason::RefundNotCancelable => ErrorReason::RefundNotCancelable,
        PreconditionReason::OrderNotPayable | PreconditionReason::PaymentOpen => ErrorReason::OrderNotPayable,
        PreconditionReason::PaymentFinal => ErrorReason::PaymentFinal,
        PreconditionReason::OrderNotChangeable => ErrorReason::OrderNotChangeable,
        PreconditionReason::LineNotChangeable => ErrorReason::LineNotChangeable,
        PreconditionReason::LinesChanging => ErrorReason::LinesChanging,
        PreconditionReason::NumberChanging => ErrorReason::OrderNumberChanging,
        PreconditionReason::OrderNotSupersedable => ErrorReason::OrderNotSupersedable,
        PreconditionReason::OrderSuperseded => ErrorReason::OrderSuperseded,
        PreconditionReason::OrderRestored => ErrorReason::OrderRestored,
    }
}

/// Mollie's rejection of something that is recorded here as `resource`.
pub fn mollie_refused(rejection: &Rejection, resource: &str, id: impl ToString) -> Status {
    of_mollie(rejection, resource, id).status()
}

fn of_mollie(rejection: &Rejection, resource: &str, id: impl ToString) -> Failure {
    let words = if rejection.detail.trim().is_empty() { &rejection.title } else { &rejection.detail };
    let field = rejection.field.as_ref().map(|field| format!(" (Mollie's field: {})", shown(field)));
    let message = format!("{}: {}{}", refused_by(rejection.by), described(words), field.unwrap_or_default());
    let mut failure = Failure::new(Code::FailedPrecondition, ErrorReason::MollieRefused, message)
        .with(&format!("{resource}_id"), id)
        .with("mollie_status", rejection.status().unwrap_or_default())
        .with("mollie_title", &rejection.title)
        .with("mollie_detail", &rejection.detail);
    if let Some(field) = &rejection.field {
        failure = failure.with("mollie_field", field);
    }
    failure.unmet("MOLLIE_REFUSED", [(resource.to_owned(), rejection.detail.clone())])
}

/// The shipment to be tracked was rejected.
pub fn nothing_to_follow(operation: impl ToString) -> Status {
    let text = "The shipment was refused: it has no parcel to track.";
    Failure::new(Code::FailedPrecondition, ErrorReason::ShipmentRefused, text)
        .with("operation_id", operation)
        .status()
}

/// Who rejected it. Callers can tell these apart only by the text: what to do is the same.
const fn refused_by(by: RejectedBy) -> &'static str {
    match by {
        RejectedBy::Mollie(_) => "Mollie refused",
        RejectedBy::Operator => "An operator decided that Mollie did not do it",
        RejectedBy::Service | RejectedBy::Overtaken => "The service gave it up",
    }
}

/// Mollie has not answered before the call deadline.
pub fn mollie_slow() -> Status {
    gateway(&GatewayError::Unavailable("no answer before the call deadline".to_owned()))
}

/// A fault of the service.
pub fn internal() -> Status {
    Failure::new(Code::Internal, ErrorReason::Internal, "A fault of the service; the log has details.")
        .status()
}

#[cfg(test)]
mod tests {
    use domain::rules::precondition::Unmet;

    use super::fit::header_bytes;
    use super::*;

    #[test]
    fn a_hundred_and_nineteen_shipped_lines_make_one_readable_refusal() {
        let unmet = |n: u32| Unmet {
            subject: format!("lines/{n}"),
            description: format!(
                "Line {n} (\"Bugatti Chiron {n}\"): 1 requested, 0 available: 1 of 1 is shipped."
            ),
        };
        let refusal = FailedPrecondition {
            reason: PreconditionReason::QuantityNotAvailable,
            unmet: (1..=119).map(unmet).collect(),
            whereabouts: Whereabouts::default(),
            superseded_by: None,
        };
        let status = mutation(MutationError::Precondition(refusal));
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().metadata["faults"], "119");
        let violations = details.precondition_failure().unwrap().violations.len();
        let lines: Vec<_> = status.message().lines().collect();
        assert!(lines[0].starts_with("Line 1 ") && lines[1].starts_with("Line 2 "), "{lines:?}");
        assert_eq!(*lines.last().unwrap(), format!("and {} more", 119 - (lines.len() - 1)));
        assert!(violations >= 5 && lines.len() > 5, "{violations} {}", lines.len());
        assert!(header_bytes(status) <= 6 * 1024);
    }

    #[test]
    fn mollies_rejection_arrives_however_long_it_is() {
        let rejection = Rejection {
            by: RejectedBy::Mollie(422),
            title: "Unprocessable Entity".to_owned(),
            detail: "ü".repeat(10_000),
            field: Some("lines.0.amount".repeat(900)),
            extra: None,
        };
        let status = mollie_refused(&rejection, "order", "019");
        assert!(status.message().starts_with("Mollie refused: ü"));
        assert_eq!(status.get_error_details().precondition_failure().unwrap().violations.len(), 1);
        assert!(header_bytes(status) <= 6 * 1024);
    }
}
