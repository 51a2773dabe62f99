//! What must never be captured, and what must be raised: a second reading of the rules about deductions, captures and money
//! on ended orders, over the events as they were written and Mollie's books as they are in the end.

use std::sync::Arc;

use domain::rules::event::{Event, EventData};
use domain::rules::ids::ShipmentId;
use domain::rules::item::{Item, ItemKind};
use domain::rules::ledger::Stage;
use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::shipment::HeldParcel;
use jiff::SignedDuration;
use serde_json::Value;

use super::{Evidence, Violation};

/// How long money may be on an ended order before a person is told.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut texts = Vec::new();
    for (id, order) in &evidence.stored.orders {
        let own = evidence.stored.events.get(id).map(Vec::as_slice).unwrap_or_default();
        texts.extend(never_too_much(own));
        let mollie_id = order.mollie_id.as_ref().map(ToString::to_string);
        let seen = evidence.mollie.iter().find(|seen| seen["id"].as_str() == mollie_id.as_deref());
        if let Some(seen) = seen {
            texts.extend(deductions(order, own, seen));
            texts.extend(overcaptured(order, seen));
            texts.extend(stranded(order, seen));
        }
    }
    texts.into_iter().map(|text| Violation::new("money", text)).collect()
}

/// No shipment of ours is recorded that is worth less than nothing, or with which more would be captured than the shopper
/// agreed to, less what is released.
fn never_too_much(events: &[Arc<Event>]) -> Vec<String> {
    let (mut before, mut texts): (Option<Order>, _) = (None, Vec::new());
    for event in events {
        if let (EventData::ShipmentRecorded { shipment, .. }, Some(order)) = (&event.data, &before)
            && order.facts.authorized_time.is_some()
            && shipment.held.is_none()
        {
            let own: i64 = shipment.lines.iter().map(|line| line.part.amount.minor()).sum();
            let own = own + taken_along(order, shipment.id, events);
            let sum = |cents: fn(&Line) -> i64| order.lines.iter().map(cents).sum::<i64>();
            let agreed = sum(|line| line.total_amount.minor());
            let released = sum(|line| line.canceled.amount.minor()).max(0);
            let captured = captured_of_all(order);
            if own < 0 || captured + own > agreed - released {
                let text = format!("{captured} + {own} cents of {agreed} less {released}");
                texts.push(format!("shipment {} was recorded for {text}", shipment.id));
            }
        }
        let after = Order::after(before.clone(), event);
        if let (EventData::CancellationRecorded { operation_id, entries, .. }, Some(was), Some(is)) =
            (&event.data, &before, &after)
            && !entries.is_empty()
            && left(is) < left(was).min(0)
        {
            texts.push(format!("cancellation {operation_id} leaves {} cents to be captured", left(is)));
        }
        before = after;
    }
    texts
}

/// What may be captured beyond what is, if all that is recorded comes about: below zero, that is too much.
fn left(order: &Order) -> i64 {
    let sum = |cents: fn(&Line) -> i64| order.lines.iter().map(cents).sum::<i64>();
    let released = sum(|line| line.canceled.amount.minor() + releasing(line)).max(0);
    sum(|line| line.total_amount.minor()) - released - captured_of_all(order)
}

/// What cancellations on their way can still release of a line: of more units than there are, because somebody shipped or
/// canceled them in the dashboard meanwhile, all that is left.
fn releasing(line: &Line) -> i64 {
    let gone = line.shipped.quantity + line.reserved.quantity + line.canceled.quantity;
    if gone + line.canceling.quantity > line.quantity {
        return line.total_amount.minor() - line.canceled.amount.minor() - captured_of(line);
    }
    line.canceling.amount.minor()
}

/// What is captured or on its way; held parcels are not.
fn captured_of_all(order: &Order) -> i64 {
    let held = order.held.iter().flat_map(|parcel| &parcel.lines).map(|line| line.part.amount.minor());
    order.lines.iter().map(captured_of).sum::<i64>() - held.sum::<i64>()
}

/// What held parcels bring that go along with a shipment.
fn taken_along(order: &Order, by: ShipmentId, events: &[Arc<Event>]) -> i64 {
    let along = events.iter().filter_map(|event| {
        let EventData::ShipmentCarried { shipment_id, carried_by, entries, .. } = &event.data else {
            return None;
        };
        let is_along = |parcel: &&HeldParcel| *carried_by == by && parcel.shipment_id == *shipment_id;
        let parcel = order.held.iter().find(is_along)?;
        let held: i64 = parcel.lines.iter().map(|line| line.part.amount.minor()).sum();
        let freed = entries.iter().filter(|entry| entry.stage == Stage::Freed);
        Some(held - freed.map(|entry| entry.part.amount.minor()).sum::<i64>())
    });
    along.sum()
}

/// Of a line with more units shipped and recorded than there are, all that is left to capture.
fn captured_of(line: &Line) -> i64 {
    let units = line.shipped.quantity + line.reserved.quantity;
    if units + line.canceled.quantity > line.quantity {
        return line.total_amount.minor() - line.canceled.amount.minor();
    }
    line.shipped.amount.minor() + line.reserved.amount.minor()
}

/// What takes money off and was canceled behind its goods is raised, unless a cancellation named it.
fn deductions(order: &Order, events: &[Arc<Event>], seen: &Value) -> Vec<String> {
    let lines = seen["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_deduction = |line: &Value| cents(&line["totalAmount"]) < 0;
    // A discount takes money off the goods of its rate, if there are any; anything else off all.
    let goods_left = |of: &Value| {
        let is_of_rate = |line: &&Value| !is_deduction(line) && line["vatRate"] == of["vatRate"];
        let by_rate = of["type"] == "discount" && lines.iter().any(|line| is_of_rate(&line));
        let mut goods = lines.iter().filter(|line| !is_deduction(line) && (!by_rate || is_of_rate(line)));
        goods.any(|line| line["quantityShipped"].as_u64() > Some(0))
    };
    let captures = seen["authorizedAt"].is_string();
    let each = order.lines.iter().zip(lines).filter(|(_, seen)| is_deduction(seen)).map(|(line, seen)| {
        let subject = format!("lines/{}", line.id);
        let canceled = captures && goods_left(seen) && seen["quantityCanceled"].as_u64() > Some(0);
        let named = events.iter().any(|event| is_named(&event.data, line));
        // Units that are lost later are told again.
        let more = format!("{subject}/");
        let raised = order.items.iter().any(|item| {
            item.kind == ItemKind::DeductionLeft
                && (item.subject == subject || item.subject.starts_with(&more))
        });
        // What was named for a cancellation that Mollie refused may be lost later all the same.
        let fits = if canceled { raised || named } else { !raised };
        (!fits)
            .then(|| format!("{subject} canceled behind goods: {canceled}, named: {named}, raised: {raised}"))
    });
    each.flatten().collect()
}

fn is_named(data: &EventData, line: &Line) -> bool {
    matches!(data, EventData::CancellationRecorded { release, .. } if release.contains(&line.id))
}

/// Somebody captured in the dashboard what the shopper never agreed to.
fn overcaptured(order: &Order, seen: &Value) -> Option<String> {
    let lines: i64 = order.lines.iter().map(|line| line.total_amount.minor()).sum();
    // What was canceled before it, an authorization is not for.
    let payments = seen["_embedded"]["payments"].as_array().into_iter().flatten();
    let authorized = payments.filter(|payment| payment["authorizedAt"].is_string());
    let authorized = authorized.map(|payment| cents(&payment["amount"])).max();
    let agreed = authorized.unwrap_or(lines).min(lines);
    let captured = cents(&seen["amountCaptured"]);
    let above = seen["authorizedAt"].is_string() && captured > agreed;
    let subject = seen["id"].as_str().unwrap_or_default();
    let raised = raised(order, ItemKind::Overcaptured, subject);
    (above != raised).then(|| format!("{captured} cents captured of {agreed}, raised: {raised}"))
}

/// A payment that holds money on a canceled or expired order is raised once it has done so for a while.
fn stranded(order: &Order, seen: &Value) -> Vec<String> {
    let ended = seen["status"] == "canceled" || seen["status"] == "expired";
    let payments = seen["_embedded"]["payments"].as_array().into_iter().flatten();
    let each = payments.map(|payment| {
        let id = payment["id"].as_str().unwrap_or_default();
        let holds = payment["status"] == "paid" || payment["status"] == "authorized";
        let raised = raised(order, ItemKind::MoneyOnEndedOrder, id);
        let is_new = order.stranded.iter().any(|stranded| {
            let read = order.observed_time.unwrap_or(stranded.since);
            stranded.payment.as_str() == id && read.duration_since(stranded.since) < SETTLED
        });
        // All of it may have been given back, before or after it was raised.
        let is_given_back = cents(&payment["amountRefunded"]) >= cents(&payment["amount"]);
        let fits = if ended && holds { raised || is_new || is_given_back } else { !raised || ended };
        (!fits).then(|| format!("payment {id} holds money: {holds}, order ended: {ended}, raised: {raised}"))
    });
    each.flatten().collect()
}

fn raised(order: &Order, kind: ItemKind, subject: &str) -> bool {
    order.items.iter().any(|item: &Item| item.kind == kind && item.subject == subject)
}

pub(super) fn cents(amount: &Value) -> i64 {
    let value = amount["value"].as_str().unwrap_or("0.00");
    Money::parse("EUR", value).map_or(0, Money::minor)
}
