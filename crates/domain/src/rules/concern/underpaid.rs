//! The review item about an order that the shopper paid, or authorized, with less than it costs.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::status::OrderStatus;
use crate::rules::text::printable;

/// No document of Mollie's has a call that releases a line of a paid order (cancel order lines: authorized or shipping lines; manage order
/// lines: created, pending, authorized), and a refund of it gives back what never came.
const TODO_PAID: &str = "Mollie takes no further payment of this order: have the shopper pay them otherwise before goods leave, or deliver \
    less. Of a paid order no call gives up a line that nobody paid for: it stays available, so keep it from being shipped. Of goods that are \
    not delivered, refund only what was paid for them, with CreateRefund as an amount";

/// A capture above what is authorized is refused, and a cancellation releases the price of a line whether or not it was authorized
/// (inferred: no document says what it releases then).
const TODO_AUTHORIZED: &str = "shipments that exceed what is authorized are refused: ship what the authorization covers and leave the rest: \
    Mollie cancels it when the order ends. Or have the shopper pay it otherwise, or cancel the order (CancelOrder) and make a new one. Do not \
    cancel lines instead: what is canceled is released of what is authorized, and the other goods need that";

/// An order whose payments are for less than its lines: the shopper completed an attempt that was opened before a change of lines. Mollie
/// takes no second payment of a paid order (create order payment), and no capture above what is authorized.
#[must_use]
pub fn underpaid(order: &Order) -> Option<Concern> {
    if !is_paid_or_authorized(order) {
        return None;
    }
    let successful: Vec<_> = order.payments.iter().filter(|payment| payment.holds_money()).collect();
    let first = successful.first()?;
    let paid = successful
        .iter()
        .try_fold(Money::zero(first.amount.currency()), |sum, payment| sum.plus(payment.amount).ok())?;
    let cost = cost(order);
    let missing = cost.minus(paid).ok().filter(|missing| missing.minor() > 0)?;
    let (did, todo) =
        if order.captures_by_shipment() { ("authorized", TODO_AUTHORIZED) } else { ("paid", TODO_PAID) };
    let text = format!(
        "The shopper {did} {paid} for an order of {cost}, probably with an attempt that was opened before its lines were changed. {missing} \
         are missing, and {todo}."
    );
    let subject = first.mollie_id.to_string();
    Some(Concern { kind: ItemKind::Underpaid, subject, text: printable(&text), operation_id: None })
}

fn is_paid_or_authorized(order: &Order) -> bool {
    match order.facts.status {
        Some(
            OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed,
        ) => true,
        None
        | Some(OrderStatus::Created | OrderStatus::Pending | OrderStatus::Canceled | OrderStatus::Expired) => {
            false
        }
    }
}

/// The open items about payments that are enough by now: another attempt was paid, too.
#[must_use]
pub fn no_longer_underpaid(order: &Order) -> Vec<u32> {
    let open = order.items.iter().filter(|item| item.kind == ItemKind::Underpaid && item.is_open());
    if underpaid(order).is_some() { Vec::new() } else { open.map(|item| item.number).collect() }
}

/// The lesser of Mollie's amount, which may count lines that were canceled before the payment, and of what the lines add up to. Once the
/// order has come to its end, what left of them: the rest is owed by nobody.
fn cost(order: &Order) -> Money {
    let sum =
        |of: fn(&Line) -> Money| order.lines.iter().map(|it| of(it).minor()).fold(0, i64::saturating_add);
    let lines = match order.facts.status {
        Some(OrderStatus::Completed) => sum(|line| line.shipped.amount),
        Some(
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Canceled
            | OrderStatus::Expired,
        )
        | None => sum(|line| line.total_amount).saturating_sub(order.canceled_unpaid.minor()),
    };
    let amount = order.terms.amount;
    Money::from_minor(amount.minor().min(lines), amount.currency())
}
