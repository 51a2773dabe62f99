//! An order that was paid twice, as by a shopper with two tabs. A profile may have the second payment given back without a person.
//! Only what is plain is given back: of two paid attempts one is the whole surplus, nothing was given back or charged back of it, and
//! it was still so a settle window after it was raised. Anything else waits for a person.

use jiff::{SignedDuration, Timestamp};

use super::concern;
use super::item::{Concern, Item, ItemKind};
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::payment::Payment;
use super::refund::Refund;
use super::status::{PaymentStatus, Read, words};

words!(
    /// What a profile does with an order that was paid twice.
    Surplus {
        /// A person decides.
        Review = "review",
        /// The second payment is given back.
        Refund = "refund_surplus",
    }
);

/// The payment to give back in a reading at `read_at`: of two paid attempts the one without captures, else the newer. `refunds`:
/// all of the order. Where anything was refunded before, even in vain, or charged back, on either of them, it is left to a person:
/// then not the whole of one is too much.
#[must_use]
pub fn to_give_back<'a>(
    order: &'a Order,
    refunds: &[Refund],
    read_at: Timestamp,
    settle_window: SignedDuration,
) -> Option<&'a Payment> {
    let holding: Vec<_> = order.payments.iter().filter(|payment| payment.holds_money()).collect();
    let [one, other] = holding.as_slice() else { return None };
    let is_plain = |payment: &Payment| payment.status == Read::Known(PaymentStatus::Paid);
    if !is_plain(one) || !is_plain(other) || one.amount != other.amount || one.amount != order.highest_amount
    {
        return None;
    }
    let has_lasted = |item: &Item| read_at.duration_since(item.raised_time) >= settle_window;
    if !open(order).any(has_lasted) {
        return None;
    }
    let chosen = match (is_captured(one), is_captured(other)) {
        (true, false) => other,
        (false, true) => one,
        (true, true) | (false, false) => {
            [one, other].into_iter().max_by_key(|it| (it.paid_time, &it.mollie_id))?
        }
    };
    let is_whole =
        |payment: &Payment| is_nothing(payment.amount_refunded) && is_nothing(payment.amount_charged_back);
    let is_untouched = refunds.is_empty() && is_whole(one) && is_whole(other);
    (is_untouched && chosen.remainder_amount.is_none()).then_some(chosen)
}

/// The open items about payments of which nothing is too much any more.
#[must_use]
pub fn settled(order: &Order) -> Vec<u32> {
    let Some(still) = known(order) else { return Vec::new() };
    let is_still = |item: &&Item| still.iter().any(|concern| concern.subject == item.subject);
    open(order).filter(|item| !is_still(item)).map(|item| item.number).collect()
}

/// What is too much by now. `None` while a refund is under way: Mollie's payment may show it before it is known whether it was of goods.
#[must_use]
pub fn known(order: &Order) -> Option<Vec<Concern>> {
    (!is_refund_under_way(order)).then(|| concern::surplus_payments(order))
}

fn is_refund_under_way(order: &Order) -> bool {
    let of_line = |line: &Line| line.refunding.and(line.payment_refunding);
    let is_any = |part: Part| part.quantity > 0 || part.amount.minor() != 0;
    order.lines.iter().map(of_line).any(is_any) || order.beside.refunding.minor() != 0
}

/// When to read the order again to see whether it is still paid twice; `None` if that is known.
#[must_use]
pub fn look_again(order: &Order, now: Timestamp, settle_window: SignedDuration) -> Option<Timestamp> {
    let a_moment = SignedDuration::from_secs(1);
    let due = |item: &Item| {
        item.raised_time.saturating_add(settle_window).and_then(|it| it.saturating_add(a_moment))
    };
    open(order).filter_map(|item| due(item).ok()).filter(|time| *time > now).min()
}

fn open(order: &Order) -> impl Iterator<Item = &Item> {
    order.items.iter().filter(|item| item.kind == ItemKind::SurplusPayment && item.is_open())
}

fn is_captured(payment: &Payment) -> bool {
    !is_nothing(payment.amount_captured)
}

fn is_nothing(amount: Option<Money>) -> bool {
    amount.is_none_or(|amount| amount.minor() == 0)
}

#[cfg(test)]
mod tests;
