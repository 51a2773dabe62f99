//! Order numbers in use: Mollie itself does not protect against duplicate orders.

use super::confirm;
use super::intent::{Holder, MutationError};
use crate::ports::{OrderKey, Ports, Store, StoreError};
use crate::rules::event::{Event, EventData};
use crate::rules::ids::ProfileName;
use crate::rules::order::Order;
use crate::rules::same_draft;

/// Whether the number is free: before a refusal, Mollie is read, because the holder may have ended and its webhook been lost. `new`:
/// the order that is to have it, if it is a new one.
///
/// # Errors
/// [`MutationError::NumberHeld`], or that the holder cannot be read.
pub(super) async fn is_free<P: Ports>(
    ports: &P,
    profile: ProfileName,
    number: Option<String>,
    new: Option<&Order>,
) -> Result<(), MutationError> {
    let Some(order_number) = number else { return Ok(()) };
    let key = OrderKey::Number { profile, order_number: order_number.clone() };
    let Some(holder) = ports.store().load_order(&key).await? else { return Ok(()) };
    let holder = match confirm::is_stale(ports, &holder).await? {
        true => confirm::read(ports, holder.id).await?.order,
        false => holder,
    };
    match holder.held_number() {
        Some(held) if held == order_number => Err(held_by(ports, &holder, order_number, new).await?),
        Some(_) | None => Ok(()),
    }
}

/// The refusal of a number that an order holds.
///
/// # Errors
/// The store failed.
pub async fn held_by<P: Ports>(
    ports: &P,
    holder: &Order,
    order_number: String,
    new: Option<&Order>,
) -> Result<MutationError, StoreError> {
    let same_draft = match new {
        Some(new) => Some(is_same_draft(ports, holder, new).await?),
        None => None,
    };
    let (placement, status) = (holder.placement, holder.facts.status);
    let checkout_url = holder.facts.checkout_url.clone();
    let told = Holder { placement, status, checkout_url, same_draft };
    Ok(MutationError::NumberHeld { by: holder.id, order_number, holder: Box::new(told) })
}

/// What the holder was created from is kept in its first event, except for persons: those are compared as they are now.
async fn is_same_draft<P: Ports>(ports: &P, holder: &Order, new: &Order) -> Result<bool, StoreError> {
    let first = ports.store().list_events(holder.id, 0, 1).await?.items.into_iter().next();
    let Some(Event { data: EventData::OrderRecorded { order, .. }, .. }) = first else { return Ok(false) };
    Ok(same_draft::is_same(&order, &holder.personal, new))
}
