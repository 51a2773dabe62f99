//! Order numbers in use: Mollie itself does not protect against duplicate orders.

use super::intent::MutationError;
use super::{confirm, sync};
use crate::ports::{OrderKey, Ports, Store};
use crate::rules::ids::ProfileName;

/// Whether the number is free: before a refusal, Mollie is read, because the holder may have ended and its webhook been lost.
///
/// # Errors
/// [`MutationError::NumberHeld`], or that the holder cannot be read.
pub(super) async fn is_free<P: Ports>(
    ports: &P,
    profile: ProfileName,
    number: Option<String>,
) -> Result<(), MutationError> {
    let Some(order_number) = number else { return Ok(()) };
    let key = OrderKey::Number { profile, order_number: order_number.clone() };
    let Some(holder) = ports.store().load_order(&key).await? else { return Ok(()) };
    let holder = match confirm::is_stale(ports, &holder).await? {
        true => sync::sync(ports, holder.id).await.map_err(sync::SyncError::into_mutation)?,
        false => holder,
    };
    match holder.held_number() {
        Some(held) if held == order_number => Err(MutationError::NumberHeld { by: holder.id, order_number }),
        Some(_) | None => Ok(()),
    }
}
