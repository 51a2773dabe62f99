//! What of an order's authorized money is not captured yet, and why. What is not captured when the authorization ends is lost: Mollie
//! releases it (get order, `expiresAt`; orders guide, order expiry). Each unit counts once, for its most urgent reason, and the parts
//! add up to the whole. It may not decide what is done about it.
//!
//! The whole is what all shipments together may still capture. What takes money off counts where its units are, with the parcel or the rest
//! that it reduces. If a part would be below zero, or the lines add up to more than may be captured, what is too much comes off the
//! least urgent parts first: an urgent loss is never made to look smaller by a deduction that stands elsewhere.

use super::amount::Remainder;
use super::capture;
use super::ids::OperationId;
use super::money::Money;
use super::operation::OperationState;
use super::order::{Line, Order};
use super::part::Part;
use super::payment::Payment;
use super::placement::{Mode, Placement};
use super::risk::{AtRisk, Reason};
use super::shipment::Shipment;
use super::status::OrderStatus;

mod parcels;
mod review;

pub(super) use parcels::rejected;

/// An operation of an order that is not settled, in the lane of the authorization or that of the placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    pub operation_id: OperationId,
    pub state: OperationState,
}

/// Whether the order's money counts in sums over orders: that of test mode is not real.
#[must_use]
pub const fn counts(order: &Order) -> bool {
    match order.mode {
        Mode::Live => true,
        Mode::Test => false,
    }
}

/// What is at risk. `shipments`: all of the order. Nothing, if the order was paid at once. Units that a cancellation is to release are
/// given up by their merchant, and at no risk. Of an order that is over, only captures count that are still to come.
#[must_use]
pub fn at_risk(order: &Order, shipments: &[Shipment], unsettled: &[Unsettled]) -> AtRisk {
    let mut sums = Sums::default();
    if order.captures_by_shipment() {
        if is_capturing(order) {
            let needs_attention = needs_attention(shipments, unsettled);
            order.lines.iter().for_each(|line| sums.enter(order, line, shipments, needs_attention));
        }
        sums.add(Reason::CapturePending, parcels::pending(order, shipments));
        sums.add(Reason::NeedsReview, parcels::lost(order));
    }
    let taken = total(order, |line| line.shipped.amount.minor());
    let to_come = parcels::pending(order, shipments).saturating_add(parcels::lost(order));
    let most = capture::most(order).minor().saturating_sub(taken).saturating_add(to_come);
    sums.within(most).at_risk(order)
}

/// What may still be captured of units that Mollie has not registered: zero, once it is too late for them.
#[must_use]
pub fn to_capture(order: &Order) -> Money {
    let open = if is_capturing(order) { unregistered(order) } else { 0 };
    Money::from_minor(open, order.terms.amount.currency())
}

/// What time has taken. `before`: the order as it was known before the reading that found the end; `after`: as that shows it, where the
/// end counts as canceled. If it was not known to be authorized, all that it was for was. Parcels that the same reading found are not lost, and captures on their way may still come.
#[must_use]
pub fn lost(before: &Order, after: &Order, shipments: &[Shipment], unsettled: &[Unsettled]) -> AtRisk {
    let mut at_end = before.clone();
    for line in &mut at_end.lines {
        if let Some(now) = after.line(line.id) {
            (line.shipped, line.reserved, line.canceling) = (now.shipped, now.reserved, now.canceling);
        }
    }
    at_end.held = after.held.clone();
    at_end.items = after.items.clone();
    (at_end.open_captures, at_end.lost_captures) = (Vec::new(), Vec::new());
    if !is_capturing(&at_end) {
        (at_end.facts.status, at_end.payments) = (Some(OrderStatus::Authorized), Vec::new());
    }
    at_risk(&at_end, shipments, unsettled)
}

/// What the units that Mollie has registered neither as shipped nor as canceled may still capture, whatever the order's status.
pub(super) fn unregistered(order: &Order) -> i64 {
    let open = total(order, |line| open(line).amount.minor());
    let taken = total(order, |line| line.shipped.amount.minor());
    open.min(capture::most(order).minor().saturating_sub(taken)).max(0)
}

/// Whether shipments can still capture: the order is not over, and a payment holds the money, as far as Mollie lists any.
fn is_capturing(order: &Order) -> bool {
    let is_open = order.placement == Placement::Placed
        && order.captures_by_shipment()
        && order.facts.status.is_some_and(OrderStatus::allows_shipping);
    // A status that is not understood may be one that holds money.
    let may_hold = |payment: &Payment| !payment.has_ended();
    is_open && (order.payments.is_empty() || order.payments.iter().any(may_hold))
}

fn needs_attention(shipments: &[Shipment], unsettled: &[Unsettled]) -> bool {
    unsettled.iter().any(|operation| operation.state == OperationState::NeedsAttention)
        || shipments.iter().any(parcels::needs_attention)
}

/// What of a line is neither shipped nor canceled at Mollie, nor to be canceled.
fn open(line: &Line) -> Part {
    let gone = line.shipped.and(line.canceled).and(line.canceling);
    match gone.quantity >= line.quantity {
        true => Part::none(line.total_amount),
        false => Part { quantity: line.quantity, amount: line.total_amount }.without(gone),
    }
}

/// The sums by reason while they are made: below zero, where deductions outweigh. Beside them: what the deductions in held parcels take off,
/// which come off the least urgent parts. Those parcels are held because of them, and their goods left all the same.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    by_reason: [i64; Reason::ALL.len()],
    off: i64,
}

impl Sums {
    fn add(&mut self, reason: Reason, minor: i64) {
        for (sum, of) in self.by_reason.iter_mut().zip(Reason::ALL) {
            if *of == reason {
                *sum = sum.saturating_add(minor);
            }
        }
    }

    /// Enters what is open of a line. Units in parcels come first: those are the ones that left.
    fn enter(&mut self, order: &Order, line: &Line, shipments: &[Shipment], needs_attention: bool) {
        let mut open = open(line);
        if needs_attention {
            return self.add(Reason::NeedsAttention, open.amount.minor());
        }
        let held = order.held_of(line.id);
        let claims = [
            (Reason::Held, held),
            (Reason::Recorded, line.reserved.without(held)),
            (Reason::Rejected, rejected(order, shipments, line.id)),
        ];
        for (reason, part) in claims {
            let minor = take(&mut open, line.unit_price, part);
            if reason == Reason::Held && minor < 0 {
                self.off = self.off.saturating_add(minor);
            } else {
                self.add(reason, minor);
            }
        }
        let rest = if review::concerns(order, line.id) { Reason::NeedsReview } else { Reason::NotShipped };
        self.add(rest, open.amount.minor());
    }

    /// The sums, none below zero and all together at most so much.
    fn within(self, most: i64) -> Self {
        let whole = self.by_reason.into_iter().fold(self.off, i64::saturating_add).min(most).max(0);
        let mut sums = self.by_reason.map(|sum| sum.max(0));
        let mut too_much = sums.into_iter().fold(0, i64::saturating_add).saturating_sub(whole);
        for sum in sums.iter_mut().rev() {
            let off = too_much.min(*sum);
            (*sum, too_much) = (*sum - off, too_much - off);
        }
        Self { by_reason: sums, off: 0 }
    }

    fn at_risk(self, order: &Order) -> AtRisk {
        let money = |minor| Money::from_minor(minor, order.terms.amount.currency());
        let parts = Reason::ALL.iter().copied().zip(self.by_reason).filter(|(_, minor)| *minor > 0);
        let parts = parts.map(|(reason, minor)| (reason, money(minor))).collect();
        AtRisk::new(parts, order.terms.amount.currency())
    }
}

/// Takes these units off what is open, as far as they are, and gives what they are worth: what their parcel says, where that can be.
fn take(open: &mut Part, unit_price: Money, wanted: Part) -> i64 {
    let rest = Remainder { quantity: open.quantity, amount: open.amount, unit_price };
    let quantity = wanted.quantity.min(open.quantity);
    let (Some(bounds), Some(share)) = (rest.bounds(quantity), rest.share(quantity)) else { return 0 };
    let is_said = quantity == wanted.quantity && bounds.admit(wanted.amount);
    let amount = if is_said { wanted.amount } else { share };
    *open = open.without(Part { quantity, amount });
    amount.minor()
}

/// Saturates: Mollie bounds the amounts of an order.
fn total(order: &Order, minor: impl Fn(&Line) -> i64) -> i64 {
    order.lines.iter().map(minor).fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests;
