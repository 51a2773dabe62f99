//! Whether another order has taken the number that one is to take back. Only our own records are asked.

use crate::ports::{OrderKey, Ports, Store, StoreError};
use crate::rules::order::Order;

/// The number, if another order than this one holds it by now.
pub(super) async fn taken<P: Ports>(
    ports: &P,
    order: &Order,
    number: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some(order_number) = number else { return Ok(None) };
    let key = OrderKey::Number { profile: order.profile.clone(), order_number: order_number.clone() };
    let holder = ports.store().load_order(&key).await?;
    let is_taken =
        holder.is_some_and(|holder| holder.id != order.id && holder.held_number() == Some(&order_number));
    Ok(is_taken.then_some(order_number))
}
