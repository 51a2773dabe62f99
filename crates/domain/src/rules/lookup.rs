//! When an order is read at Mollie without being asked to: hooks get lost, and deadlines pass in silence.

use jiff::{SignedDuration, Timestamp};

use super::order::Order;
use super::placement::Placement;
use super::status::OrderStatus;

/// Mollie ends orders up to five minutes after the time it gave.
const EXPIRY_LAG: SignedDuration = SignedDuration::from_mins(6);

/// When to read the order next; `None` once it is closed.
#[must_use]
pub fn next(order: &Order, now: Timestamp) -> Option<Timestamp> {
    if order.placement != Placement::Placed || order.closed_time.is_some() {
        return None;
    }
    let pause = match order.facts.status {
        // While a shopper may be paying, a lost hook keeps goods from leaving.
        None | Some(OrderStatus::Created | OrderStatus::Pending) => SignedDuration::from_mins(15),
        Some(
            OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired,
        ) => SignedDuration::from_hours(6),
    };
    let regular = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    let at_expiry =
        order.facts.expires_time.and_then(|expiry| expiry.checked_add(EXPIRY_LAG).ok()).filter(|t| *t > now);
    Some(at_expiry.map_or(regular, |expiry| expiry.min(regular)))
}
