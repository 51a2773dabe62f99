//! I1 to I4: what callers wanted, each against what Mollie did and what they were told. The journal is believed, and so is
//! Mollie; what is stored has to agree with both.

mod canceled;
mod duplicates;
mod lines;
mod managed;
mod opened;
mod owners;
mod placed;
mod refunded;
mod returned;
mod shipped;
mod tracked;
mod updated;
mod wishes;

use std::collections::BTreeSet;

use domain::operations::operation::Operation;
use domain::rules::event::EventData;
use domain::rules::ids::{Caller, OperationId, OrderId, RequestId, ShipmentId};
use domain::rules::order::Order;
use serde_json::Value;

use super::{Evidence, Violation};
use crate::journal::{Act, Intent, Reply, Said};
use crate::story;

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Found { evidence, violations: Vec::new() };
    for intent in &evidence.journal.intents {
        found.promises(intent);
    }
    found.duplicates();
    found.trackings();
    found.addresses();
    found.doubles();
    found.line_cancellations();
    found.line_changes();
    found.operations();
    found.owners();
    for act in &evidence.journal.acts {
        match act {
            Act::Broken(text) => found.say("stored", text.clone()),
            Act::RequestError(text) => found.say("I4", text.clone()),
            Act::Shipped { .. }
            | Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. } => (),
        }
    }
    found.violations
}

/// What was found so far.
pub struct Found<'a> {
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
        let answers = Answers::of(intent);
        if answers.ids.len() > 1 {
            let ids = &answers.ids;
            self.say("I2", format!("{name}: repeated, it was answered with other resources: {ids:?}"));
        }
        if answers.done && answers.not_done {
            self.say(
                "I4",
                format!("{name}: it was said to be done, and not to be done: {:?}", intent.replies),
            );
        }
        let request = (Caller::new("shop"), RequestId::new(name.clone()));
        if !answers.ids.is_empty() && !self.evidence.stored.requests.contains_key(&request) {
            self.say("I2", format!("{name}: it was accepted, and is not kept"));
        }
        self.outcome(intent, &answers);
    }

    fn outcome(&mut self, intent: &Intent, answers: &Answers) {
        let Some((order, shipment, operation)) = answers.ids.first().copied() else {
            return;
        };
        self.as_wished(intent, order, shipment);
        let Answers { done, not_done, .. } = *answers;
        let reported = Reported { name: &intent.request_id, order, shipment, operation, done, not_done };
        story::of(intent.kind).judge(self, &reported);
        self.returned(intent, &reported);
    }

    /// Only what nobody can decide is put to an operator: where somebody did in the dashboard what may be it. In the end nothing
    /// waits any more.
    fn operations(&mut self) {
        let mut texts = Vec::new();
        for event in self.evidence.stored.events.values().flatten() {
            let EventData::AttentionNeeded { operation_id, reason, .. } = &event.data else { continue };
            let operation = self.evidence.stored.operations.get(operation_id);
            if !operation.is_some_and(|operation| self.was_meddled_with(operation, event.order_id)) {
                let text =
                    format!("operation {operation_id} needs attention and nobody has meddled: {reason}");
                texts.push(("attention", text));
            }
        }
        let waiting = self.evidence.stored.operations.values().filter(|one| !one.state.is_settled());
        texts.extend(waiting.map(|one| {
            (
                "settled",
                format!(
                    "{} {} is {} in the end",
                    one.task.name().as_str(),
                    one.id,
                    one.state.name().as_str()
                ),
            )
        }));
        for (rule, text) in texts {
            self.say(rule, text);
        }
    }

    /// Whether somebody did in the dashboard, with this order, what may be the operation's effect.
    fn was_meddled_with(&self, operation: &Operation, id: OrderId) -> bool {
        let story = story::of(operation.task.name());
        let mollie_id = self.order(id).and_then(|order| order.mollie_id.as_ref());
        let of_order = |act: &&Act| match (act, mollie_id) {
            (
                Act::Shipped { mollie_order, .. }
                | Act::Tracked { mollie_order, .. }
                | Act::LineCanceled { mollie_order, .. }
                | Act::Money { mollie_order, .. }
                | Act::Canceled { mollie_order },
                Some(id),
            ) => mollie_order == id.as_str(),
            (
                Act::Shipped { .. }
                | Act::Canceled { .. }
                | Act::LineCanceled { .. }
                | Act::Tracked { .. }
                | Act::Money { .. }
                | Act::RequestError(_)
                | Act::Broken(_),
                _,
            ) => false,
        };
        self.evidence.journal.acts.iter().filter(of_order).any(|act| story.is_like(act))
    }

    fn kinds(&self, id: OrderId) -> BTreeSet<&'static str> {
        let events = self.evidence.stored.events.get(&id).into_iter().flatten();
        events.map(|event| event.data.kind()).collect()
    }

    fn at_mollie(&self, order: &Order) -> Vec<&'a Value> {
        let number = order.terms.order_number.as_str();
        self.evidence.mollie.iter().filter(|seen| seen["orderNumber"] == number).collect()
    }
}

/// What the answers to one intent said, taken together.
struct Answers {
    ids: BTreeSet<(OrderId, Option<ShipmentId>, Option<OperationId>)>,
    done: bool,
    not_done: bool,
}

impl Answers {
    fn of(intent: &Intent) -> Self {
        let mut answers = Self { ids: BTreeSet::new(), done: false, not_done: false };
        for reply in &intent.replies {
            if let Reply::Accepted { order, shipment, operation, said } = reply {
                answers.ids.insert((*order, *shipment, *operation));
                answers.done |= *said == Said::Done;
                answers.not_done |= *said == Said::NotDone;
            }
        }
        answers
    }
}

/// What the caller of one intent was told in the end.
pub struct Reported<'a> {
    /// Of the request.
    pub name: &'a str,
    pub order: OrderId,
    pub shipment: Option<ShipmentId>,
    pub operation: Option<OperationId>,
    /// It was once said to be done, or not to be done.
    pub done: bool,
    pub not_done: bool,
}
