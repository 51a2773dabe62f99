//! What the planted mistakes do in place of the right workflow.

use crate::operations::facts::{Lane, Repeat};
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

/// A rejection that Mollie never sent.
pub(super) fn guess(problem: String) -> Rejection {
    Rejection {
        by: RejectedBy::Mollie(500),
        title: "Failed".to_owned(),
        detail: problem,
        field: None,
        extra: None,
    }
}

/// Whether a call is repeated without reading the order first, although Mollie does not recognise the repeat.
pub(super) fn repeats_blindly(operation: &Operation) -> bool {
    Planted::RepeatsBlindly.is_chosen()
        && operation.repeat() == Repeat::Never
        && operation.state.rejection().is_none()
}

/// Whether a refund is repeated under a key that Mollie may have forgotten.
pub(super) fn forgets_that_keys_die(operation: &Operation) -> bool {
    Planted::ForgetsThatKeysDie.is_chosen()
        && operation.repeat() == Repeat::ByKey
        && operation.state.rejection().is_none()
        && operation.task.lane() == Lane::Refunds
}

/// The newest version of the order, to which the earlier reading is then applied.
pub(super) async fn as_it_is_now<P: Ports>(ports: &P, order: Order) -> Result<Order, StoreError> {
    if !Planted::StaleReadingOverwrites.is_chosen() {
        return Ok(order);
    }
    Ok(ports.store().load_order(&OrderKey::Id(order.id)).await?.unwrap_or(order))
}
