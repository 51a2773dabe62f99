//! What changes of an order came to: told by Mollie's ledger, in which each that took effect has the street that it set. Mollie knows
//! no key of them, and the same may be set more than once.

use std::collections::BTreeSet;

use domain::operations::operation::Operation;
use domain::operations::task::OperationKind;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Found, Reported};
use crate::journal::Intent;
use crate::replica::Wish;

impl Found<'_> {
    /// An acknowledged change has been made at Mollie, or is refused and an event says so.
    pub fn updated(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, operation, done, .. } = *reported;
        let Some(operation) = operation.and_then(|id| self.evidence.stored.operations.get(&id)).cloned()
        else {
            return self.say("I2", format!("{name}: its operation is gone"));
        };
        let theirs = self.order(id).and_then(|order| order.mollie_id.as_ref()).map(ToString::to_string);
        let is_ours = |effect: &&Effect| Some(&effect.order_id) == theirs.as_ref();
        let is_made = self.changes().filter(is_ours).any(|effect| street(effect) == self.wished_street(name));
        let state = operation.state.name();
        match state {
            OperationState::Succeeded if !is_made => {
                self.say("I4", format!("{name}: succeeded, and Mollie never had it"));
            }
            OperationState::Rejected | OperationState::Withdrawn if done => {
                self.say("I4", format!("{name}: said to be done, and is {}", state.as_str()));
            }
            OperationState::Rejected | OperationState::Withdrawn
                if !self.kinds(id).contains("order.update_refused") =>
            {
                self.say("I2", format!("{name}: {} without an event", state.as_str()));
            }
            OperationState::Pending
            | OperationState::InFlight
            | OperationState::Resolving
            | OperationState::NeedsAttention
            | OperationState::Succeeded
            | OperationState::Rejected
            | OperationState::Withdrawn => (),
        }
    }

    /// I3: no order has an address that nobody wanted. I1: of several wishes the last holds. I5: and the order here has it too.
    pub fn addresses(&mut self) {
        let wished: BTreeSet<_> = self.evidence.journal.intents.iter().filter_map(wish).collect();
        let strange =
            self.changes().filter(|effect| !street(effect).is_some_and(|street| wished.contains(street)));
        let mut texts: Vec<_> =
            strange.map(|effect| ("I3", format!("{} was changed by nobody", effect.order_id))).collect();
        for order in self.evidence.stored.orders.values() {
            texts.extend(self.last_street(order));
        }
        for (rule, text) in texts {
            self.say(rule, text);
        }
    }

    fn last_street(&self, order: &Order) -> Option<(&'static str, String)> {
        let id = order.mollie_id.as_ref()?;
        let number = &order.terms.order_number;
        let theirs = self.evidence.mollie.iter().find(|theirs| theirs["id"] == id.as_str())?;
        let theirs = theirs["billingAddress"]["streetAndNumber"].as_str();
        let ours =
            order.personal.billing_address.as_ref().and_then(|address| address.street_and_number.as_deref());
        if ours != theirs {
            return Some(("I5", format!("order {number} is billed to {ours:?}, at Mollie to {theirs:?}")));
        }
        let all = self.evidence.stored.operations.values().map(|one| &**one);
        let is_change = |one: &&Operation| {
            let succeeded = one.state.name() == OperationState::Succeeded;
            succeeded && one.order_id == order.id && one.task.name() == OperationKind::UpdateOrder
        };
        let last = all.filter(is_change).max_by_key(|one| one.turn)?;
        let by = self.evidence.stored.requests.iter().find(|(_, record)| record.group == Some(last.group))?.0;
        let wished = self.wished_street(by.1.as_str())?;
        (theirs != Some(wished))
            .then(|| ("I1", format!("order {number} is billed to {theirs:?}, and {wished} was wished last")))
    }

    fn changes(&self) -> impl Iterator<Item = &Effect> {
        self.evidence.ledger.iter().filter(|effect| effect.kind == EffectKind::OrderUpdated)
    }

    fn wished_street(&self, name: &str) -> Option<&str> {
        self.evidence.journal.intents.iter().find(|intent| intent.request_id == name).and_then(wish)
    }
}

fn street(effect: &Effect) -> Option<&str> {
    effect.particulars.get("updated")?["billingAddress"]["streetAndNumber"].as_str()
}

fn wish(intent: &Intent) -> Option<&str> {
    match &intent.wish {
        Wish::Update(_, update) => {
            let address = update.addresses.billing_address.as_ref()?;
            address.street_and_number.as_deref()
        }
        Wish::Place(..)
        | Wish::Ship(..)
        | Wish::Track(..)
        | Wish::Cancel(..)
        | Wish::CancelLines(..)
        | Wish::Refund(..)
        | Wish::CallOff(..)
        | Wish::TakeBack(..)
        | Wish::Pay(..)
        | Wish::Manage(..) => None,
    }
}
