//! What shipments may capture of an order whose money is only authorized.
//!
//! Goods and deductions (gift cards, credits, discounts as separate lines) are shipped line by line, and each shipment captures
//! its sum. Canceling lines releases theirs. There is no record of how Mollie answers a capture above the authorization, so we never
//! send one: no shipment is worth less than zero, and all together never exceed the bound. It considers nothing at Mollie beyond what
//! the order shows.

use super::ids::LineId;
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::payment::Payment;
use super::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use super::shipment::ShipmentLine;

/// The authorized amount: the largest payment that holds the money, or if none is known the most the order ever cost. Never more
/// than the lines add up to, without those that were canceled before anything was authorized.
#[must_use]
pub fn authorized(order: &Order) -> Money {
    let currency = order.terms.amount.currency();
    let held = order.largest_held();
    let lines = sum(order.lines.iter().map(|line| line.total_amount.minor()));
    let lines = lines.saturating_sub(order.canceled_unpaid.minor());
    Money::from_minor(held.unwrap_or_else(|| order.highest_amount.minor()).min(lines), currency)
}

/// The payment, or else the order, that shows more captured than was authorized, and by how much.
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

/// Refuses a shipment that would be worth less than zero, or that would exceed the capture bound.
///
/// # Errors
/// [`PreconditionReason::CaptureOutOfBounds`], naming the sums and the lines that would help.
pub fn check(order: &Order, lines: &[ShipmentLine]) -> Result<(), FailedPrecondition> {
    if !order.captures_by_shipment() {
        return Ok(());
    }
    let own = sum(lines.iter().map(|line| line.part.amount.minor()));
    let before = taken_of_all(order);
    let bound = bound(order);
    if own < 0 {
        return Err(refusal(order, lines, "ship", below_zero(order, own), |amount| amount > 0));
    }
    if before.saturating_add(own) > bound {
        return Err(refusal(order, lines, "ship", above(order, own, before, bound), |amount| amount < 0));
    }
    Ok(())
}

/// What may still be captured, beyond what is captured or recorded. Below zero: that is too much already.
#[must_use]
pub fn left(order: &Order) -> Money {
    money(order, bound(order).saturating_sub(taken_of_all(order)))
}

/// What all shipments together may capture.
#[must_use]
pub fn most(order: &Order) -> Money {
    money(order, bound(order))
}

/// What may still be captured, once these units are canceled that a cancellation under way is to cancel.
#[must_use]
pub fn left_once_canceled(order: &Order, canceled: &[ShipmentLine]) -> Money {
    let mut after = order.clone();
    for ShipmentLine { line_id, part } in canceled {
        if let Some(line) = after.line_mut(*line_id).filter(|line| line.canceling.quantity >= part.quantity) {
            (line.canceling, line.canceled) = (line.canceling.without(*part), line.canceled.and(*part));
        }
    }
    left(&after)
}

/// Refuses a cancellation after which more is captured, or recorded, than may be, or after which the rest cannot all be shipped.
/// `after`: the order with these units canceled. What was out of bounds before is no reason to refuse, unless it grows.
///
/// # Errors
/// [`PreconditionReason::CaptureOutOfBounds`], naming the sums and the lines that would help.
pub fn check_release(before: &Order, after: &Order) -> Result<(), FailedPrecondition> {
    let bound = bound(after);
    let grows = |excess: fn(&Order) -> i64| excess(after) > excess(before).max(0);
    if grows(taken_too_much) {
        let taken = taken_of_all(after);
        let text = format!(
            "That would leave {} to be captured (authorized {}, less what is released), but {} is already shipped or recorded.",
            money(after, bound),
            authorized(after),
            money(after, taken)
        );
        return Err(refusal(after, &[], "cancel", text, |amount| amount < 0));
    }
    if grows(left_too_much) {
        let text = format!(
            "That would leave lines that add up to {}, more than the {} that may be captured then (authorized {}, less what is \
             released): what takes money off is canceled with the goods it takes it off.",
            money(after, left_too_much(after).saturating_add(bound)),
            money(after, bound),
            authorized(after)
        );
        return Err(refusal(after, &[], "cancel", text, |amount| amount > 0));
    }
    Ok(())
}

/// How far what is captured or recorded exceeds the bound.
fn taken_too_much(order: &Order) -> i64 {
    taken_of_all(order).saturating_sub(bound(order))
}

/// How far that would exceed the bound, if the rest were shipped.
fn left_too_much(order: &Order) -> i64 {
    let left = |line: &Line| line.available().and(order.held_of(line.id)).amount.minor();
    sum(order.lines.iter().map(left)).saturating_add(taken_too_much(order))
}

fn taken_of_all(order: &Order) -> i64 {
    sum(order.lines.iter().map(|line| taken(order, line)))
}

/// What is captured of a line, or will be; held parcels are captured once they fit. Units that were shipped elsewhere while reserved here count once: no line adds, or
/// deducts, more than it holds.
fn taken(order: &Order, line: &Line) -> i64 {
    let both = line.shipped.and(line.reserved.without(order.held_of(line.id)));
    let most = Part { quantity: line.quantity, amount: line.total_amount }.without(line.canceled);
    if both.quantity > most.quantity { most.amount.minor() } else { both.amount.minor() }
}

/// What all shipments together may capture: the authorized amount less what is released. Releasing a deduction entitles nobody to
/// capture more, so it never raises the bound.
fn bound(order: &Order) -> i64 {
    let authorized = authorized(order).minor();
    if is_authorized_after_change(order) {
        return authorized;
    }
    let released = sum(order.lines.iter().map(|line| line.canceled.amount.minor()));
    let released = released.saturating_sub(order.canceled_unpaid.minor());
    // A cancellation under way may fail: then it has not raised the bound.
    let released = released.saturating_add(under_way(order).max(0));
    // Nor has a change of lines; but if it succeeds, it has lowered it.
    let lowered = order.line_change.as_ref().map_or(0, |change| change.difference.minor().min(0));
    authorized.min(authorized.saturating_sub(released)).saturating_add(lowered)
}

/// Whether the shopper authorized exactly what is left after a change whose outcome is not known: then it releases nothing of that.
fn is_authorized_after_change(order: &Order) -> bool {
    let left = |line: &Line| line.total_amount.minor().saturating_sub(line.canceled.amount.minor());
    order.line_change.as_ref().is_some_and(|change| {
        let after = sum(order.lines.iter().map(left)).saturating_add(change.difference.minor());
        order.largest_held() == Some(after.saturating_sub(under_way(order)))
    })
}

/// What cancellations of lines that are under way release.
#[must_use]
pub(super) fn under_way(order: &Order) -> i64 {
    sum(order.lines.iter().map(|line| released(line).amount.minor()))
}

/// What a cancellation under way can release of a line: not units that were shipped or canceled elsewhere meanwhile. Units that a
/// shipment recorded here needs as well count once; of a line that is claimed twice over nothing is left.
fn released(line: &Line) -> Part {
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let most = all.without(line.shipped).without(line.canceled).without(line.reserved);
    match most.quantity {
        0 => Part::none(line.total_amount),
        quantity if line.canceling.quantity > quantity => most,
        _ => line.canceling,
    }
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
        "These lines add up to {}, and {} is already shipped or recorded: together more than the {} that may be captured \
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
    verb: &str,
    sums: String,
    helps: impl Fn(i64) -> bool,
) -> FailedPrecondition {
    let along = order.lines.iter().map(|line| (line.id, rest(line, lines)));
    let along = along.filter(|(_, rest)| rest.quantity > 0 && helps(rest.amount.minor()));
    let along = along.map(|(id, rest)| Unmet {
        subject: format!("lines/{id}"),
        description: format!("Also {verb} line {id}: {} left, {}.", rest.quantity, rest.amount),
    });
    let sums = Unmet { subject: "order".to_owned(), description: sums };
    FailedPrecondition::new(
        PreconditionReason::CaptureOutOfBounds,
        std::iter::once(sums).chain(along).collect(),
    )
}

/// What is available of a line beyond what is taken now.
fn rest(line: &Line, lines: &[ShipmentLine]) -> Part {
    let id: LineId = line.id;
    let taken = lines.iter().filter(|taken| taken.line_id == id);
    taken.fold(line.available(), |rest, taken| rest.without(taken.part))
}

fn money(order: &Order, minor: i64) -> Money {
    Money::from_minor(minor, order.terms.amount.currency())
}

/// Saturates: Mollie bounds the amounts of an order.
fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests;
