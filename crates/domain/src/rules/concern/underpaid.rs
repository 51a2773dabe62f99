//! The review item about an order that the shopper paid with less than it costs.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::status::OrderStatus;
use crate::rules::text::printable;

/// An order that is paid at once, and whose payments are for less than its lines: the shopper paid an attempt that was opened before a
/// change of lines. Mollie takes no second payment of a paid order (create order payment). Of an authorized order, what may be captured
/// is bounded, and shipments that exceed it are refused.
#[must_use]
pub fn underpaid(order: &Order) -> Option<Concern> {
    let is_paid = [OrderStatus::Paid, OrderStatus::Shipping, OrderStatus::Completed]
        .map(Some)
        .contains(&order.facts.status);
    if !is_paid || order.captures_by_shipment() {
        return None;
    }
    let successful: Vec<_> = order.payments.iter().filter(|payment| payment.holds_money()).collect();
    let first = successful.first()?;
    let paid = successful
        .iter()
        .try_fold(Money::zero(first.amount.currency()), |sum, payment| sum.plus(payment.amount).ok())?;
    let cost = cost(order);
    let missing = cost.minus(paid).ok().filter(|missing| missing.minor() > 0)?;
    let text = format!(
        "The shopper paid {paid} for an order of {cost}, probably with an attempt that was opened before its lines were changed. {missing} \
         are missing, and Mollie takes no further payment of this order: agree with the shopper before goods leave, or refund what is not \
         to be delivered."
    );
    let subject = first.mollie_id.to_string();
    Some(Concern { kind: ItemKind::Underpaid, subject, text: printable(&text), operation_id: None })
}

/// The lesser of Mollie's amount, which may count lines that were canceled before the payment, and of what the lines add up to.
fn cost(order: &Order) -> Money {
    let totals = order.lines.iter().map(|line| line.total_amount.minor()).fold(0, i64::saturating_add);
    let lines = totals.saturating_sub(order.canceled_unpaid.minor());
    let amount = order.terms.amount;
    Money::from_minor(amount.minor().min(lines), amount.currency())
}
