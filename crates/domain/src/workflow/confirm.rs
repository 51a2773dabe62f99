//! Confirming an order's state at Mollie before a request is refused because of it. Refuses nothing itself.

use jiff::SignedDuration;

use super::intent::MutationError;
use super::sync::{self, Because, SyncError, Synced};
use crate::ports::{Clock, GatewayError, OrderKey, Ports, Store, StoreError};
use crate::rules::ids::OrderId;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::status::OrderStatus;

/// An older reading is confirmed before a request is refused because of it.
const FRESH: SignedDuration = SignedDuration::from_secs(2);

/// Whether to confirm the order's state at Mollie before refusing a request because of it. An owed look-up means there may be news;
/// and if another process dated the reading ahead of our clock, its age is unknown.
pub(super) async fn is_stale<P: Ports>(ports: &P, order: &Order) -> Result<bool, StoreError> {
    if order.mollie_id.is_none() {
        return Ok(false);
    }
    let now = ports.clock().now();
    let is_young = |read| (SignedDuration::ZERO..FRESH).contains(&now.duration_since(read));
    Ok(!order.observed_time.is_some_and(is_young) || ports.store().is_lookup_owed(order.id, now).await?)
}

/// Whether the order has changed since it was loaded.
pub(super) async fn has_moved<P: Ports>(ports: &P, order: &Order) -> Result<bool, StoreError> {
    let now = ports.store().load_order(&OrderKey::Id(order.id)).await?;
    Ok(now.is_some_and(|now| now.version != order.version))
}

/// Proof that the order was read, with what the answer left out.
pub(super) struct Confirmed(Option<Misread>);

impl Confirmed {
    /// Nothing that the order's state depends on was left out.
    ///
    /// # Errors
    /// [`MutationError::Unconfirmed`]: the caller may retry.
    pub fn is_whole(&self) -> Result<(), MutationError> {
        self.0
            .clone()
            .map_or(Ok(()), |left_out| Err(MutationError::Unconfirmed(GatewayError::Unreadable(left_out))))
    }
}

/// Reads the order, so that the request can be decided again.
pub(super) async fn confirm<P: Ports>(ports: &P, id: OrderId) -> Result<Confirmed, MutationError> {
    Ok(Confirmed(read(ports, id).await?.left_out))
}

/// Reads an order on which a request depends.
pub(super) async fn read<P: Ports>(ports: &P, id: OrderId) -> Result<Synced, MutationError> {
    sync::read(ports, id, Because::Doubted).await.map_err(SyncError::into_mutation)
}

/// The refusal, unless it depends on counters that Mollie left out: then nothing is confirmed, and the caller may retry. For an
/// order that has ended the refusal is certain, whatever its counters are.
pub(super) fn refuse(
    order: &Order,
    depends_on_counters: bool,
    confirmed: Option<Confirmed>,
    refusal: MutationError,
) -> MutationError {
    let is_final = order.facts.status.is_some_and(OrderStatus::is_final);
    match confirmed.and_then(|Confirmed(left_out)| left_out) {
        Some(left_out) if depends_on_counters && !is_final => {
            MutationError::Unconfirmed(GatewayError::Unreadable(left_out))
        }
        Some(_) | None => refusal,
    }
}
