//! Confirming an order's state at Mollie before something is refused for it. Refuses nothing by itself.

use jiff::SignedDuration;

use super::intent::MutationError;
use super::sync::{Because, SyncError, read};
use crate::ports::{Clock, GatewayError, Ports, Store, StoreError};
use crate::rules::ids::OrderId;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::status::OrderStatus;

/// A reading older than this is confirmed before anything is refused because of it.
const FRESH: SignedDuration = SignedDuration::from_secs(2);

/// Whether the order's state should be confirmed at Mollie before something is refused for it. A look-up that is due means
/// that there may be news; and by a date ahead of our clock, set by another process, nobody can tell how old a reading is.
pub(super) async fn is_stale<P: Ports>(ports: &P, order: &Order) -> Result<bool, StoreError> {
    if order.mollie_id.is_none() {
        return Ok(false);
    }
    let now = ports.clock().now();
    let is_young = |read| (SignedDuration::ZERO..FRESH).contains(&now.duration_since(read));
    Ok(!order.observed_time.is_some_and(is_young) || ports.store().is_lookup_due(order.id, now).await?)
}

/// That the order was read, and what the answer left out.
pub(super) struct Confirmed(Option<Misread>);

/// Reads the order, so that it can be decided anew.
pub(super) async fn confirm<P: Ports>(ports: &P, id: OrderId) -> Result<Confirmed, MutationError> {
    let reading = read(ports, id, Because::Asked).await.map_err(SyncError::into_mutation)?;
    Ok(Confirmed(reading.left_out))
}

/// The refusal, unless it hangs on counters that Mollie did not tell: then nothing is confirmed, and the caller may come
/// again. Of an order that is over nothing can be had, whatever its counters are.
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
