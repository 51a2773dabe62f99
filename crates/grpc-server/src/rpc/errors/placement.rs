//! The errors for an order that Mollie does not have: not yet, or never.

use domain::rules::order::Order;
use tonic::{Code, Status};

use super::{Failure, SOON};
use crate::proto::ErrorReason;

/// The order is recorded, and Mollie's answer is not known yet.
pub fn placement_pending(order: &Order, operation: Option<impl ToString>, is_key_refused: bool) -> Status {
    let (reason, text) = if is_key_refused {
        let text = "The order is recorded, but Mollie does not accept the API key of its profile. An operator must put the right \
                    key in place; repeat with the same request_id to learn the outcome.";
        (ErrorReason::ProfileKeyRefused, text)
    } else {
        let text =
            "The order is recorded and will be placed; repeat with the same request_id to learn the outcome.";
        (ErrorReason::PlacementPending, text)
    };
    let failure = Failure::new(Code::Unavailable, reason, text).with("profile", &order.profile);
    let failure = failure.with("order_id", order.id).retry(SOON);
    match operation {
        Some(id) => failure.with("operation_id", id).status(),
        None => failure.status(),
    }
}

/// The order was given up before Mollie had it.
pub fn placement_abandoned(order: &Order) -> Status {
    Failure::new(
        Code::FailedPrecondition,
        ErrorReason::PlacementAbandoned,
        "This placement was given up before Mollie had it; place the order again with a new request_id.",
    )
    .with("order_id", order.id)
    .status()
}
