//! I6: events are gapless, unique and ordered, and fold to the state.

use std::sync::Arc;

use domain::rules::event::Event;
use domain::rules::order::Order;
use domain::rules::status::OrderStatus;

use super::Violation;
use crate::memory::Dump;

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
    }
    for id in stored.events.keys().filter(|id| !stored.orders.contains_key(id)) {
        violations.push(Violation::new("I6", format!("there are events of {id}, which is no order")));
    }
    violations
}

/// What we know of an order never goes back behind what we knew: Mollie's orders do not.
fn backwards(events: &[Arc<Event>]) -> Option<Violation> {
    let (mut before, mut best) = (None, (0, 0));
    for event in events {
        before = Order::after(before, event);
        let order = before.as_ref()?;
        let shipped: u64 = order.lines.iter().map(|line| u64::from(line.shipped.quantity)).sum();
        let now = (order.facts.status.map_or(0, rank), shipped);
        if now.0 < best.0 || now.1 < best.1 {
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
