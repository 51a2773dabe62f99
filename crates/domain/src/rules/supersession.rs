//! A changed cart: the shopper went back, and a new order replaces an old one (create order, `supersedes`). When that is allowed,
//! what becomes of the old order once the fate of the new one is known, and when it may be canceled. It may not decide how an order
//! is canceled, nor who holds its number.

use jiff::{SignedDuration, Timestamp};

use super::ids::{MolliePaymentId, OperationId, OrderId, ProfileName};
use super::number_refusal::{by_another, is_changing};
use super::order::Order;
use super::payment::Payment;
use super::placement::Placement;
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::snapshot::Snapshot;
use super::status::{OrderStatus, Read};
use super::superseded::Kept;
use super::violation::Violation;

mod fate;

pub use fate::{Fate, fate, may_decide};

/// Mollie keeps an order whose cancellation it refused while no attempt was known to be open. It is asked again after this time.
const AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// Refuses to replace an order that may bring money, that Mollie may not have yet, or that is replaced already. One that is over may
/// be named: nothing of it is left.
///
/// # Errors
/// [`RequestError`]: of the state it must be confirmed at Mollie first.
pub fn check(old: &Order) -> Result<(), RequestError> {
    let refuse = |reason, text: String| Err(RequestError::State(FailedPrecondition::of_order(reason, text)));
    if let Some(superseded) = &old.superseded {
        return Err(RequestError::Blocked(by_another(old, superseded)));
    }
    // It might come back to a number that a third order has taken by then.
    if old.renaming.is_some() {
        return Err(RequestError::Blocked(is_changing(old)));
    }
    match (old.placement, old.facts.status) {
        (Placement::Refused | Placement::Abandoned, _)
        | (Placement::Placed, Some(OrderStatus::Canceled | OrderStatus::Expired)) => Ok(()),
        (Placement::Placing, _) | (Placement::Placed, None) => {
            let text = format!(
                "Order {} is {}: Mollie has not confirmed it. Repeat the call that created it, or cancel it.",
                old.id,
                old.placement.as_str()
            );
            refuse(PreconditionReason::OrderNotPlaced, text)
        }
        (Placement::Placed, Some(_)) if !old.is_understood() => {
            let text = "Mollie reports a status this release does not know; update the service before replacing the order.";
            refuse(PreconditionReason::StatusNotUnderstood, text.to_owned())
        }
        (Placement::Placed, Some(OrderStatus::Created)) if !holds_money(old) => Ok(()),
        (Placement::Placed, Some(status)) => {
            refuse(PreconditionReason::OrderNotSupersedable, not_supersedable(old, status))
        }
    }
}

/// The refusal of replacing an order for which a further payment is being opened.
#[must_use]
pub fn is_being_paid(old: &Order, operation: OperationId) -> FailedPrecondition {
    let text = format!(
        "Operation {operation} opens a further payment of order {}, and Mollie's answer is not known yet: wait for it, and try again.",
        old.id
    );
    FailedPrecondition::of_order(PreconditionReason::OrderNotSupersedable, text)
}

/// The refusal of replacing an order that is being canceled while an older one waits to learn whether this one replaces it: with a
/// third one in its place, two carts could be left.
#[must_use]
pub fn is_being_undone(old: &Order, waits: &Order) -> FailedPrecondition {
    let text = format!(
        "Order {} is being canceled, and order {} goes on once it is: wait for it, and replace that one.",
        old.id, waits.id
    );
    FailedPrecondition::of_order(PreconditionReason::OrderNotSupersedable, text)
}

/// Whether the old order waits to learn what becomes of the new one.
#[must_use]
pub fn waits_for(old: &Order, new: OrderId) -> bool {
    old.superseded.as_ref().is_some_and(|superseded| superseded.by == new && !superseded.is_final)
}

/// The fault of naming an order of another profile; `None` if it is of this one.
#[must_use]
pub fn of_another_profile(old: &Order, profile: &ProfileName) -> Option<Violation> {
    (old.profile != *profile).then(|| Violation {
        path: "supersedes".to_owned(),
        rule: "supersedes.profile",
        expected: format!("an order of profile {profile}"),
        got: format!("one of profile {}", old.profile),
    })
}

/// Whether Mollie may have news that would forbid to replace it. What is over stays so.
#[must_use]
pub fn must_be_read(old: &Order) -> bool {
    old.mollie_id.is_some() && !old.frees_number()
}

fn not_supersedable(old: &Order, status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Pending => "a payment is being processed: wait for its end",
        OrderStatus::Created
        | OrderStatus::Authorized
        | OrderStatus::Paid
        | OrderStatus::Shipping
        | OrderStatus::Completed
        | OrderStatus::Canceled
        | OrderStatus::Expired => {
            "it holds the shopper's money, or has held it: deliver it; or cancel or refund it, and make the new order without \
             supersedes, under another number if this one is still held"
        }
    };
    format!("The status of order {} is \"{}\": {why}.", old.id, status.as_str())
}

/// Whether it is replaced for good and not over yet.
#[must_use]
pub fn is_owed(order: &Order) -> bool {
    order.superseded.as_ref().is_some_and(|superseded| superseded.is_final)
        && order.placement == Placement::Placed
        && !order.facts.status.is_some_and(OrderStatus::is_final)
}

/// Whether to cancel it now: it is owed, holds no money and waits for none, and what kept Mollie from canceling it before has ended.
#[must_use]
pub fn is_to_be_canceled(order: &Order, now: Timestamp) -> bool {
    let is_unpaid = order.facts.status == Some(OrderStatus::Created) && !holds_money(order);
    let Some(superseded) = order.superseded.as_ref().filter(|_| is_owed(order)) else { return false };
    let may_be_asked = superseded.kept.as_ref().is_none_or(|kept| is_past(order, kept, now));
    is_unpaid && order.is_understood() && may_be_asked
}

fn is_past(order: &Order, kept: &Kept, now: Timestamp) -> bool {
    let is_open = |id: &MolliePaymentId| {
        order.payments.iter().any(|payment| payment.mollie_id == *id && !payment.has_ended())
    };
    kept.beside.iter().any(|id| !is_open(id)) || now.duration_since(kept.time) >= AGAIN
}

/// Why an order that was replaced is no longer to be canceled, in a reading taken directly before that. Mollie would release what the
/// shopper has authorized meanwhile.
#[must_use]
pub fn spared(seen: &Snapshot) -> Option<String> {
    let pays = seen.payments.iter().flatten().any(Payment::holds_money);
    match &seen.status {
        Some(Read::Known(OrderStatus::Created)) if !pays => None,
        Some(Read::Known(OrderStatus::Created)) => Some("a payment of it holds money".to_owned()),
        Some(Read::Known(status)) => Some(format!("it is {} by now", status.as_str())),
        Some(Read::Unknown(_)) | None => None,
    }
}

/// Whether it holds money of the shopper's, by its status or by a payment.
#[must_use]
pub fn holds_money(order: &Order) -> bool {
    let by_status = match order.facts.status {
        Some(
            OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed,
        ) => true,
        Some(OrderStatus::Created | OrderStatus::Pending | OrderStatus::Canceled | OrderStatus::Expired)
        | None => false,
    };
    by_status || order.payments.iter().any(Payment::holds_money)
}

#[cfg(test)]
mod tests;
