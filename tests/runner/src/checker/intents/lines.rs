//! What cancellations of lines came to: told by Mollie's books, in which equal ones are as many as have succeeded here. Where
//! somebody canceled in the dashboard, or the whole order, units may be canceled that no call of ours canceled.

use std::collections::BTreeMap;

use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::shipment::{LineSelection, Selection, ShipmentLine};

use super::{Found, Reported, returned};
use crate::journal::Act;
use crate::released::{self, Parts};
use crate::replica::Wish;

impl Found<'_> {
    /// An acknowledged cancellation of lines is refused with an event, or has canceled what was wished.
    pub fn lines_canceled(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, operation, done, .. } = *reported;
        // Nothing was left to do.
        let Some(operation) = operation else { return };
        let Some(operation) = self.evidence.stored.operations.get(&operation).cloned() else {
            return self.say("I2", format!("{name}: its operation is gone"));
        };
        // A cancellation of the whole order was under way.
        let Some(lines) = released::lines(&operation) else { return self.canceled(reported) };
        if !self.is_as_wished(name, lines) {
            self.say("I1", format!("{name}: other lines were canceled than were wished: {lines:?}"));
        }
        let rejected = operation.state.name() == OperationState::Rejected;
        if rejected && done {
            self.say("I4", format!("{name}: said to be done, and is refused"));
        }
        if rejected && !self.kinds(id).contains("cancellation.refused") {
            self.say("I2", format!("{name}: refused without an event"));
        }
    }

    fn is_as_wished(&self, name: &str, lines: &[ShipmentLine]) -> bool {
        let intent = self.evidence.journal.intents.iter().find(|intent| intent.request_id == name);
        let wished = match intent.map(|intent| &intent.wish) {
            Some(Wish::CancelLines(_, request)) => match &request.selection {
                Selection::Lines(wished) => wished.clone(),
                Selection::AllRemaining => return true,
            },
            Some(Wish::TakeBack(_, request)) => returned::staying(request),
            Some(
                Wish::Place(..)
                | Wish::Ship(..)
                | Wish::Track(..)
                | Wish::Cancel(..)
                | Wish::Refund(..)
                | Wish::CallOff(..)
                | Wish::Pay(..)
                | Wish::Update(..)
                | Wish::Manage(..),
            )
            | None => return false,
        };
        let fits = |wish: &LineSelection| {
            lines.iter().any(|line| {
                line.line_id == wish.line_id
                    && line.part.quantity == wish.quantity
                    && wish.amount.is_none_or(|amount| line.part.amount == amount)
            })
        };
        wished.iter().all(fits)
    }

    /// I1, I3 and I4: each cancellation of lines at Mollie is one that has succeeded here, and each of these one at Mollie. What is
    /// there twice is raised, and nothing else is.
    pub fn line_cancellations(&mut self) {
        let orders: Vec<_> = self.evidence.stored.orders.values().cloned().collect();
        for order in orders {
            for (rule, text) in self.compared(&order) {
                self.say(rule, text);
            }
        }
    }

    fn compared(&self, order: &Order) -> Vec<(&'static str, String)> {
        let stored = &self.evidence.stored;
        let mut all = BTreeMap::<Parts, usize>::new();
        released::at_mollie(&self.evidence.ledger, order).for_each(|one| *all.entry(one).or_default() += 1);
        let own = stored.operations.values().filter(|one| one.order_id == order.id);
        for lines in own.filter_map(|one| released::lines(one)) {
            all.entry(released::parts(order, lines)).or_default();
        }
        let is_meddled_with = self.is_canceled_otherwise(order);
        let mut found = Vec::new();
        for (units, there) in &all {
            let here = released::succeeded(stored, order.id, units);
            let text = || format!("{units:?} canceled {there} times at Mollie, and {here} times here");
            if *there > here {
                found.push(("I1", text()));
            } else if *there < here && !is_meddled_with {
                found.push(("I4", text()));
            }
        }
        let raised = order.items.iter().any(|item| item.kind == ItemKind::SurplusCancellation);
        if raised && found.is_empty() && !is_meddled_with {
            found.push(("surplus", "a cancellation was raised that Mollie has once".to_owned()));
        }
        found
    }

    /// Whether the whole order was canceled or has expired, or somebody canceled units of it.
    fn is_canceled_otherwise(&self, order: &Order) -> bool {
        let id = order.mollie_id.as_ref().map(ToString::to_string);
        let by_hand = self.evidence.journal.acts.iter().any(|act| match act {
            Act::Canceled { mollie_order } | Act::LineCanceled { mollie_order, .. } => {
                Some(mollie_order) == id.as_ref()
            }
            Act::Shipped { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        });
        by_hand || self.canceled_at(order).is_some() || order.facts.expired_time.is_some()
    }
}
