//! What shipments came to: told by the shipment that is stored and what Mollie's ledger has under its operation's key.
//! Amounts are not looked at here.

use std::sync::Arc;

use domain::operations::operation::Operation;
use domain::operations::task::Task;
use domain::rules::ids::{MollieShipmentId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::shipment::{Origin, Shipment, ShipmentState};
use mollie_simulator::rules::EffectKind;

use super::{Found, Reported};
use crate::journal::Act;
use crate::story;

impl Found<'_> {
    /// An acknowledged shipment is one at Mollie, or none and an event says so.
    pub fn shipped(&mut self, reported: &Reported<'_>) {
        let Reported { name, shipment: id, done, not_done, .. } = *reported;
        let Some(shipment) = id.and_then(|id| self.evidence.stored.shipments.get(&id)).cloned() else {
            return self.say("I2", format!("{name}: its shipment is gone"));
        };
        let there = self.shipments_like(&shipment);
        self.found_elsewhere(name, &shipment);
        let kinds = self.kinds(shipment.order_id);
        match shipment.state {
            // Nobody can tell one made in the dashboard from ours, where ours never arrived and both look alike.
            ShipmentState::Registered
                if there == 0 && !self.was_tracked(&shipment) && self.has_double(&shipment) => {}
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
            // It waits for parcels that nobody has shipped yet.
            ShipmentState::Recorded if shipment.held.is_some() && self.waits(&shipment) => {}
            ShipmentState::Recorded | ShipmentState::NeedsAttention => {
                self.say("I2", format!("{name}: its shipment was never decided"));
            }
            ShipmentState::Registered | ShipmentState::Refused => (),
        }
    }

    /// What is said to be shipped elsewhere somebody shipped in the dashboard, unit by unit; what Mollie refused for another
    /// reason a person is told of.
    fn found_elsewhere(&mut self, name: &str, shipment: &Shipment) {
        let operation = self.registration(shipment);
        let subject = operation.map(|one| one.id.to_string()).unwrap_or_default();
        let order = self.order(shipment.order_id);
        let items = order.map(|order| order.items.as_slice()).unwrap_or_default();
        let raised =
            items.iter().any(|item| item.kind == ItemKind::ShipmentRefused && item.subject == subject);
        let by_mollie = shipment.rejection.as_ref().is_some_and(|rejection| rejection.status().is_some());
        let elsewhere = !shipment.elsewhere.is_empty();
        if by_mollie && raised == elsewhere {
            self.say("elsewhere", format!("{name}: shipped elsewhere: {elsewhere}, raised: {raised}"));
        }
        if elsewhere && !self.holds_units(shipment) {
            let text = format!("{name}: {:?} do not hold its units", shipment.elsewhere);
            self.say("elsewhere", text);
        }
    }

    /// Whether it was to be registered with tracking, however it is followed by now.
    fn was_tracked(&self, shipment: &Shipment) -> bool {
        self.registration(shipment).is_some_and(|operation| match &operation.task {
            Task::CreateShipment(task) => task.tracking.is_some(),
            Task::PlaceOrder(_)
            | Task::UpdateShipment(_)
            | Task::CancelOrder(_)
            | Task::CancelLines(_)
            | Task::CreateRefund(_)
            | Task::CancelRefund(_)
            | Task::CreatePayment(_)
            | Task::UpdateOrder(_)
            | Task::ManageLines(_) => false,
        })
    }

    /// Whether a held parcel may wait: its order is not over, and reserves what it holds.
    fn waits(&self, shipment: &Shipment) -> bool {
        self.order(shipment.order_id).is_some_and(|order| {
            order.closed_time.is_none() && order.held.iter().any(|parcel| parcel.shipment_id == shipment.id)
        })
    }

    /// The operation that registers the shipment, or the one with which it became one.
    pub(super) fn registration(&self, shipment: &Shipment) -> Option<&Operation> {
        let id = shipment.carried_by.unwrap_or(shipment.id);
        let registers = |one: &&Arc<Operation>| {
            story::causes(one.task.name(), EffectKind::ShipmentCreated)
                && one.task.kind().subject().shipment() == Some(id)
        };
        self.evidence.stored.operations.values().find(registers).map(|one| &**one)
    }

    fn holds_units(&self, shipment: &Shipment) -> bool {
        let made = |id: &str| self.is_made_elsewhere(id) || self.is_swapped(shipment.order_id, id);
        let ids: Vec<_> = shipment.elsewhere.iter().map(MollieShipmentId::as_str).collect();
        let all = self.evidence.mollie.iter().flat_map(|order| order["_embedded"]["shipments"].as_array());
        let theirs: Vec<_> =
            all.flatten().filter(|it| ids.contains(&it["id"].as_str().unwrap_or_default())).collect();
        let order = self.order(shipment.order_id);
        ids.iter().all(|id| made(id))
            && shipment.lines.iter().all(|line| {
                let id = order.and_then(|order| order.line(line.line_id)?.mollie_id.clone());
                let id = id.map(|id| id.to_string());
                let parts = theirs.iter().filter_map(|it| it["lines"].as_array()).flatten();
                let own = parts.filter(|part| part["id"].as_str() == id.as_deref());
                own.filter_map(|part| part["quantity"].as_u64()).sum::<u64>() >= u64::from(line.part.quantity)
            })
    }

    fn is_made_elsewhere(&self, id: &str) -> bool {
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { shipment, .. } => shipment == id,
            Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        })
    }

    /// Whether one made in the dashboard was taken for ours, as nothing tells them apart, and this one, ours that came late, for
    /// the dashboard's.
    fn is_swapped(&self, order: OrderId, id: &str) -> bool {
        let stored = self.evidence.stored.shipments.values();
        let ours: Vec<_> = stored
            .filter(|it| it.order_id == order && it.origin == Origin::Here)
            .filter_map(|it| Some((it.mollie_id.as_ref()?.as_str(), self.was_tracked(it))))
            .collect();
        ours.iter().any(|(ours, is_tracked)| !is_tracked && self.is_made_elsewhere(ours))
            && ours.iter().all(|(ours, _)| *ours != id)
    }

    /// Whether somebody made a shipment in the dashboard that nothing tells from ours but its lines.
    fn has_double(&self, shipment: &Shipment) -> bool {
        let Some(id) = self.order(shipment.order_id).and_then(|order| order.mollie_id.as_ref()) else {
            return false;
        };
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { mollie_order, tracked, .. } => mollie_order == id.as_str() && !tracked,
            Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        })
    }

    /// How many shipments at Mollie came of ours, by the key they were sent under.
    fn shipments_like(&self, shipment: &Shipment) -> usize {
        if shipment.origin == Origin::Elsewhere {
            return 1;
        }
        let Some(operation) = self.registration(shipment) else { return 0 };
        let key = Some(operation.key.to_string());
        self.evidence
            .ledger
            .iter()
            .filter(|effect| effect.kind == EffectKind::ShipmentCreated && effect.idempotency_key == key)
            .count()
    }
}
