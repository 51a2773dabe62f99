//! What every writer starts from: the order as it is stored, and who writes about it.

use crate::operations::Author;
use crate::ports::{Clock, OrderKey, Ports, Store, StoreError};
use crate::rules::cause::Grounds;
use crate::rules::ids::OrderId;
use crate::rules::order::Order;

/// The order of an operation, which must be there.
pub(super) async fn order<P: Ports>(ports: &P, id: OrderId) -> Result<Order, StoreError> {
    let order = ports.store().load_order(&OrderKey::Id(id)).await?;
    order.ok_or_else(|| StoreError::Inconsistent(format!("order {id} is gone")))
}

/// Who writes about an order, why, and when.
pub(super) fn author<P: Ports>(ports: &P, order: &Order, grounds: Grounds) -> Author {
    let settings = ports.settings();
    Author {
        caller: order.caller.clone(),
        grounds,
        now: ports.clock().now(),
        settle_window: settings.settle_window,
        placement_age_limit: settings.placement_age_limit,
        restored_time: settings.restored_time,
        policy: settings.policy(&order.profile),
    }
}
