//! Shipments, whole. It may not decide what a shipment takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::rules::ids::{OrderId, ShipmentId};
use domain::rules::shipment::Shipment;
use jiff::Timestamp;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct Shipments {
    rows: BTreeMap<ShipmentId, Arc<Shipment>>,
    by_age: BTreeSet<(OrderId, Timestamp, ShipmentId)>,
}

fn key(shipment: &Shipment) -> (OrderId, Timestamp, ShipmentId) {
    (shipment.order_id, shipment.created_time, shipment.id)
}

impl Shipments {
    /// Writes shipments, new or in place of what they were.
    pub fn save(&mut self, shipments: Vec<Shipment>) {
        for shipment in shipments {
            self.by_age.insert(key(&shipment));
            let after = key(&shipment);
            let before = self.rows.insert(shipment.id, Arc::new(shipment)).map(|it| key(&it));
            if let Some(before) = before.filter(|before| *before != after) {
                self.by_age.remove(&before);
            }
        }
    }

    pub fn load(&self, id: ShipmentId) -> Option<Shipment> {
        self.rows.get(&id).map(|shipment| Shipment::clone(shipment))
    }

    /// Those of an order, oldest first.
    pub fn list(&self, order: OrderId) -> Vec<Shipment> {
        let first = (order, Timestamp::MIN, ShipmentId::new(Uuid::nil()));
        let of_order = self.by_age.range(first..).take_while(|(owner, _, _)| *owner == order);
        of_order.filter_map(|(_, _, id)| self.load(*id)).collect()
    }

    pub fn all(&self) -> BTreeMap<ShipmentId, Arc<Shipment>> {
        self.rows.clone()
    }
}
