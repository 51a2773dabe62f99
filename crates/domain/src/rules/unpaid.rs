//! Orders that Mollie has and nobody has paid: what is known of the attempts to pay one. It may not decide what is done about it.

use super::order::{Line, Order};
use super::payment::Payment;
use super::placement::Placement;
use super::policy_notice::{PolicyNotice, UnpaidSubject};
use super::status::OrderStatus;

/// Mollie's name of the method whose money may come days later, whatever its attempt says (payments, bank transfer: 12 days and more).
pub const BANK_TRANSFER: &str = "banktransfer";

/// Whether it is created, no other order replaces it, and each attempt to pay it has ended without money. An attempt that is open or pending may still be
/// completed.
#[must_use]
pub fn is_unpaid(order: &Order) -> bool {
    order.placement == Placement::Placed
        && order.facts.status == Some(OrderStatus::Created)
        && order.is_understood()
        && order.superseded.is_none()
        && order.payments.iter().all(Payment::has_ended)
}

/// Whether nobody ever paid or authorized it. An order may be created again once its authorization has lapsed, and its goods may have left by then.
#[must_use]
pub fn was_never_paid(order: &Order) -> bool {
    let paid = |payment: &Payment| payment.authorized_time.is_some() || payment.paid_time.is_some();
    let has_left = |line: &Line| line.shipped.and(line.reserved).quantity > 0;
    order.facts.authorized_time.is_none()
        && order.facts.paid_time.is_none()
        && !order.payments.iter().any(paid)
        && !order.lines.iter().any(has_left)
}

/// How many attempts to pay it there were.
#[must_use]
pub fn attempts(order: &Order) -> u32 {
    u32::try_from(order.payments.len()).unwrap_or(u32::MAX)
}

/// Whether a bank transfer may be on its way: it was tried, was chosen last, or is all that the order takes.
#[must_use]
pub fn may_be_transferred(order: &Order) -> bool {
    let is_transfer = |method: &String| method == BANK_TRANSFER;
    let methods = &order.terms.methods;
    order.payments.iter().filter_map(|payment| payment.method.as_ref()).any(is_transfer)
        || order.facts.method.as_ref().is_some_and(is_transfer)
        || (!methods.is_empty() && methods.iter().all(is_transfer))
}

/// The attempt that ended last. Mollie holds one open attempt at most, but answers may leave times out.
#[must_use]
pub fn last_ended(order: &Order) -> Option<&Payment> {
    let ended = order.payments.iter().filter(|payment| payment.has_ended());
    ended.max_by_key(|payment| (payment.ended_time.unwrap_or(payment.created_time), payment.created_time))
}

/// What is to be told of an attempt that has ended: once for each number of attempts, so one that a reading shows anew is not told again.
#[must_use]
pub fn untold(order: &Order) -> Option<PolicyNotice> {
    let attempts = attempts(order);
    if !is_unpaid(order) || attempts <= order.followed.ended_attempts {
        return None;
    }
    let ended = last_ended(order)?;
    let subject = UnpaidSubject::AttemptEnded {
        payment_id: ended.mollie_id.clone(),
        method: ended.method.clone(),
        status: ended.status.clone(),
        failure_reason: ended.particulars.failure_reason.clone(),
    };
    Some(PolicyNotice::Unpaid { attempts, subject })
}
