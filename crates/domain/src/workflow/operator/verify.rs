//! Verifies that the id an operator names at Mollie is the effect of the operation. Writes nothing.

use super::error::OperatorError;
use crate::operations::kind::Named;
use crate::operations::operation::Operation;
use crate::ports::{Acceptance, GatewayError, Ports, StoreError};
use crate::rules::call_rate::Rank;
use crate::rules::order::Order;
use crate::workflow::{resolve, settle};

/// The effect that the id refers to, as the operation's room recognises it.
pub(super) async fn effect<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
    mollie_id: &str,
) -> Result<Acceptance, OperatorError> {
    let kind = operation.task.kind();
    let sought = kind.seek(order, Some(mollie_id)).ok_or_else(|| {
        StoreError::Inconsistent(format!("operation {} has nothing to observe", operation.id))
    })?;
    let mollie_id = mollie_id.to_owned();
    let followed = resolve::followed(ports, order, &sought).await?;
    let seen = match resolve::read(ports, Rank::First, order, &sought, &followed).await {
        Ok(seen) => seen,
        Err(GatewayError::NotFound) => return Err(OperatorError::NotAtMollie { mollie_id }),
        Err(
            error @ (GatewayError::Unavailable(_)
            | GatewayError::Later { .. }
            | GatewayError::KeyRefused(_)
            | GatewayError::NoKey(_)
            | GatewayError::Unreadable(_)),
        ) => return Err(OperatorError::Unverified(error)),
    };
    let related = resolve::related(ports, order, kind.facts().needs, &seen).await?;
    let secret = settle::opened(ports, operation);
    match kind.identify(related.book(order, secret.as_deref()), &seen, &mollie_id) {
        Named::Effect(effect) => Ok(effect),
        Named::Nothing => Err(OperatorError::NotAtMollie { mollie_id }),
        Named::Other(difference) => Err(OperatorError::DoesNotFit { mollie_id, difference }),
        Named::NotUnderstood(misread) => Err(OperatorError::Unverified(GatewayError::Unreadable(misread))),
    }
}
