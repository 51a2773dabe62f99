//! What changes of lines came to: told by Mollie's books, where each has given a line the name that was wanted.

use std::collections::BTreeSet;

use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;

use super::{Found, Reported};
use crate::managed;
use crate::replica::Wish;

impl Found<'_> {
    /// An acknowledged change of lines has been made at Mollie, or is refused there and an event says so.
    pub fn managed(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, operation, done, .. } = *reported;
        let Some(operation) = operation.and_then(|id| self.evidence.stored.operations.get(&id)).cloned()
        else {
            return self.say("I2", format!("{name}: its operation is gone"));
        };
        let Some(wanted) = managed::name(&operation) else { return };
        let made = managed::named(&self.evidence.ledger, wanted).count();
        match operation.state.name() {
            OperationState::Succeeded if made == 0 => {
                self.say("I4", format!("{name}: succeeded, and Mollie never had it"));
            }
            OperationState::Rejected | OperationState::Withdrawn if done || made > 0 => {
                self.say("I4", format!("{name}: refused, said to be done: {done}, made {made} times"));
            }
            OperationState::Rejected | OperationState::Withdrawn
                if !self.kinds(id).contains("lines.change_refused") =>
            {
                self.say("I2", format!("{name}: refused without an event"));
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

    /// I1: what adds a line was done once, and none is said to stand there twice that does not. I3: nobody changed lines unasked.
    pub fn line_changes(&mut self) {
        let wished: BTreeSet<_> =
            self.evidence.journal.intents.iter().filter_map(|it| wish(&it.wish)).collect();
        let mut texts = Vec::new();
        let mut seen = BTreeSet::new();
        for effect in self.evidence.ledger.iter().filter(|effect| managed::EFFECTS.contains(&effect.kind)) {
            let names = managed::names(effect);
            let own = names.iter().copied().find(|name| wished.contains(name));
            match own {
                None => texts
                    .push(("I3", format!("lines of {} were changed by nobody: {names:?}", effect.order_id))),
                Some(name) if managed::adds(effect) && !seen.insert(name) => {
                    texts.push(("I1", format!("{name} was added twice to {}", effect.order_id)));
                }
                Some(_) => (),
            }
        }
        for order in self.evidence.stored.orders.values() {
            if order.items.iter().any(|item| item.kind == ItemKind::SurplusLine) {
                texts.push(("surplus", format!("order {}: a line is said to be there twice", order.id)));
            }
        }
        for (rule, text) in texts {
            self.say(rule, text);
        }
    }
}

/// The name that is wanted.
fn wish(wish: &Wish) -> Option<&str> {
    match wish {
        Wish::Manage(_, name, _) => Some(name),
        Wish::Place(..)
        | Wish::Ship(..)
        | Wish::Track(..)
        | Wish::Cancel(..)
        | Wish::CancelLines(..)
        | Wish::Refund(..)
        | Wish::CallOff(..)
        | Wish::TakeBack(..)
        | Wish::Pay(..)
        | Wish::Update(..) => None,
    }
}
