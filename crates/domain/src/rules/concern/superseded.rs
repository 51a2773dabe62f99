//! The review item about money on an order that another one has replaced.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::order::Order;
use crate::rules::status::OrderStatus;
use crate::rules::supersession;
use crate::rules::text::printable;

/// The shopper paid the old order, although Mollie has the new one as well. One that is canceled or expired has an item of its own.
#[must_use]
pub fn superseded_paid(order: &Order) -> Option<Concern> {
    let superseded = order.superseded.as_ref().filter(|superseded| superseded.is_final)?;
    if order.frees_number() || !supersession::holds_money(order) {
        return None;
    }
    let (by, status) = (superseded.by, order.facts.status.map_or("placed", OrderStatus::as_str));
    let text = format!(
        "Order {by} replaces this order, which holds the shopper's money (its status is \"{status}\") and is not canceled. Ask what the \
         shopper wants: deliver one of the two, and cancel or refund the other."
    );
    let (kind, subject) = (ItemKind::SupersededPaid, by.to_string());
    Some(Concern { kind, subject, text: printable(&text), operation_id: None })
}
