//! What a person is told of money given back, and the limit of what is. A second reading of both, over the events as they were
//! written.

use std::sync::Arc;

use domain::rules::event::{Event, EventData};
use domain::rules::item::{Item, ItemKind};
use domain::rules::operation::OperationState;
use domain::rules::order::{Line, Order};
use domain::rules::payment::Payment;
use domain::rules::refund::{Override, Refund};
use domain::rules::shipment::Origin;
use domain::rules::status::{PaymentStatus, Read, RefundStatus};
use mollie_simulator::rules::{Books, EffectKind};

use super::{Evidence, cents};
use crate::story;

pub(super) fn judge(evidence: &Evidence, order: &Order, ours: &[&Refund], books: &Books) -> Vec<String> {
    let events = evidence.stored.events.get(&order.id).map(Vec::as_slice).unwrap_or_default();
    let mut texts = beyond(events);
    texts.extend(ours.iter().filter_map(|refund| failed(evidence, order, events, refund)));
    texts.extend(charged_back(evidence, order, books));
    texts.extend(order.items.iter().filter(|item| is_impossible(item)).map(|item| item.text.clone()));
    texts
}

/// Nothing is recorded to be given back beyond what was paid or captured, unless its caller gave up that limit.
fn beyond(events: &[Arc<Event>]) -> Vec<String> {
    let (mut before, mut texts): (Option<Order>, _) = (None, Vec::new());
    for event in events {
        if let (EventData::RefundRecorded { refund, .. }, Some(order)) = (&event.data, &before)
            && !refund.overrides.contains(&Override::OrderCeiling)
        {
            let (own, given, received) = (refund.amount.minor(), given_back(order), received(order));
            if given + own > received {
                texts.push(format!("{own} cents are to be refunded beside {given} of {received}"));
            }
        }
        before = Order::after(before, event);
    }
    texts
}

fn given_back(order: &Order) -> i64 {
    let of_lines: i64 = order.lines.iter().map(|line| line.given_back().amount.minor()).sum();
    of_lines + order.beside.given_back()
}

/// What the payments have brought: where shipments capture, what they captured, by whichever figure came first.
fn received(order: &Order) -> i64 {
    let holds = |payment: &&Payment| {
        matches!(&payment.status, Read::Known(PaymentStatus::Paid | PaymentStatus::Authorized))
    };
    let holding = || order.payments.iter().filter(holds);
    if order.facts.authorized_time.is_none() {
        return holding().map(|payment| payment.amount.minor()).sum();
    }
    let shipped: i64 = order.lines.iter().map(|line: &Line| line.shipped.amount.minor()).sum();
    let captured: i64 = holding().filter_map(|payment| payment.amount_captured).map(|it| it.minor()).sum();
    shipped.max(captured)
}

/// Of a refund that does not reach the shopper somebody is told, unless a caller wanted that, or it came to light like that.
fn failed(evidence: &Evidence, order: &Order, events: &[Arc<Event>], refund: &Refund) -> Option<String> {
    let status = refund.status.as_ref().and_then(|status| match status {
        Read::Known(status) => Some(*status),
        Read::Unknown(_) => None,
    });
    let by_us = evidence.stored.operations.values().any(|one| {
        story::causes(one.task.name(), EffectKind::RefundCanceled)
            && one.task.kind().subject().refund() == Some(refund.id)
            && one.state.name() == OperationState::Succeeded
    });
    let was_void =
        refund.origin == Origin::Elsewhere && events.iter().any(|event| was_found_void(event, refund));
    let is_raised = is_raised(order, ItemKind::RefundFailed, &refund.id.to_string());
    let fits = match status {
        Some(RefundStatus::Failed | RefundStatus::Canceled) => is_raised || by_us || was_void,
        Some(
            RefundStatus::Queued | RefundStatus::Pending | RefundStatus::Processing | RefundStatus::Refunded,
        )
        | None => !is_raised,
    };
    (!fits).then(|| format!("refund {} is {status:?}, raised: {is_raised}", refund.id))
}

fn was_found_void(event: &Event, ours: &Refund) -> bool {
    matches!(&event.data, EventData::RefundObserved { refund, .. } if refund.id == ours.id && refund.is_void())
}

/// A chargeback that stands is raised, and only one that there was.
fn charged_back(evidence: &Evidence, order: &Order, books: &Books) -> Vec<String> {
    let each = books.payments.iter().map(|payment| {
        let came = evidence.ledger.iter().any(|effect| {
            effect.kind == EffectKind::ChargebackReceived && effect.payment_id.as_ref() == Some(&payment.id)
        });
        let stands = cents(&payment.charged_back) > 0;
        let raised = is_raised(order, ItemKind::Chargeback, &payment.id);
        let fits = if raised { came } else { !stands };
        (!fits).then(|| {
            format!("payment {} charged back: {came}, still: {stands}, raised: {raised}", payment.id)
        })
    });
    each.flatten().collect()
}

fn is_raised(order: &Order, kind: ItemKind, subject: &str) -> bool {
    order.items.iter().any(|item: &Item| item.kind == kind && item.subject == subject)
}

/// What no history can lead to: nothing waits for fourteen days, no call is sent under two keys, no capture fails, no order gets
/// another number, and Mollie's figures agree.
fn is_impossible(item: &Item) -> bool {
    match item.kind {
        ItemKind::RefundRefused
        | ItemKind::SurplusRefund
        | ItemKind::RefundsDiffer
        | ItemKind::CaptureLost
        | ItemKind::NumberShared
        | ItemKind::NumberDiffers => true,
        ItemKind::ShipmentRefused
        | ItemKind::LatePlacement
        | ItemKind::SurplusPayment
        | ItemKind::SurplusShipment
        | ItemKind::SurplusOrder
        | ItemKind::DeductionLeft
        | ItemKind::Overcaptured
        | ItemKind::LateParcel
        | ItemKind::LineLeftOpen
        | ItemKind::MoneyOnEndedOrder
        | ItemKind::SurplusCancellation
        | ItemKind::SurplusLine
        | ItemKind::RefundFailed
        | ItemKind::SupersededPaid
        | ItemKind::Underpaid
        | ItemKind::FoundAfterRestore
        | ItemKind::Chargeback => false,
    }
}
