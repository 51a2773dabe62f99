//! Whether time has taken what was authorized. Mollie does not say so in one field: the order expires, or what was not shipped is canceled
//! and the order completed (inferred), or the payment expires and the order is to be paid again (practice). It may not read a
//! cancellation that somebody asked for as a loss.

use jiff::Timestamp;

use crate::rules::at_risk;
use crate::rules::continuation::earliest;
use crate::rules::order::Order;
use crate::rules::payment::Payment;
use crate::rules::status::{OrderStatus, PaymentStatus, Read};

/// When time ended the authorization; `None` if it has not. `deadline`: the one that the order had, as it was told. Whether anything was lost by
/// that is judged on the order as it was before (`at_risk::lost`).
#[must_use]
pub fn lapsed(order: &Order, deadline: Timestamp) -> Option<Timestamp> {
    match order.facts.status {
        Some(OrderStatus::Expired) => {
            was_authorized(order, deadline).then(|| order.facts.expired_time.unwrap_or(deadline))
        }
        Some(OrderStatus::Completed) => {
            let time = order.facts.completed_time.filter(|completed| *completed >= deadline);
            time.filter(|_| order.captures_by_shipment())
        }
        // However late it was canceled, somebody did it, unless its payment says that it expired.
        Some(OrderStatus::Canceled) => of_payments(order, Timestamp::MAX),
        Some(
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping,
        )
        | None => of_payments(order, deadline).filter(|_| at_risk::unregistered(order) > 0),
    }
}

/// An order that nobody paid expires as well, and loses nothing.
fn was_authorized(order: &Order, deadline: Timestamp) -> bool {
    let was = |payment: &Payment| payment.holds_money() || is_released(payment, deadline);
    order.facts.authorized_time.is_some() || last_authorized(order).is_some_and(was)
}

/// When the last authorization ended by time, if no payment holds money now, or may.
fn of_payments(order: &Order, deadline: Timestamp) -> Option<Timestamp> {
    let may_hold = |payment: &Payment| payment.holds_money() || matches!(payment.status, Read::Unknown(_));
    if order.payments.iter().any(may_hold) {
        return None;
    }
    let released = last_authorized(order).filter(|payment| is_released(payment, deadline))?;
    let read = order.observed_time.map_or(deadline, |read| read.min(deadline));
    Some(released.ended_time.or(released.capture_before).unwrap_or(read))
}

/// Whether an authorization came after this time.
pub(super) fn was_authorized_after(order: &Order, time: Timestamp) -> bool {
    let authorized = last_authorized(order).and_then(|payment| payment.authorized_time);
    authorized.is_some_and(|authorized| authorized > time)
}

/// What became of those before it was told in its time.
fn last_authorized(order: &Order) -> Option<&Payment> {
    let authorized = order.payments.iter().filter(|payment| payment.authorized_time.is_some());
    authorized.max_by_key(|payment| payment.authorized_time)
}

/// Whether an authorization ended by time. One that is canceled after its deadline was released; before that, somebody canceled it.
fn is_released(payment: &Payment, deadline: Timestamp) -> bool {
    let until = payment.capture_before.map_or(deadline, earliest);
    let is_late = || payment.ended_time.is_some_and(|ended| ended >= until);
    match &payment.status {
        Read::Known(PaymentStatus::Expired) => true,
        Read::Known(PaymentStatus::Canceled) => is_late(),
        Read::Known(
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Authorized
            | PaymentStatus::Paid
            | PaymentStatus::Failed,
        )
        | Read::Unknown(_) => false,
    }
}
