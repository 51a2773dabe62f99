//! Why an operator's decision was not accepted: what differs, and what to do instead.

use domain::rules::operation::OperationState;
use domain::workflow::operator::OperatorError;
use tonic::{Code, Status};

use super::{Failure, SOON, contended, gateway, not_found, store};
use crate::proto::ErrorReason;

pub fn operator(error: OperatorError) -> Status {
    match error {
        OperatorError::OperationNotFound(id) => {
            not_found(ErrorReason::OperationNotFound, format_args!("operation {id}"))
        }
        OperatorError::OrderNotFound(id) => not_found(ErrorReason::OrderNotFound, format_args!("order {id}")),
        OperatorError::ItemNotFound { order, number } => {
            not_found(ErrorReason::ReviewItemNotFound, format_args!("review item {number} on order {order}"))
        }
        OperatorError::WrongState { is } => {
            let description = format!("The operation is {}: {}", is.as_str(), instead(is));
            unmet(ErrorReason::OperationNeedsNoAttention, description, |failure| {
                failure.with("state", is.as_str().to_uppercase())
            })
        }
        OperatorError::NotAtMollie { mollie_id } => {
            let description = format!(
                "Mollie has no {mollie_id} that this operation could have made; nothing was changed. Copy the id from \
                 Mollie's dashboard."
            );
            unmet(ErrorReason::NotAtMollie, description, |failure| failure.with("mollie_id", mollie_id))
        }
        OperatorError::DoesNotFit { mollie_id, difference } => {
            let description = format!(
                "{mollie_id} is not the effect of this operation: {difference}. Nothing was changed; find the one that is, \
                 or say that the operation had no effect."
            );
            unmet(ErrorReason::EffectDoesNotFit, description, |failure| {
                failure.with("mollie_id", mollie_id).with("difference", difference)
            })
        }
        OperatorError::Unverified(error) => gateway(&error),
        OperatorError::Contended => contended(),
        OperatorError::Store(error) => store(error),
    }
}

fn instead(state: OperationState) -> &'static str {
    match state {
        OperationState::Pending | OperationState::InFlight | OperationState::Resolving => {
            "the service resolves it by itself."
        }
        OperationState::Succeeded | OperationState::Rejected | OperationState::Withdrawn => "that is final.",
        OperationState::NeedsAttention => "decide again.",
    }
}

fn unmet(reason: ErrorReason, description: String, facts: impl FnOnce(Failure) -> Failure) -> Status {
    let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
    let unmet = ("operation".to_owned(), description.clone());
    facts(Failure::new(Code::FailedPrecondition, reason, description)).unmet(name, [unmet]).status()
}

/// The decision is still being carried out after the call deadline.
pub fn decision_pending() -> Status {
    Failure::new(
        Code::Unavailable,
        ErrorReason::OutcomePending,
        "The decision is still being carried out; read the operation again to see the outcome.",
    )
    .retry(SOON)
    .status()
}
