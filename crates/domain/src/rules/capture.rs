//! What shipments may capture, in an order whose money is only authorized.
//!
//! Goods and what takes money off them (gift cards, credits, discounts on lines of their own) are shipped line by line, and
//! each shipment captures its sum. Nobody has recorded what Mollie answers to a capture above the authorization, so it never
//! comes to that: no shipment is worth less than nothing, and all together never exceed the bound. It may not look at what
//! Mollie holds beyond what the order shows.

use super::ids::LineId;
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::payment::Payment;
use super::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use super::shipment::ShipmentLine;

/// What is authorized: the amount of the payment that holds the money, the largest of several; where none is known, the most
/// the order ever cost. Never more than the lines add up to.
#[must_use]
pub fn authorized(order: &Order) -> Money {
    let currency = order.terms.amount.currency();
    let held = order.payments.iter().filter(|payment| payment.holds_money()).map(|payment| payment.amount);
    let held = held.filter(|amount| amount.currency() == currency).map(Money::minor).max();
    let lines = sum(order.lines.iter().map(|line| line.total_amount.minor()));
    Money::from_minor(held.unwrap_or_else(|| order.highest_amount.minor()).min(lines), currency)
}

/// The payment, or else the order, that shows more captured than is authorized, and how much that is.
#[must_use]
pub fn captured_above(order: &Order) -> Option<(Money, Money)> {
    let authorized = authorized(order);
    let of_payment = |payment: &Payment| {
        let limit = payment.amount.minor().min(authorized.minor());
        payment.amount_captured.map(|captured| (captured, Money::from_minor(limit, authorized.currency())))
    };
    let of_order = order.facts.amount_captured.map(|captured| (captured, authorized));
    let all = order.payments.iter().filter_map(of_payment).chain(of_order);
    let above = all.filter(|(captured, limit)| captured.minor() > limit.minor());
    above
        .filter(|_| order.captures_by_shipment())
        .max_by_key(|(captured, limit)| captured.minor() - limit.minor())
}

/// Refuses a shipment that would be worth less than nothing, or with which more would be captured than may be.
///
/// # Errors
/// [`PreconditionReason::CaptureOutOfBounds`], naming the sums and the lines to ship along.
pub fn check(order: &Order, lines: &[ShipmentLine]) -> Result<(), FailedPrecondition> {
    if !order.captures_by_shipment() {
        return Ok(());
    }
    let own = sum(lines.iter().map(|line| line.part.amount.minor()));
    let before = sum(order.lines.iter().map(taken));
    let bound = bound(order);
    if own < 0 {
        return Err(refusal(order, lines, below_zero(order, own), |amount| amount > 0));
    }
    if before.saturating_add(own) > bound {
        return Err(refusal(order, lines, above(order, own, before, bound), |amount| amount < 0));
    }
    Ok(())
}

/// What is captured of a line, or will be. Units that were shipped elsewhere while they were recorded here are shipped once:
/// no line gives, or takes off, more than it holds.
fn taken(line: &Line) -> i64 {
    let both = line.shipped.and(line.reserved);
    let most = Part { quantity: line.quantity, amount: line.total_amount }.without(line.canceled);
    if both.quantity > most.quantity { most.amount.minor() } else { both.amount.minor() }
}

/// What all shipments together may capture: what is authorized, less what is released. Releasing what takes money off gives
/// nobody the right to capture more, so it never raises the bound.
fn bound(order: &Order) -> i64 {
    let authorized = authorized(order).minor();
    let released = sum(order.lines.iter().map(|line| line.canceled.amount.minor()));
    authorized.min(authorized.saturating_sub(released))
}

fn below_zero(order: &Order, own: i64) -> String {
    format!(
        "These lines add up to {}: a shipment captures its sum, and nothing can be captured below zero. Ship them with the \
         goods they take money off.",
        money(order, own)
    )
}

fn above(order: &Order, own: i64, before: i64, bound: i64) -> String {
    format!(
        "These lines add up to {}, and {} is shipped or recorded already: together more than the {} that may be captured \
         (authorized {}, less what was released).",
        money(order, own),
        money(order, before),
        money(order, bound),
        authorized(order)
    )
}

fn refusal(
    order: &Order,
    lines: &[ShipmentLine],
    sums: String,
    helps: impl Fn(i64) -> bool,
) -> FailedPrecondition {
    let along = order.lines.iter().map(|line| (line.id, rest(line, lines)));
    let along = along.filter(|(_, rest)| rest.quantity > 0 && helps(rest.amount.minor()));
    let along = along.map(|(id, rest)| Unmet {
        subject: format!("lines/{id}"),
        description: format!("Ship line {id} along: {} of it left, {}.", rest.quantity, rest.amount),
    });
    let sums = Unmet { subject: "order".to_owned(), description: sums };
    FailedPrecondition::new(
        PreconditionReason::CaptureOutOfBounds,
        std::iter::once(sums).chain(along).collect(),
    )
}

/// What is available of a line beside what is to be shipped of it.
fn rest(line: &Line, lines: &[ShipmentLine]) -> Part {
    let id: LineId = line.id;
    let taken = lines.iter().filter(|taken| taken.line_id == id);
    taken.fold(line.available(), |rest, taken| rest.without(taken.part))
}

fn money(order: &Order, minor: i64) -> Money {
    Money::from_minor(minor, order.terms.amount.currency())
}

/// Saturates: amounts of an order are bounded by what Mollie takes for one.
fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests;
