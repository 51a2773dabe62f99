//! Refusing a request: only once Mollie has been asked whether what is known still holds. Decides nothing itself.

use super::intent::{Intent, MutationError};
use super::{confirm, records};
use crate::operations::Author;
use crate::ports::{Ports, Store, StoreError};
use crate::rules::order::Order;
use crate::rules::request_error::RequestError;
use crate::rules::shipment;

/// Reads the order at Mollie, so that the request can be decided again; or refuses it, if that was done or can change nothing.
pub(super) async fn confirm_or_refuse<P: Ports>(
    ports: &P,
    order: &Order,
    denied: RequestError,
    confirmed: &mut Option<confirm::Confirmed>,
) -> Result<(), MutationError> {
    if may_be_outdated(&denied) && confirmed.is_none() && confirm::is_stale(ports, order).await? {
        *confirmed = Some(Box::pin(confirm::confirm(ports, order.id)).await?);
        return Ok(());
    }
    // A look-up may have ended since the order was loaded: then it is due no longer, and has told what lifts the refusal.
    if may_be_outdated(&denied) && confirm::has_moved(ports, order).await? {
        return Ok(());
    }
    let depends_on_counters = denied.depends_on_counters();
    let refusal = refused(with_whereabouts(ports, order, denied).await?);
    Err(confirm::refuse(order, depends_on_counters, confirmed.take(), refusal))
}

pub(super) fn author<P: Ports>(ports: &P, intent: &Intent, order: &Order) -> Author {
    let caller = intent.caller.clone();
    Author { caller, ..records::author(ports, order, intent.grounds()) }
}

/// Whether Mollie may have news that would lift the refusal.
pub(super) const fn may_be_outdated(denied: &RequestError) -> bool {
    match denied {
        RequestError::Invalid(_) | RequestError::State(_) => true,
        RequestError::Blocked(_) => false,
    }
}

pub(super) fn refused(denied: RequestError) -> MutationError {
    match denied {
        RequestError::Invalid(faults) => MutationError::Invalid(faults),
        RequestError::State(refusal) | RequestError::Blocked(refusal) => MutationError::Precondition(refusal),
    }
}

/// If requested units are gone, adds where they went.
pub(super) async fn with_whereabouts<P: Ports>(
    ports: &P,
    order: &Order,
    denied: RequestError,
) -> Result<RequestError, StoreError> {
    match denied {
        RequestError::State(refusal) if refusal.asks_where_units_went() => {
            let shipments = ports.store().list_shipments(order.id).await?;
            Ok(RequestError::State(shipment::with_whereabouts(refusal, &shipments)))
        }
        RequestError::State(_) | RequestError::Invalid(_) | RequestError::Blocked(_) => Ok(denied),
    }
}
