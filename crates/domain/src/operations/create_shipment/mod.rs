//! Shipping: goods that left are recorded as a fact, whether Mollie can be reached or not.

use super::pen::Pen;
use super::request::{Request, Subject};
use crate::rules::denied::Denied;
use crate::rules::event::EventData;
use crate::rules::operation::OperationKind;
use crate::rules::shipment::{self, Origin, Shipment, ShipmentRequest, ShipmentState};

/// Goods left: units of lines, or all that is left.
#[derive(Clone, Debug)]
pub struct Ship(pub ShipmentRequest);

impl Request for Ship {
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, Denied> {
        pen.unblocked()?;
        let lines = shipment::plan(pen.order(), &self.0)?;
        let shipment = Shipment {
            id: pen.new_shipment_id(),
            order_id: pen.order().id,
            state: ShipmentState::Recorded,
            origin: Origin::Here,
            mollie_id: None,
            lines,
            tracking: self.0.tracking.clone(),
            created_time: pen.now(),
            registered_time: None,
            rejection: None,
            elsewhere: Vec::new(),
        };
        let shipment_id = Some(shipment.id);
        let operation_id = pen.set_to_work(OperationKind::CreateShipment, shipment_id);
        pen.record(EventData::ShipmentRecorded { shipment: Box::new(shipment.clone()), operation_id });
        pen.put(shipment);
        Ok(Subject { shipment_id, operation_id: Some(operation_id) })
    }
}
