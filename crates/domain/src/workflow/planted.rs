//! What the wrong workflows do in the places of the right ones.

use crate::operations::operation::Operation;
use crate::planted::Planted;
use crate::ports::{Ids, OrderKey, Ports, Store, StoreError};
use crate::rules::ids::IdempotencyKey;
use crate::rules::order::Order;
use crate::rules::rejection::{RejectedBy, Rejection};

/// A repeated call under a key that Mollie has never seen.
pub(super) fn with_new_key<P: Ports>(ports: &P, operation: Operation) -> Operation {
    let new = Planted::NewKeyOnRetry.is_chosen().then(|| IdempotencyKey::new(ports.ids().random()));
    Operation { key: new.unwrap_or(operation.key), ..operation }
}

/// A refusal that nobody has read_at.
pub(super) fn guess(problem: String) -> Rejection {
    Rejection {
        by: RejectedBy::Mollie(500),
        title: "Failed".to_owned(),
        detail: problem,
        field: None,
        extra: None,
    }
}

/// The order at its newest version, to which what was read before is then applied.
pub(super) async fn as_it_is_now<P: Ports>(ports: &P, order: Order) -> Result<Order, StoreError> {
    if !Planted::StaleReadingOverwrites.is_chosen() {
        return Ok(order);
    }
    Ok(ports.store().load_order(&OrderKey::Id(order.id)).await?.unwrap_or(order))
}
