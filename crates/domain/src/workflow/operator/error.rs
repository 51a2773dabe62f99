//! Why an operator's decision is not accepted.

use crate::ports::{GatewayError, StoreError};
use crate::rules::ids::{OperationId, OrderId};
use crate::rules::operation::OperationState;

/// Why an operator's decision was not accepted. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    #[error("there is no operation {0}")]
    OperationNotFound(OperationId),
    #[error("there is no order {0}")]
    OrderNotFound(OrderId),
    #[error("order {order} has no review item {number}")]
    ItemNotFound { order: OrderId, number: u32 },
    /// Operators decide only on operations that need attention.
    #[error("the operation is {}, not {}", .is.as_str(), OperationState::NeedsAttention.as_str())]
    WrongState { is: OperationState },
    /// Mollie does not know the id, or not in this order.
    #[error("there is no {mollie_id} at Mollie for this operation")]
    NotAtMollie { mollie_id: String },
    /// Mollie knows the id, but it is not what the operation would have made.
    #[error("{mollie_id} at Mollie is not the effect of this operation: {difference}")]
    DoesNotFit { mollie_id: String, difference: String },
    /// Mollie could not be read to verify it.
    #[error("the decision cannot be verified at Mollie")]
    Unverified(#[source] GatewayError),
    #[error("the order is changing too fast; try again")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}
