//! I1 to I4: what callers wanted, each against what Mollie did and what they were told.

use std::collections::{BTreeMap, BTreeSet};

use domain::rules::ids::{Caller, OrderId, RequestId, ShipmentId};
use domain::rules::operation::{Operation, OperationKind, OperationState};
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::shipment::{Origin, Shipment, ShipmentState};
use jiff::Timestamp;
use mollie_simulator::rules::{Effect, EffectKind};
use serde_json::Value;

use super::{Evidence, Violation};
use crate::journal::{Act, Intent, Reply, Said};

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Found { evidence, violations: Vec::new() };
    for intent in &evidence.journal.intents {
        found.promises(intent);
    }
    found.strangers();
    found.doubles();
    found.operations();
    for act in &evidence.journal.acts {
        if let Act::Broken(text) = act {
            found.say("stored", text.clone());
        }
    }
    found.violations
}

struct Found<'a> {
    evidence: &'a Evidence,
    violations: Vec<Violation>,
}

impl<'a> Found<'a> {
    fn say(&mut self, rule: &'static str, text: String) {
        self.violations.push(Violation::new(rule, text));
    }

    fn order(&self, id: OrderId) -> Option<&Order> {
        self.evidence.stored.orders.get(&id).map(|order| &**order)
    }

    /// What callers were told stays true: the same resources for a repeated request, kept for ever, and done if it was said
    /// to be done.
    fn promises(&mut self, intent: &Intent) {
        let name = &intent.request_id;
        let mut ids = BTreeSet::new();
        let (mut done, mut not_done) = (false, false);
        for reply in &intent.replies {
            if let Reply::Accepted { order, shipment, operation, said } = reply {
                ids.insert((*order, *shipment, *operation));
                done |= *said == Said::Done;
                not_done |= *said == Said::NotDone;
            }
        }
        if ids.len() > 1 {
            self.say("I2", format!("{name}: repeated, it was answered with other resources: {ids:?}"));
        }
        if done && not_done {
            self.say(
                "I4",
                format!("{name}: it was said to be done, and not to be done: {:?}", intent.replies),
            );
        }
        let request = (Caller::new("shop"), RequestId::new(name.clone()));
        let record = self.evidence.stored.requests.get(&request).cloned();
        if !ids.is_empty() && record.is_none() {
            self.say("I2", format!("{name}: it was accepted, and is not kept"));
        }
        let Some((order, shipment, operation)) = ids.first().copied() else {
            return;
        };
        match intent.kind {
            OperationKind::PlaceOrder => self.placed(name, order, done, not_done),
            OperationKind::CreateShipment => self.shipped(name, shipment, done, not_done),
            OperationKind::CancelOrder => {
                let operation = operation
                    .and_then(|id| self.evidence.stored.operations.get(&id))
                    .map(|one| (**one).clone());
                self.canceled(name, order, operation, done);
            }
        }
    }

    /// An acknowledged placement is one order at Mollie, or none and an event says so.
    fn placed(&mut self, name: &str, id: OrderId, done: bool, not_done: bool) {
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        let there = self.at_mollie(&order);
        let alive =
            there.iter().filter(|seen| seen["status"] != "canceled" && seen["status"] != "expired").count();
        let kinds = self.kinds(id);
        let recorded = |kind: &str| kinds.contains(kind);
        match order.placement {
            Placement::Placed if there.len() != 1 => {
                self.say("I2", format!("{name}: placed, and {} orders are at Mollie", there.len()));
            }
            Placement::Placed if not_done => self.say("I4", format!("{name}: said not to be placed, and is")),
            Placement::Refused | Placement::Abandoned if alive > 0 => {
                self.say("I4", format!("{name}: {}, and Mollie has it", order.placement.as_str()));
            }
            Placement::Refused | Placement::Abandoned if done => {
                self.say("I4", format!("{name}: said to be placed, and is {}", order.placement.as_str()));
            }
            Placement::Refused if !recorded("order.placement_refused") => {
                self.say("I2", format!("{name}: refused without an event"));
            }
            Placement::Abandoned if !recorded("order.placement_abandoned") => {
                self.say("I2", format!("{name}: abandoned without an event"));
            }
            Placement::Placing if !self.needs_attention(id) => {
                self.say("I2", format!("{name}: never decided"))
            }
            Placement::Placing | Placement::Placed | Placement::Refused | Placement::Abandoned => (),
        }
    }

    /// An acknowledged shipment is one at Mollie, or none and an event says so.
    fn shipped(&mut self, name: &str, id: Option<ShipmentId>, done: bool, not_done: bool) {
        let Some(shipment) = id.and_then(|id| self.evidence.stored.shipments.get(&id)).cloned() else {
            return self.say("I2", format!("{name}: its shipment is gone"));
        };
        let there = self.shipments_like(&shipment);
        let kinds = self.kinds(shipment.order_id);
        match shipment.state {
            // Nobody can tell one made in the dashboard from ours, where ours never arrived and both look alike.
            ShipmentState::Registered
                if there == 0 && shipment.tracking.is_none() && self.has_double(&shipment) => {}
            ShipmentState::Registered if there != 1 => {
                self.say("I1", format!("{name}: registered, and {there} such shipments are at Mollie"));
            }
            ShipmentState::Registered if not_done => {
                self.say("I4", format!("{name}: said not to be shipped, and is"));
            }
            ShipmentState::Refused if there != 0 => {
                self.say("I4", format!("{name}: refused, and {there} such shipments are at Mollie"));
            }
            ShipmentState::Refused if done => {
                self.say("I4", format!("{name}: said to be shipped, and is refused"))
            }
            ShipmentState::Refused if !kinds.contains("shipment.refused") => {
                self.say("I2", format!("{name}: refused without an event"));
            }
            ShipmentState::Recorded if !self.needs_attention(shipment.order_id) => {
                self.say("I2", format!("{name}: its shipment was never decided"));
            }
            ShipmentState::Recorded
            | ShipmentState::NeedsAttention
            | ShipmentState::Registered
            | ShipmentState::Refused => (),
        }
    }

    fn canceled(&mut self, name: &str, id: OrderId, operation: Option<Operation>, done: bool) {
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        // What is canceled may be the whole, or the rest behind shipments.
        let there = self.at_mollie(&order);
        let over = there
            .iter()
            .all(|seen| ["canceled", "expired", "completed"].iter().any(|status| seen["status"] == *status));
        let succeeded = operation
            .as_ref()
            .is_none_or(|one| matches!(one.state, OperationState::Succeeded | OperationState::Withdrawn));
        if (done || succeeded) && !over {
            self.say("I4", format!("{name}: canceled, and Mollie still has the order: {}", statuses(&there)));
        }
        let rejected = operation.as_ref().is_some_and(|one| one.state == OperationState::Rejected);
        let refused_at = operation.as_ref().and_then(|one| one.settled_time).filter(|_| rejected);
        // Whoever canceled it: an order that was canceled by then is no failure.
        let canceled = self.canceled_at(&order);
        if let (Some(canceled), Some(refused)) = (canceled, refused_at)
            && refused.duration_since(canceled).as_secs() >= 1
        {
            self.say("I4", format!("{name}: refused, and Mollie had canceled the order before"));
        }
        if rejected && !self.kinds(id).contains("cancellation.refused") {
            self.say("I2", format!("{name}: refused without an event"));
        }
    }

    /// I3: nothing at Mollie without an intent.
    fn strangers(&mut self) {
        let wanted: BTreeSet<String> = self
            .evidence
            .journal
            .intents
            .iter()
            .filter(|intent| intent.kind == OperationKind::PlaceOrder)
            .map(|intent| format!("H-{}", intent.order))
            .collect();
        let mut texts = Vec::new();
        for order in &self.evidence.mollie {
            let number = order["orderNumber"].as_str().unwrap_or_default();
            if !wanted.contains(number) {
                texts.push(format!("Mollie has order {number}, which nobody wanted"));
            }
        }
        let keys: BTreeSet<String> =
            self.evidence.stored.operations.values().map(|operation| operation.key.to_string()).collect();
        for effect in self.evidence.ledger.iter().filter(|effect| is_ours(effect)) {
            match &effect.idempotency_key {
                Some(key) if !keys.contains(key) => {
                    texts.push(format!("{:?} of {} has a key of no operation", effect.kind, effect.order_id));
                }
                Some(_) => (),
                None if self.was_elsewhere(effect) => (),
                None => texts.push(format!("{:?} of {} came from nowhere", effect.kind, effect.order_id)),
            }
        }
        texts.extend(self.cancellations_from_nowhere());
        for text in texts {
            self.say("I3", text);
        }
    }

    /// Orders canceled at Mollie, and nobody asked for it.
    fn cancellations_from_nowhere(&self) -> Vec<String> {
        let canceled = self.evidence.ledger.iter().filter(|effect| effect.kind == EffectKind::OrderCanceled);
        let asked = |mollie_id: &str| {
            let ours = self
                .evidence
                .stored
                .orders
                .values()
                .find(|order| order.mollie_id.as_ref().is_some_and(|id| id.as_str() == mollie_id));
            ours.is_some_and(|order| self.kinds(order.id).contains("cancellation.recorded"))
        };
        let elsewhere = |mollie_id: &str| {
            self.evidence
                .journal
                .acts
                .iter()
                .any(|act| matches!(act, Act::Canceled { mollie_order } if mollie_order == mollie_id))
        };
        canceled
            .filter(|effect| !asked(&effect.order_id) && !elsewhere(&effect.order_id))
            .map(|effect| format!("{} is canceled, and nobody asked for it", effect.order_id))
            .collect()
    }

    /// I1: one money effect for one key, and one order for one intent.
    fn doubles(&mut self) {
        let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
        for effect in self.evidence.ledger.iter().filter(|effect| is_ours(effect)) {
            *by_key.entry(effect.idempotency_key.as_deref().unwrap_or(&effect.order_id)).or_default() +=
                usize::from(effect.idempotency_key.is_some());
        }
        let doubled: Vec<_> = by_key.iter().filter(|(_, count)| **count > 1).map(|(key, _)| *key).collect();
        let mut texts: Vec<_> = doubled.iter().map(|key| format!("key {key} has two effects")).collect();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for order in &self.evidence.mollie {
            *numbers.entry(order["orderNumber"].as_str().unwrap_or_default()).or_default() += 1;
        }
        for (number, count) in numbers.into_iter().filter(|(_, count)| *count > 1) {
            texts.push(format!("order {number} is at Mollie {count} times"));
        }
        for text in texts {
            self.say("I1", text);
        }
    }

    /// Only what nobody can decide waits for an operator: somebody acted in the dashboard.
    fn operations(&mut self) {
        let waiting: Vec<_> = self
            .evidence
            .stored
            .operations
            .values()
            .filter(|operation| operation.state == OperationState::NeedsAttention)
            .cloned()
            .collect();
        for operation in waiting {
            let meddled = self.order(operation.order_id).is_some_and(|order| {
                self.evidence.journal.acts.iter().any(|act| match (act, &order.mollie_id) {
                    (Act::Shipped { mollie_order, .. }, Some(id)) => mollie_order == id.as_str(),
                    (_, _) => false,
                })
            });
            if !meddled {
                let text = format!(
                    "operation {} needs attention and nobody has meddled: {}",
                    operation.id,
                    operation.last_problem.as_deref().unwrap_or_default()
                );
                self.say("attention", text);
            }
        }
    }

    fn kinds(&self, id: OrderId) -> BTreeSet<&'static str> {
        let events = self.evidence.stored.events.get(&id).into_iter().flatten();
        events.map(|event| event.data.kind()).collect()
    }

    fn at_mollie(&self, order: &Order) -> Vec<&'a Value> {
        let number = order.terms.order_number.as_str();
        self.evidence.mollie.iter().filter(|seen| seen["orderNumber"] == number).collect()
    }

    fn needs_attention(&self, id: OrderId) -> bool {
        self.evidence
            .stored
            .operations
            .values()
            .any(|one| one.order_id == id && one.state == OperationState::NeedsAttention)
    }

    fn canceled_at(&self, order: &Order) -> Option<Timestamp> {
        let id = order.mollie_id.as_ref()?.as_str();
        let own = self.evidence.ledger.iter().filter(|effect| effect.order_id == id);
        own.into_iter().find(|effect| effect.kind == EffectKind::OrderCanceled).map(|effect| effect.at)
    }

    /// Whether somebody made a shipment in the dashboard that nothing tells from ours but its lines.
    fn has_double(&self, shipment: &Shipment) -> bool {
        let Some(id) = self.order(shipment.order_id).and_then(|order| order.mollie_id.as_ref()) else {
            return false;
        };
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { mollie_order, tracked, .. } => mollie_order == id.as_str() && !tracked,
            Act::Canceled { .. } | Act::Broken(_) => false,
        })
    }

    fn was_elsewhere(&self, effect: &Effect) -> bool {
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { shipment, .. } => effect.shipment_id.as_ref() == Some(shipment),
            Act::Canceled { .. } | Act::Broken(_) => false,
        })
    }

    /// How many shipments at Mollie came of ours, by the key they were sent under.
    fn shipments_like(&self, shipment: &Shipment) -> usize {
        if shipment.origin == Origin::Elsewhere {
            return 1;
        }
        let operation = self
            .evidence
            .stored
            .operations
            .values()
            .find(|operation| operation.shipment_id == Some(shipment.id));
        let key = operation.map(|operation| operation.key.to_string());
        self.evidence
            .ledger
            .iter()
            .filter(|effect| effect.kind == EffectKind::ShipmentCreated && effect.idempotency_key == key)
            .count()
    }
}

/// Effects that only a request of ours, or somebody in the dashboard, can have caused.
const fn is_ours(effect: &Effect) -> bool {
    matches!(effect.kind, EffectKind::OrderCreated | EffectKind::ShipmentCreated)
}

fn statuses(orders: &[&Value]) -> String {
    orders.iter().map(|order| order["status"].to_string()).collect::<Vec<_>>().join(", ")
}
