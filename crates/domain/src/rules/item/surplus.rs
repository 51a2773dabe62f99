//! Telling a surplus from what an order is owed: over the whole set of its payments, and over all its shipments.

use jiff::Timestamp;

use super::{Concern, ItemKind, twice};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::payment::Payment;
use crate::rules::shipment::{Origin, Shipment, ShipmentState, has_lines, has_tracking, same_tracking};
use crate::rules::snapshot::ShipmentSnapshot;
use crate::rules::status::{PaymentStatus, Read};
use crate::rules::text::printable;

/// The payments beyond the first successful one, where together they hold more than the order costs. Judged is the set:
/// an attempt that is the last of the list, or the newest, says nothing of the others.
#[must_use]
pub fn surplus_payments(order: &Order) -> Vec<Concern> {
    let mut successful: Vec<_> = order.payments.iter().filter(|payment| holds_money(payment)).collect();
    if successful.len() < 2 || !exceeds(&successful, order.terms.amount) {
        return Vec::new();
    }
    successful.sort_by_key(|payment| (successful_since(payment), &payment.mollie_id));
    let first = successful.remove(0);
    successful.into_iter().map(|payment| surplus_payment(order, first, payment)).collect()
}

/// Whether the shopper's money is held or promised by this attempt.
fn holds_money(payment: &Payment) -> bool {
    match payment.status {
        Read::Known(PaymentStatus::Authorized | PaymentStatus::Paid) => true,
        Read::Known(
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired,
        )
        | Read::Unknown(_) => false,
    }
}

/// Whether what was not given back is more than the price. Amounts that cannot be added up are for a person to compare.
fn exceeds(payments: &[&Payment], price: Money) -> bool {
    let kept = |payment: &Payment| match payment.amount_refunded {
        Some(refunded) => payment.amount.minus(refunded),
        None => Ok(payment.amount),
    };
    let sum =
        payments.iter().try_fold(Money::zero(price.currency()), |sum, payment| sum.plus(kept(payment)?));
    sum.map_or(true, |sum| sum.minor() > price.minor())
}

fn successful_since(payment: &Payment) -> Timestamp {
    let times = payment.authorized_time.into_iter().chain(payment.paid_time);
    times.min().unwrap_or(payment.created_time)
}

fn surplus_payment(order: &Order, first: &Payment, payment: &Payment) -> Concern {
    let text = format!(
        "Payment {} of {} came on top of {} of {} for an order of {}: the shopper has paid or authorized more than once. \
         Give what is too much back in Mollie's dashboard.",
        payment.mollie_id, payment.amount, first.mollie_id, first.amount, order.terms.amount
    );
    Concern {
        kind: ItemKind::SurplusPayment,
        subject: payment.mollie_id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

/// A shipment at Mollie that none of ours accounts for and that looks like one of ours that has ended: the same goods may
/// be registered twice. What is still under way is told apart when it is resolved.
#[must_use]
pub fn surplus_shipment(order: &Order, ours: &[Shipment], theirs: &ShipmentSnapshot) -> Option<Concern> {
    let alike = ours.iter().find(|shipment| {
        shipment.origin == Origin::Here
            && has_ended(shipment.state)
            && has_lines(order, shipment, theirs)
            && has_tracking(shipment, theirs)
    })?;
    Some(Concern {
        kind: ItemKind::SurplusShipment,
        subject: theirs.mollie_id.to_string(),
        text: printable(&twice(&theirs.mollie_id, alike)),
        operation_id: None,
    })
}

/// A shipment made elsewhere that looks like ours, which Mollie has registered now: it was there before ours arrived, so the
/// same goods may be registered twice. Without tracking only one that was made while ours was on its way counts.
#[must_use]
pub fn made_before(known: &[Shipment], ours: &Shipment) -> Option<Concern> {
    let is_alike = |other: &&Shipment| {
        other.origin == Origin::Elsewhere
            && other.mollie_id != ours.mollie_id
            && other.lines.len() == ours.lines.len()
            && ours.lines.iter().all(|line| other.lines.contains(line))
            && same_tracking(ours.tracking.as_ref(), other.tracking.as_ref())
            && (ours.tracking.is_some() || other.created_time >= ours.created_time)
    };
    let theirs = known.iter().find(is_alike)?;
    let mollie_id = theirs.mollie_id.as_ref()?;
    Some(Concern {
        kind: ItemKind::SurplusShipment,
        subject: mollie_id.to_string(),
        text: printable(&twice(mollie_id, ours)),
        operation_id: None,
    })
}

const fn has_ended(state: ShipmentState) -> bool {
    match state {
        ShipmentState::Registered | ShipmentState::Refused => true,
        ShipmentState::Recorded | ShipmentState::NeedsAttention => false,
    }
}
