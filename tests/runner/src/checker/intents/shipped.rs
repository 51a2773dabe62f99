//! What shipments came to: told by the shipment that is stored and what Mollie's ledger has under its operation's key.
//! Amounts are not looked at here.

use domain::rules::ids::ShipmentId;
use domain::rules::shipment::{Origin, Shipment, ShipmentState};
use mollie_simulator::rules::EffectKind;

use super::Found;
use crate::journal::Act;

impl Found<'_> {
    /// An acknowledged shipment is one at Mollie, or none and an event says so.
    pub fn shipped(&mut self, name: &str, id: Option<ShipmentId>, done: bool, not_done: bool) {
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
            ShipmentState::Recorded | ShipmentState::NeedsAttention => {
                self.say("I2", format!("{name}: its shipment was never decided"));
            }
            ShipmentState::Registered | ShipmentState::Refused => (),
        }
    }

    /// Whether somebody made a shipment in the dashboard that nothing tells from ours but its lines.
    fn has_double(&self, shipment: &Shipment) -> bool {
        let Some(id) = self.order(shipment.order_id).and_then(|order| order.mollie_id.as_ref()) else {
            return false;
        };
        self.evidence.journal.acts.iter().any(|act| match act {
            Act::Shipped { mollie_order, tracked, .. } => mollie_order == id.as_str() && !tracked,
            Act::Canceled { .. } | Act::Denied(_) | Act::Broken(_) => false,
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
