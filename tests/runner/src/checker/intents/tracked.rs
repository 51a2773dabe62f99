//! What changes of tracking came to: told by Mollie's ledger, in which every one that took effect has the code that it set. Mollie
//! knows no key of them, and the same may be set more than once.

use std::collections::BTreeSet;

use domain::operations::operation::Operation;
use domain::operations::task::Task;
use domain::rules::event::EventData;
use domain::rules::ids::{MollieShipmentId, OrderId, ShipmentId};
use domain::rules::operation::OperationState;
use domain::rules::shipment::Shipment;
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Found, Reported};
use crate::journal::{Act, Intent};
use crate::replica::Wish;

impl Found<'_> {
    /// An acknowledged change has been made at Mollie, or is refused and an event says so.
    pub fn tracked(&mut self, reported: &Reported<'_>) {
        let Reported { name, order, shipment, operation, done, .. } = *reported;
        let parcel = shipment.and_then(|id| self.evidence.stored.shipments.get(&id));
        // Of parcels that are held, or went along with another one, tracking stays here; so it did while they were held.
        if operation.is_none() && self.is_kept_here(order, shipment, self.wished(name)) {
            return;
        }
        let Some(operation) = operation.and_then(|id| self.evidence.stored.operations.get(&id)).cloned()
        else {
            return self.say("I2", format!("{name}: its operation is gone"));
        };
        let parcel = parcel.and_then(|parcel| parcel.mollie_id.as_ref());
        let parcel = parcel.map(MollieShipmentId::as_str);
        let is_ours = |effect: &&Effect| effect.shipment_id.as_deref() == parcel;
        let is_made = self.updates().filter(is_ours).any(|effect| code(effect) == self.wished(name));
        let state = operation.state.name();
        match state {
            OperationState::Succeeded if !is_made => {
                self.say("I4", format!("{name}: succeeded, and Mollie never had it"));
            }
            OperationState::Rejected | OperationState::Withdrawn if done => {
                self.say("I4", format!("{name}: said to be done, and is {}", state.as_str()));
            }
            OperationState::Rejected | OperationState::Withdrawn
                if !self.kinds(order).contains("shipment.update_refused") =>
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

    fn is_kept_here(&self, order: OrderId, shipment: Option<ShipmentId>, wished: Option<&str>) -> bool {
        let mut events = self.evidence.stored.events.get(&order).into_iter().flatten();
        events.any(|event| {
            let EventData::ShipmentUpdated { shipment_id, operation_id: None, tracking } = &event.data else {
                return false;
            };
            Some(*shipment_id) == shipment && tracking.as_ref().map(|it| it.code.as_str()) == wished
        })
    }

    /// I3: nothing is followed by what nobody wanted. I1: of several wishes the last holds, unless somebody changed it in the
    /// dashboard.
    pub fn trackings(&mut self) {
        let wished: BTreeSet<_> = self.evidence.journal.intents.iter().filter_map(wish).collect();
        let acted: BTreeSet<_> = self.evidence.journal.acts.iter().filter_map(act).collect();
        let mut texts = Vec::new();
        for effect in self.updates() {
            let known = code(effect).is_some_and(|code| wished.contains(code) || acted.contains(code));
            if !known {
                texts.push(("I3", format!("{:?} came from nowhere", effect.shipment_id)));
            }
        }
        for shipment in self.evidence.stored.shipments.values() {
            texts.extend(self.last_wish(shipment).map(|text| ("I1", text)));
        }
        for (rule, text) in texts {
            self.say(rule, text);
        }
    }

    fn last_wish(&self, shipment: &Shipment) -> Option<String> {
        let id = shipment.mollie_id.as_ref().filter(|_| shipment.carried_by.is_none())?;
        let is_touched = self.evidence.journal.acts.iter().any(|act| match act {
            Act::Tracked { shipment, .. } => shipment == id.as_str(),
            Act::Shipped { .. }
            | Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        });
        let mut operations: Vec<&Operation> =
            self.evidence.stored.operations.values().map(|one| &**one).collect();
        operations.retain(|one| one.state.name() == OperationState::Succeeded);
        operations.sort_by_key(|one| one.turn);
        let last = operations.into_iter().rev().find_map(|one| match &one.task {
            Task::UpdateShipment(task) if task.shipment_id == shipment.id => Some(&task.tracking.code),
            Task::UpdateShipment(_)
            | Task::PlaceOrder(_)
            | Task::CreateShipment(_)
            | Task::CancelOrder(_)
            | Task::CancelLines(_)
            | Task::CreateRefund(_)
            | Task::CancelRefund(_)
            | Task::CreatePayment(_)
            | Task::UpdateOrder(_)
            | Task::ManageLines(_) => None,
        });
        let last = last.filter(|_| !is_touched)?;
        let all = self.evidence.mollie.iter().filter_map(|order| order["_embedded"]["shipments"].as_array());
        let theirs = all.flatten().find(|theirs| theirs["id"] == id.as_str())?;
        let code = theirs["tracking"]["code"].as_str();
        (code != Some(last)).then(|| format!("{id} is followed by {code:?}, and {last} was wished last"))
    }

    fn updates(&self) -> impl Iterator<Item = &Effect> {
        self.evidence.ledger.iter().filter(|effect| effect.kind == EffectKind::ShipmentUpdated)
    }

    fn wished(&self, name: &str) -> Option<&str> {
        self.evidence.journal.intents.iter().find(|intent| intent.request_id == name).and_then(wish)
    }

    /// Whether how the shipment is followed was changed after it was made.
    pub fn is_followed_anew(&self, shipment: Option<&str>) -> bool {
        self.updates().any(|effect| effect.shipment_id.as_deref() == shipment)
    }
}

fn code(effect: &Effect) -> Option<&str> {
    effect.particulars.get("tracking")?["code"].as_str()
}

fn wish(intent: &Intent) -> Option<&str> {
    match &intent.wish {
        Wish::Track(_, track) => Some(&track.tracking.code),
        Wish::Place(..)
        | Wish::Ship(..)
        | Wish::Cancel(..)
        | Wish::CancelLines(..)
        | Wish::Refund(..)
        | Wish::CallOff(..)
        | Wish::TakeBack(..)
        | Wish::Pay(..)
        | Wish::Update(..)
        | Wish::Manage(..) => None,
    }
}

fn act(act: &Act) -> Option<&str> {
    match act {
        Act::Tracked { code, .. } => Some(code),
        Act::Shipped { .. }
        | Act::Canceled { .. }
        | Act::LineCanceled { .. }
        | Act::Money { .. }
        | Act::RequestError(_)
        | Act::Broken(_) => None,
    }
}
