//! Changed carts: a number is held by one order at most, an order that was replaced ends without money or with an item, and one whose
//! replacement came to nothing goes on. A second reading of the rules, over what is stored and Mollie's ledger.

use std::collections::BTreeMap;

use domain::operations::task::OperationKind;
use domain::rules::event::EventData;
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::status::OrderStatus;
use jiff::Timestamp;
use mollie_simulator::rules::EffectKind;

use super::{Evidence, Violation};

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let orders = evidence.stored.orders.values();
    let mut texts = numbers(evidence);
    for order in orders {
        texts.extend(new_one(evidence, order));
        texts.extend(old_one(evidence, order));
        texts.extend(both_gone(evidence, order));
        texts.extend(raised(evidence, order));
    }
    texts.into_iter().map(|text| Violation::new("cart", text)).collect()
}

fn numbers(evidence: &Evidence) -> Vec<String> {
    let mut held: BTreeMap<&str, Vec<OrderId>> = BTreeMap::new();
    for order in evidence.stored.orders.values() {
        held.entry(order.held_number().unwrap_or_default()).or_default().push(order.id);
    }
    let doubled = held.into_iter().filter(|(number, by)| !number.is_empty() && by.len() > 1);
    doubled.map(|(number, by)| format!("number {number} is held by {by:?}")).collect()
}

/// Both orders say the same of each other, unless the new one came to nothing: then the old one waits for no other, or goes on.
fn new_one(evidence: &Evidence, new: &Order) -> Option<String> {
    let old = evidence.stored.orders.get(&new.supersedes?)?;
    let (by, is_final) = old
        .superseded
        .as_ref()
        .map_or((None, false), |superseded| (Some(superseded.by), superseded.is_final));
    let fits = match new.placement {
        Placement::Placing => by == Some(new.id) && !is_final,
        Placement::Placed if by == Some(new.id) => is_final || is_canceled_by_somebody(evidence, new),
        Placement::Placed => {
            matches!(new.facts.status, Some(OrderStatus::Canceled | OrderStatus::Expired))
        }
        Placement::Refused | Placement::Abandoned => by != Some(new.id),
    };
    let placement = new.placement.as_str();
    (!fits).then(|| format!("{} is {placement} in place of {}, which is replaced by {by:?}", new.id, old.id))
}

fn is_canceled_by_somebody(evidence: &Evidence, order: &Order) -> bool {
    cancellations(evidence, order).next().is_some()
}

/// When cancellations of the whole order were asked for, each with when it ended in vain.
fn cancellations<'a>(
    evidence: &'a Evidence,
    order: &'a Order,
) -> impl Iterator<Item = (Timestamp, Option<Timestamp>)> + 'a {
    let events = evidence.stored.events.get(&order.id).map(Vec::as_slice).unwrap_or_default();
    let is_of_order = |id: OperationId| {
        let operation = evidence.stored.operations.get(&id);
        operation.is_some_and(|one| one.task.name() == OperationKind::CancelOrder)
    };
    let refused = move |id: OperationId| {
        let in_vain = events.iter().find(|event| {
            matches!(event.data, EventData::CancellationRefused { operation_id, .. } if operation_id == id)
        });
        in_vain.map(|event| event.time)
    };
    events.iter().filter_map(move |event| {
        let EventData::CancellationRecorded { operation_id, .. } = event.data else { return None };
        is_of_order(operation_id).then(|| (event.time, refused(operation_id)))
    })
}

/// Of two carts one goes on: the old one is not replaced while the new one is being canceled.
fn both_gone(evidence: &Evidence, old: &Order) -> Option<String> {
    let by = old.superseded.as_ref().filter(|superseded| superseded.is_final)?.by;
    let new = evidence.stored.orders.get(&by)?;
    let events = evidence.stored.events.get(&old.id).map(Vec::as_slice).unwrap_or_default();
    let replaced = events.iter().rfind(|event| matches!(event.data, EventData::Replaced { .. }))?.time;
    let was_open = |(asked, in_vain): (Timestamp, Option<Timestamp>)| {
        asked < replaced && in_vain.is_none_or(|in_vain| in_vain > replaced)
    };
    let is_gone = new.facts.status == Some(OrderStatus::Canceled);
    (is_gone && cancellations(evidence, new).any(was_open))
        .then(|| format!("order {} was replaced by {by} while that was being canceled", old.id))
}

/// It ends without money, or a person knows of that; and nobody but its caller canceled it before Mollie had the new one.
fn old_one(evidence: &Evidence, old: &Order) -> Option<String> {
    let events = evidence.stored.events.get(&old.id).map(Vec::as_slice).unwrap_or_default();
    let position = |is: fn(&EventData) -> bool| events.iter().position(|event| is(&event.data));
    let replaced = position(|data| matches!(data, EventData::Replaced { .. }));
    let by_itself = events.iter().position(|event| {
        matches!(event.data, EventData::CancellationRecorded { operation_id, .. }
        if evidence.stored.operations.get(&operation_id).is_some_and(|one| {
            one.actor.as_deref() == Some("order-service (superseded)")
        }))
    });
    if by_itself.is_some_and(|canceled| replaced.is_none_or(|replaced| canceled < replaced)) {
        return Some(format!("order {} was canceled before another one had replaced it", old.id));
    }
    replaced?;
    let is_over = match old.placement {
        // Mollie never had it.
        Placement::Refused | Placement::Abandoned => true,
        Placement::Placing | Placement::Placed => {
            matches!(old.facts.status, Some(OrderStatus::Canceled | OrderStatus::Expired))
        }
    };
    let status = old.facts.status.map_or("nothing", OrderStatus::as_str);
    (!is_over && !is_raised(old))
        .then(|| format!("order {} is replaced, {status}, and nobody is told", old.id))
}

/// Only money raises it, and only once.
fn raised(evidence: &Evidence, order: &Order) -> Option<String> {
    let items = order.items.iter().filter(|item| item.kind == ItemKind::SupersededPaid).count();
    let id = order.mollie_id.as_ref().map(ToString::to_string);
    let came = evidence.ledger.iter().any(|effect| {
        Some(&effect.order_id) == id.as_ref()
            && matches!(effect.kind, EffectKind::PaymentPaid | EffectKind::PaymentAuthorized)
    });
    let fits = items <= usize::from(came && order.superseded.is_some());
    (!fits).then(|| {
        format!("order {} is raised {items} times as paid and replaced, money came: {came}", order.id)
    })
}

fn is_raised(order: &Order) -> bool {
    order.items.iter().any(|item| item.kind == ItemKind::SupersededPaid)
}
