//! How much of an order may still be refunded: what was paid or captured, less what was refunded or charged back, by anyone.
//! It considers the order as a whole, and its payments; what is left of a line is judged where it is planned.

use super::Refund;
use crate::rules::ids::MolliePaymentId;
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::payment::Payment;
use crate::rules::status::{PaymentStatus, Read};

/// What may still be refunded of the order. At least zero.
#[must_use]
pub fn room(order: &Order) -> Money {
    let given_back = given_back(order).max(reported(order));
    let minor = received(order).minor().saturating_sub(given_back).max(0);
    Money::from_minor(minor, order.terms.amount.currency())
}

/// Whether what was paid or captured covers all that is given back or on its way, as far as is known.
#[must_use]
pub fn is_covered(order: &Order) -> bool {
    received(order).minor() >= given_back(order).max(reported(order))
}

/// What the shopper's bank has taken back of a payment, or of all if it is not known which.
#[must_use]
pub fn charged_back(order: &Order, payment: Option<&MolliePaymentId>) -> Money {
    let Some(id) = payment else { return order.beside.charged_back };
    let payment = order.payments.iter().find(|payment| payment.mollie_id == *id);
    let none = Money::zero(order.terms.amount.currency());
    payment.and_then(|payment| payment.amount_charged_back).unwrap_or(none)
}

/// What may still be refunded on a payment, given all refunds of the order. At least zero.
#[must_use]
pub(super) fn room_on(order: &Order, refunds: &[Refund], payment: &Payment) -> Money {
    let is_only = holding(order).count() == 1;
    let is_on = |refund: &&Refund| match &refund.payment_id {
        Some(id) => *id == payment.mollie_id,
        None => is_only,
    };
    let ours = refunds.iter().filter(|refund| refund.counts()).filter(is_on);
    let ours = ours.fold(0_i64, |sum, refund| sum.saturating_add(refund.amount.minor()));
    let theirs = payment.amount_refunded.map_or(0, Money::minor);
    let minor = received_by(order, payment).unwrap_or(0).saturating_sub(ours.max(theirs)).max(0);
    let on_payment = Money::from_minor(minor, payment.amount.currency());
    // A chargeback may have been on any of them.
    if is_only { smaller(on_payment, room(order)) } else { on_payment }
}

/// The payments that hold the shopper's money, in the order's currency.
pub(super) fn holding(order: &Order) -> impl Iterator<Item = &Payment> {
    order.payments.iter().filter(|payment| received_by(order, payment).is_some())
}

/// What was paid or captured.
pub(super) fn received(order: &Order) -> Money {
    let currency = order.terms.amount.currency();
    let minor = holding(order).filter_map(|payment| received_by(order, payment)).fold(0, i64::saturating_add);
    Money::from_minor(minor, currency)
}

/// What a payment has brought; of vouchers only what they did not pay. `None` if it holds nothing that can be refunded.
fn received_by(order: &Order, payment: &Payment) -> Option<i64> {
    let whole = match (&payment.status, order.captures_by_shipment()) {
        (Read::Known(PaymentStatus::Paid), false) => payment.amount.minor(),
        // Paid at once, beside one whose money is captured.
        (Read::Known(PaymentStatus::Paid), true) if was_paid_at_once(order, payment) => {
            payment.amount.minor()
        }
        (Read::Known(PaymentStatus::Paid | PaymentStatus::Authorized), true) => captured(order, payment),
        (Read::Known(PaymentStatus::Authorized), false) => payment.amount_captured?.minor(),
        (
            Read::Known(
                PaymentStatus::Open
                | PaymentStatus::Pending
                | PaymentStatus::Failed
                | PaymentStatus::Canceled
                | PaymentStatus::Expired,
            )
            | Read::Unknown(_),
            _,
        ) => return None,
    };
    let limit = payment.remainder_amount.map_or(i64::MAX, Money::minor);
    let is_comparable = payment.amount.currency() == order.terms.amount.currency();
    is_comparable.then_some(whole.min(limit))
}

/// Whether nothing of it had to be captured: that of another one is. An answer may leave out the times of the only one.
fn was_paid_at_once(order: &Order, payment: &Payment) -> bool {
    let captures = |one: &Payment| one.authorized_time.is_some() || one.amount_captured.is_some();
    !captures(payment) && order.payments.iter().any(|other| other.holds_money() && captures(other))
}

/// What was captured of an authorized payment. An answer leaves out what is zero: so if another payment tells, nothing. If none
/// tells, what was shipped and did not fail to be captured, of the payment that was authorized first; whatever is shipped is captured
/// once.
fn captured(order: &Order, payment: &Payment) -> i64 {
    if let Some(captured) = payment.amount_captured {
        return captured.minor();
    }
    let holding = || order.payments.iter().filter(|other| other.holds_money());
    let since = |other: &Payment| other.authorized_time.unwrap_or(other.created_time);
    let first = holding().min_by_key(|other| (since(other), &other.mollie_id));
    let is_first = first.is_some_and(|first| first.mollie_id == payment.mollie_id);
    if !is_first || holding().any(|other| other.amount_captured.is_some()) {
        return 0;
    }
    let lost = order.lost_captures.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(amount.minor()));
    sum(order, |line| line.shipped.amount).saturating_sub(lost).clamp(0, payment.amount.minor())
}

/// What is refunded or charged back, or is to be, by our ledger.
fn given_back(order: &Order) -> i64 {
    let of_lines = sum(order, |line| line.given_back().amount);
    of_lines.saturating_add(order.beside.given_back())
}

/// The same, as far as Mollie's own figure goes: it may count a refund that no reading has listed yet.
fn reported(order: &Order) -> i64 {
    let pending = sum(order, |line| line.refunding.and(line.payment_refunding).amount);
    let beside = order.beside.refunding.minor().saturating_add(order.beside.charged_back.minor());
    order.facts.amount_refunded.map_or(0, Money::minor).saturating_add(pending).saturating_add(beside)
}

fn sum(order: &Order, amount: impl Fn(&Line) -> Money) -> i64 {
    order.lines.iter().fold(0, |sum, line| sum.saturating_add(amount(line).minor()))
}

const fn smaller(one: Money, other: Money) -> Money {
    if one.minor() < other.minor() { one } else { other }
}
