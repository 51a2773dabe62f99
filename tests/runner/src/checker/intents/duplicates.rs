//! I1 and I3 from Mollie's side: nothing is there that nobody wanted, and nothing is there twice. What was done in the
//! dashboard is wanted; what callers were told does not matter here.

use std::collections::{BTreeMap, BTreeSet};

use mollie_simulator::rules::{Effect, EffectKind};

use super::Found;
use crate::journal::{Act, Moved};
use crate::story;

impl Found<'_> {
    /// I3: nothing at Mollie without an intent.
    pub fn duplicates(&mut self) {
        let mut texts = self.orders_nobody_wanted();
        texts.extend(self.effects_from_nowhere());
        texts.extend(self.cancellations_from_nowhere());
        for text in texts {
            self.say("I3", text);
        }
    }

    fn orders_nobody_wanted(&self) -> Vec<String> {
        let intents = self.evidence.journal.intents.iter();
        let wanted: BTreeSet<String> = intents
            .filter(|intent| story::causes(intent.kind, EffectKind::OrderCreated))
            .map(|intent| format!("H-{}", intent.order))
            .collect();
        let numbers =
            self.evidence.mollie.iter().map(|order| order["orderNumber"].as_str().unwrap_or_default());
        numbers
            .filter(|number| !wanted.contains(*number))
            .map(|number| format!("Mollie has order {number}, which nobody wanted"))
            .collect()
    }

    fn effects_from_nowhere(&self) -> Vec<String> {
        let keys: BTreeSet<String> =
            self.evidence.stored.operations.values().map(|operation| operation.key.to_string()).collect();
        let ours = self.evidence.ledger.iter().filter(|effect| is_ours(effect));
        ours.filter_map(|effect| match &effect.idempotency_key {
            Some(key) if !keys.contains(key) => {
                Some(format!("{:?} of {} has a key of no operation", effect.kind, effect.order_id))
            }
            Some(_) => None,
            None if self.was_elsewhere(effect) => None,
            None => Some(format!("{:?} of {} came from nowhere", effect.kind, effect.order_id)),
        })
        .collect()
    }

    /// Orders canceled at Mollie, and nobody asked for it.
    fn cancellations_from_nowhere(&self) -> Vec<String> {
        let canceled = self.evidence.ledger.iter().filter(|effect| effect.kind == EffectKind::OrderCanceled);
        let asked = |mollie_id: &str| {
            let mut orders = self.evidence.stored.orders.values();
            let ours =
                orders.find(|order| order.mollie_id.as_ref().is_some_and(|id| id.as_str() == mollie_id));
            ours.is_some_and(|order| self.is_cancellation_wanted(order))
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

    fn was_elsewhere(&self, effect: &Effect) -> bool {
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { shipment, .. } => effect.shipment_id.as_ref() == Some(shipment),
            Act::Money { moved: Moved::Refunded(refund), .. } => {
                effect.particulars.get("refund_id").and_then(|id| id.as_str()) == Some(refund)
            }
            Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        })
    }

    /// I1: one money effect for one key, and one order for one intent.
    pub fn doubles(&mut self) {
        let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
        let seen = self.evidence.ledger.iter().filter(|effect| is_ours(effect) && !self.is_unseen(effect));
        for effect in seen {
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
}

/// Effects that only a request of ours, or somebody in the dashboard, can have caused.
fn is_ours(effect: &Effect) -> bool {
    story::all().any(|story| story.is_keyed() && story.effects().contains(&effect.kind))
}
