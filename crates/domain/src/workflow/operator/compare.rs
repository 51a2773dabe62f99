//! What an operation was to do beside what Mollie shows now. Writes nothing.

use super::error::OperatorError;
use crate::operations::operation::Operation;
use crate::ports::{GatewayError, Ports, Store};
use crate::rules::call_rate::Rank;
use crate::rules::comparison::Comparison;
use crate::rules::ids::OperationId;
use crate::workflow::{resolve, settle};

/// Reads Mollie, and compares. An order that is not at Mollie shows nothing.
///
/// # Errors
/// [`OperatorError`]: there is no such operation, or Mollie cannot be read.
pub async fn compare<P: Ports>(ports: &P, id: OperationId) -> Result<(Operation, Comparison), OperatorError> {
    let operation = ports.store().load_operation(id).await?.ok_or(OperatorError::OperationNotFound(id))?;
    let order = settle::order(ports, operation.order_id).await?;
    let kind = operation.task.kind();
    let seen = match kind.seek(&order, None) {
        None => Vec::new(),
        Some(sought) => {
            let followed = resolve::followed(ports, &order, &sought).await?;
            match resolve::read(ports, Rank::Asked, &order, &sought, &followed).await {
                Ok(seen) => seen,
                Err(GatewayError::NotFound) => Vec::new(),
                Err(
                    error @ (GatewayError::Unavailable(_)
                    | GatewayError::Later { .. }
                    | GatewayError::KeyRefused(_)
                    | GatewayError::NoKey(_)
                    | GatewayError::Unreadable(_)),
                ) => return Err(OperatorError::Unverified(error)),
            }
        }
    };
    let related = resolve::related(ports, &order, kind.facts().needs, &seen).await?;
    let secret = settle::opened(ports, &operation);
    let comparison = kind.compare(&operation, related.book(&order, secret.as_deref()), &seen);
    Ok((operation, comparison))
}
