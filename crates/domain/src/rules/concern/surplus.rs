//! Telling a surplus from what an order is owed, over all its payments, all its shipments and all that was canceled.

use std::collections::HashSet;

use jiff::Timestamp;

use super::twice;
use crate::rules::continuation;
use crate::rules::item::{Concern, ItemKind};
use crate::rules::ledger::{Entry, Pool, Stage};
use crate::rules::money::Money;
use crate::rules::order::{Canceled, Facts, Order};
use crate::rules::part::Part;
use crate::rules::payment::Payment;
use crate::rules::rejection::RejectedBy;
use crate::rules::shipment::{
    Origin, Shipment, ShipmentLine, ShipmentState, has_lines, has_tracking, same_tracking,
};
use crate::rules::snapshot::ShipmentSnapshot;
use crate::rules::status::{PaymentStatus, Read};
use crate::rules::text::printable;

/// The payments with which more was paid or authorized, and not refunded, than the order ever cost, by time of success. All
/// payments count together: the last in the list, or the newest, says nothing about the others. Goods that were given back are not
/// owed any more.
#[must_use]
pub fn surplus_payments(order: &Order) -> Vec<Concern> {
    let mut successful: Vec<_> = order.payments.iter().filter(|payment| payment.holds_money()).collect();
    successful.sort_by_key(|payment| (successful_since(payment), &payment.mollie_id));
    let mut left = owed(order);
    let concern = |payment: &Payment| {
        let (kept, none) = (payment.kept()?, Money::zero(left.currency()));
        let Ok(rest) = left.minus(kept) else {
            // If the amounts cannot be added up, a person must compare them.
            return Some(surplus_payment(order, payment, kept));
        };
        left = if rest.minor() < 0 { none } else { rest };
        let surplus = Money::from_minor(rest.minor().saturating_neg(), rest.currency());
        (surplus.minor() > 0).then(|| surplus_payment(order, payment, surplus))
    };
    successful.into_iter().filter_map(concern).collect()
}

/// What the order ever cost, less what was given back of its lines, as far as Mollie's payments show that too.
fn owed(order: &Order) -> Money {
    let sum = |amounts: &mut dyn Iterator<Item = Money>| {
        amounts.fold(0_i64, |sum, amount| sum.saturating_add(amount.minor()))
    };
    let of_lines = sum(&mut order.lines.iter().map(|line| line.refunded.and(line.payment_refunded).amount));
    let currency = order.highest_amount.currency();
    let shown = order.payments.iter().filter_map(|payment| payment.amount_refunded);
    let shown = sum(&mut shown.filter(|amount| amount.currency() == currency));
    let returned = of_lines.min(shown.saturating_sub(order.beside.refunded.minor())).max(0);
    Money::from_minor(order.highest_amount.minor().saturating_sub(returned), currency)
}

fn successful_since(payment: &Payment) -> Timestamp {
    let times = payment.authorized_time.into_iter().chain(payment.paid_time);
    times.min().unwrap_or(payment.created_time)
}

fn surplus_payment(order: &Order, payment: &Payment, surplus: Money) -> Concern {
    let others =
        order.payments.iter().filter(|other| other.holds_money() && other.mollie_id != payment.mollie_id);
    let others: Vec<_> = others.map(|other| format!("{} of {}", other.mollie_id, other.amount)).collect();
    let beside = if others.is_empty() { String::new() } else { format!(" beside {}", others.join(", ")) };
    let (cost, owed) = (order.highest_amount, owed(order));
    let than = match owed == cost {
        true => format!("the order of {cost} ever cost"),
        false => format!("the {owed} that are owed of the order of {cost}, as goods were given back"),
    };
    let todo = match payment.status {
        Read::Known(PaymentStatus::Authorized) => {
            "It is authorized only, and lapses unless something of it is captured."
        }
        Read::Known(
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired,
        )
        | Read::Unknown(_) => "Refund the excess with CreateRefund, as an amount on this payment.",
    };
    let text = format!(
        "Payment {} of {}{beside} is {surplus} more than {than}. {todo}",
        payment.mollie_id, payment.amount
    );
    Concern {
        kind: ItemKind::SurplusPayment,
        subject: payment.mollie_id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

/// A shipment at Mollie that none of ours accounts for and that looks like one of ours that is registered, or that an operator
/// resolved as rejected: the same goods may be registered twice. If Mollie itself rejected ours, this is the only one there.
/// Shipments under way are matched when they are resolved.
#[must_use]
pub fn surplus_shipment(order: &Order, ours: &[Shipment], theirs: &ShipmentSnapshot) -> Option<Concern> {
    let alike = ours.iter().find(|shipment| {
        shipment.origin == Origin::Here
            && may_be_there(shipment)
            && shipment.trackings().any(|tracking| has_tracking(tracking, theirs))
            && has_lines(order, &shipment.lines, theirs)
    })?;
    Some(Concern {
        kind: ItemKind::SurplusShipment,
        subject: theirs.mollie_id.to_string(),
        text: printable(&twice(&theirs.mollie_id, alike)),
        operation_id: None,
    })
}

/// A shipment made elsewhere that looks like ours, which Mollie has now registered: it was there before ours arrived, so the same
/// goods may be registered twice. Without tracking only one made while ours was on its way counts.
#[must_use]
pub fn made_before(known: &[Shipment], ours: &Shipment) -> Option<Concern> {
    let lines: HashSet<_> = ours.lines.iter().collect();
    let is_alike = |other: &&Shipment| {
        other.origin == Origin::Elsewhere
            && other.mollie_id != ours.mollie_id
            && other.lines.len() == ours.lines.len()
            && ours.trackings().any(|mine| other.trackings().any(|theirs| same_tracking(mine, theirs)))
            && (ours.tracking.is_some() || other.created_time >= ours.created_time)
            && other.lines.iter().collect::<HashSet<_>>().is_superset(&lines)
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

/// A cancellation of lines that Mollie shows again, to the unit and the cent, beyond all that is settled here (`entries`: what is
/// taken over now, with `facts`): the same call may have had two effects, or one although an operator called it rejected. An end by time cancels
/// whatever is left and says nothing.
#[must_use]
pub fn surplus_cancellation(order: &Order, entries: &[Entry], facts: &Facts) -> Option<Concern> {
    let is_canceled = |entry: &&Entry| entry.pool == Pool::Canceled && entry.stage == Stage::Settled;
    let shown: HashSet<_> = entries.iter().filter(is_canceled).map(|it| (it.line_id, it.part)).collect();
    let is_again = |ours: &&Canceled| {
        ours.lines.len() == shown.len()
            && ours.lines.iter().all(|line| shown.contains(&(Some(line.line_id), line.part)))
    };
    let is_over = order.facts.expired_time.is_some() || continuation::end_by_time(order, facts).is_some();
    let ours = order.cancellations.iter().filter(|_| !is_over).find(is_again)?;
    let lines = ours.lines.iter().map(|line| {
        let ShipmentLine { line_id, part: Part { quantity, amount } } = line;
        format!("{quantity} of line {line_id}, {amount}")
    });
    let text = format!(
        "Mollie shows the units of cancellation {} canceled once more: {}. If nobody canceled them elsewhere, the same call had \
         two effects, or one although it was called rejected. Deliver what is still owed outside this order, or tell the shopper.",
        ours.operation_id,
        lines.collect::<Vec<_>>().join("; ")
    );
    Some(Concern {
        kind: ItemKind::SurplusCancellation,
        subject: ours.operation_id.to_string(),
        text: printable(&text),
        operation_id: Some(ours.operation_id),
    })
}

fn may_be_there(ours: &Shipment) -> bool {
    match ours.state {
        ShipmentState::Registered => true,
        ShipmentState::Refused => {
            ours.rejection.as_ref().is_none_or(|rejection| rejection.by == RejectedBy::Operator)
        }
        ShipmentState::Recorded | ShipmentState::NeedsAttention => false,
    }
}
