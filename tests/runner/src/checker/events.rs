//! I6: events are gapless, unique and ordered, and fold to the state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::rules::event::{Event, EventData};
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::status::OrderStatus;

use super::Violation;
use crate::memory::Dump;

mod before;

pub fn judge(stored: &Dump) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (id, order) in &stored.orders {
        let events = stored.events.get(id).map(Vec::as_slice).unwrap_or_default();
        let sequences: Vec<u64> = events.iter().map(|event| event.sequence).collect();
        let expected: Vec<u64> = (1..=order.version).collect();
        if sequences != expected {
            let text = format!("order {id} at version {} has events {sequences:?}", order.version);
            violations.push(Violation::new("I6", text));
        }
        violations.extend(fold(order, events));
        violations.extend(backwards(events));
        violations.extend(before::judge(order, events));
        violations.extend(doubted(order, events));
        violations.extend(once(order, events));
    }
    for id in stored.events.keys().filter(|id| !stored.orders.contains_key(id)) {
        violations.push(Violation::new("I6", format!("there are events of {id}, which is no order")));
    }
    violations
}

/// I5: nobody distorts what the simulator answers, so all of it is understood and believed.
fn doubted(order: &Order, events: &[Arc<Event>]) -> Vec<Violation> {
    let observed = events.iter().filter_map(|event| match &event.data {
        EventData::OrderPlaced { observed, .. } | EventData::OrderObserved { observed } => Some(observed),
        EventData::OrderRecorded { .. }
        | EventData::PlacementRefused { .. }
        | EventData::PlacementAbandoned { .. }
        | EventData::ShipmentRecorded { .. }
        | EventData::ShipmentTooLate { .. }
        | EventData::ShipmentCarried { .. }
        | EventData::ShipmentRegistered { .. }
        | EventData::ShipmentRefused { .. }
        | EventData::ShipmentUpdateRecorded { .. }
        | EventData::ShipmentUpdated { .. }
        | EventData::ShipmentUpdateRefused { .. }
        | EventData::ShipmentCaptured { .. }
        | EventData::ShipmentObserved { .. }
        | EventData::CancellationRecorded { .. }
        | EventData::CancellationSucceeded { .. }
        | EventData::CancellationRefused { .. }
        | EventData::RefundRecorded { .. }
        | EventData::RefundRegistered { .. }
        | EventData::RefundRefused { .. }
        | EventData::RefundWithdrawn { .. }
        | EventData::RefundUpdated { .. }
        | EventData::RefundObserved { .. }
        | EventData::RefundCancelRecorded { .. }
        | EventData::RefundCancelRefused { .. }
        | EventData::ReturnRecorded { .. }
        | EventData::ChargebackObserved { .. }
        | EventData::PaymentRecorded { .. }
        | EventData::PaymentCreated { .. }
        | EventData::PaymentRefused { .. }
        | EventData::UpdateRecorded { .. }
        | EventData::Updated { .. }
        | EventData::UpdateRefused { .. }
        | EventData::Superseded { .. }
        | EventData::Replaced { .. }
        | EventData::Reinstated { .. }
        | EventData::NumberLost { .. }
        | EventData::LineChangeRecorded { .. }
        | EventData::LinesChanged { .. }
        | EventData::LineChangeRefused { .. }
        | EventData::DeadlineTold { .. }
        | EventData::PolicyTold { .. }
        | EventData::AttentionNeeded { .. }
        | EventData::OperationRetried { .. }
        | EventData::OperationResolved { .. }
        | EventData::ItemRaised { .. }
        | EventData::ItemClosed { .. } => None,
    });
    let fields = observed.flat_map(|observed| &observed.facts.unread.fields);
    fields
        .map(|field| {
            let text = format!("order {}: {} is not believed: {}", order.id, field.path, field.raw);
            Violation::new("I5", text)
        })
        .collect()
}

/// I2: each thing that was wanted ends once, in its effect or in its refusal.
fn once(order: &Order, events: &[Arc<Event>]) -> Vec<Violation> {
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    let mut begun: BTreeSet<String> = BTreeSet::new();
    for event in events {
        match &event.data {
            EventData::OrderRecorded { .. } => drop(begun.insert("placement".to_owned())),
            EventData::OrderPlaced { .. }
            | EventData::PlacementRefused { .. }
            | EventData::PlacementAbandoned { .. } => *ends.entry("placement".to_owned()).or_default() += 1,
            EventData::ShipmentRecorded { shipment, .. } => drop(begun.insert(shipment.id.to_string())),
            EventData::ShipmentRegistered { shipment_id, .. }
            | EventData::ShipmentRefused { shipment_id, .. } => {
                *ends.entry(shipment_id.to_string()).or_default() += 1;
            }
            EventData::RefundRecorded { refund, .. } => drop(begun.insert(refund.id.to_string())),
            EventData::RefundRegistered { refund_id, .. }
            | EventData::RefundRefused { refund_id, .. }
            | EventData::RefundWithdrawn { refund_id, .. } => {
                *ends.entry(refund_id.to_string()).or_default() += 1;
            }
            EventData::CancellationRecorded { operation_id, .. }
            | EventData::RefundCancelRecorded { operation_id, .. }
            | EventData::PaymentRecorded { operation_id, .. }
            | EventData::UpdateRecorded { operation_id, .. }
            | EventData::ShipmentUpdateRecorded { operation_id, .. } => {
                begun.insert(operation_id.to_string());
            }
            EventData::LineChangeRecorded { change, .. } => {
                begun.insert(change.operation_id.to_string());
            }
            EventData::CancellationSucceeded { operation_id, .. }
            | EventData::CancellationRefused { operation_id, .. }
            | EventData::RefundUpdated { operation_id: Some(operation_id), .. }
            | EventData::RefundCancelRefused { operation_id, .. }
            | EventData::PaymentCreated { operation_id, .. }
            | EventData::PaymentRefused { operation_id, .. }
            | EventData::Updated { operation_id, .. }
            | EventData::UpdateRefused { operation_id, .. }
            | EventData::LinesChanged { operation_id, .. }
            | EventData::LineChangeRefused { operation_id, .. }
            | EventData::ShipmentUpdated { operation_id: Some(operation_id), .. }
            | EventData::ShipmentUpdateRefused { operation_id, .. } => {
                *ends.entry(operation_id.to_string()).or_default() += 1;
            }
            EventData::OrderObserved { .. }
            | EventData::Replaced { .. }
            | EventData::Reinstated { .. }
            | EventData::Superseded { .. }
            | EventData::NumberLost { .. }
            // Its parts begin and end by events of their own.
            | EventData::ReturnRecorded { .. }
            | EventData::RefundUpdated { operation_id: None, .. }
            | EventData::RefundObserved { .. }
            | EventData::ShipmentUpdated { operation_id: None, .. }
            | EventData::ShipmentCaptured { .. }
            | EventData::ShipmentTooLate { .. }
            | EventData::ShipmentCarried { .. }
            | EventData::ShipmentObserved { .. }
            | EventData::ChargebackObserved { .. }
            | EventData::DeadlineTold { .. }
            | EventData::PolicyTold { .. }
            | EventData::AttentionNeeded { .. }
            | EventData::OperationRetried { .. }
            | EventData::OperationResolved { .. }
            | EventData::ItemRaised { .. }
            | EventData::ItemClosed { .. } => (),
        }
    }
    let unended = begun.iter().filter(|name| ends.get(*name) != Some(&1) && !is_moot(order, name, &ends));
    let strays = ends.keys().filter(|name| !begun.contains(*name));
    unended
        .chain(strays)
        .map(|name| {
            let count = ends.get(name).copied().unwrap_or(0);
            Violation::new("I2", format!("order {}: {name} has ended {count} times", order.id))
        })
        .collect()
}

/// A parcel that is held waits for others. A cancellation of an order that never came to stand ends with it, in whichever order both
/// are told.
fn is_moot(order: &Order, name: &str, ends: &BTreeMap<String, u32>) -> bool {
    let is_held = order.held.iter().any(|parcel| parcel.shipment_id.to_string() == name);
    is_held || !order.placement.is_alive() && name != "placement" && !ends.contains_key(name)
}

/// What we know of an order never goes back behind what we knew: Mollie's orders do not.
fn backwards(events: &[Arc<Event>]) -> Option<Violation> {
    let (mut before, mut best) = (None, (0, 0, 0, 0));
    for event in events {
        before = Order::after(before, event);
        let order = before.as_ref()?;
        let shipped: u64 = order.lines.iter().map(|line| u64::from(line.shipped.quantity)).sum();
        let canceled: u64 = order.lines.iter().map(|line| u64::from(line.canceled.quantity)).sum();
        let captured = order.facts.amount_captured.map_or(0, Money::minor);
        let now = (order.facts.status.map_or(0, rank), shipped, canceled, captured);
        if now.0 < best.0 || now.1 < best.1 || now.2 < best.2 || now.3 < best.3 {
            let text =
                format!("order {} went back in event {}, {}", order.id, event.sequence, event.data.kind());
            return Some(Violation::new("I5", text));
        }
        best = now;
    }
    None
}

/// How far an order has come.
const fn rank(status: OrderStatus) -> u8 {
    match status {
        OrderStatus::Created | OrderStatus::Pending => 1,
        OrderStatus::Authorized | OrderStatus::Paid => 2,
        OrderStatus::Shipping => 3,
        OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired => 4,
    }
}

fn fold(order: &Order, events: &[Arc<Event>]) -> Option<Violation> {
    let folded = events.iter().fold(None, |before, event| Order::after(before, event));
    // When Mollie was last read is no event; personal data is in no event.
    let folded = folded.map(|folded| Order { observed_time: order.observed_time, ..folded.impersonal() });
    let same = folded.as_ref() == Some(&order.impersonal());
    (!same).then(|| {
        Violation::new("I6", format!("the events of order {} fold to {folded:?}, not to {order:?}", order.id))
    })
}
