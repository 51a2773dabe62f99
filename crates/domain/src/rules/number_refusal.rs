//! Why nothing can be done to the number of an order now: another one is under way for it, or another order replaces it.

use super::order::Order;
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::superseded::Superseded;

/// Another order has replaced this one, or is to.
#[must_use]
pub fn by_another(order: &Order, superseded: &Superseded) -> FailedPrecondition {
    let by = superseded.by;
    let text = format!("Order {} is superseded by order {by}: go on with that one.", order.id);
    let refusal = FailedPrecondition::of_order(PreconditionReason::OrderSuperseded, text);
    FailedPrecondition { superseded_by: Some(by), ..refusal }
}

/// A new number of it is under way.
#[must_use]
pub fn is_changing(order: &Order) -> FailedPrecondition {
    let number = order.renaming.as_ref().map_or("another", |renaming| renaming.number.as_str());
    let text =
        format!("The order is to have number {number}, and Mollie's answer is not known yet: wait for it.");
    FailedPrecondition::of_order(PreconditionReason::NumberChanging, text)
}
