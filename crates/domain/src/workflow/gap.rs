//! The first request on an order since the database was restored: the order is read before the request is decided, and what that shows of
//! requests that are lost waits for a person. Decides nothing itself.

use super::confirm;
use super::intent::{Intent, MutationError, Recorded};
use crate::ports::{GatewayError, Ports};
use crate::rules::item::ItemKind;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};

/// What stands between a request and its order.
pub(super) enum Gap {
    None,
    /// The order has just been read: it must be loaded again.
    Read,
    /// This very request was decided before.
    Before(Box<Recorded>),
}

/// Closes the gap, as far as it can be.
///
/// # Errors
/// [`MutationError::Unconfirmed`] if the order cannot be read; [`MutationError::Precondition`] while a person has to compare.
pub(super) async fn look<P: Ports>(ports: &P, intent: &Intent, order: &Order) -> Result<Gap, MutationError> {
    let Some(restored) = ports.settings().restored_time else { return Ok(Gap::None) };
    let is_open = |order: &Order| order.observed_time.is_none_or(|seen| seen < restored);
    let waits = order.items.iter().find(|item| item.is_open() && item.kind == ItemKind::FoundAfterRestore);
    if waits.is_none() && (order.mollie_id.is_none() || !is_open(order)) {
        return Ok(Gap::None);
    }
    if let Some(before) = intent.seen(ports).await? {
        return Ok(Gap::Before(Box::new(before)));
    }
    if let Some(item) = waits {
        let text = format!("Review item {}: {}", item.number, item.text);
        let refusal = FailedPrecondition::of_order(PreconditionReason::OrderRestored, text);
        return Err(MutationError::Precondition(refusal));
    }
    let read = Box::pin(confirm::read(ports, order.id)).await?;
    if is_open(&read.order) {
        let left_out = read.left_out.unwrap_or_else(|| Misread::left_out("lines"));
        return Err(MutationError::Unconfirmed(GatewayError::Unreadable(left_out)));
    }
    Ok(Gap::Read)
}
