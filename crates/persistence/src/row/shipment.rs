//! Shipments between domain and columns. It may not query.

use domain::ports::StoreError;
use domain::rules::shipment::Shipment;

use super::Row;
use crate::document::{self, ShipmentDocument};
use crate::entity::shipment::Model;
use crate::moment;

impl TryFrom<&Shipment> for Model {
    type Error = StoreError;

    fn try_from(shipment: &Shipment) -> Result<Self, StoreError> {
        Ok(Self {
            id: shipment.id.uuid(),
            order_id: shipment.order_id.uuid(),
            state: shipment.state.as_str().to_owned(),
            mollie_id: shipment.mollie_id.as_ref().map(ToString::to_string),
            document: document::write(&ShipmentDocument::from(shipment))?,
            created_time: moment::column(shipment.created_time),
        })
    }
}

impl TryFrom<Model> for Shipment {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        Row::new("shipments", model.id).document::<ShipmentDocument, _>("document", &model.document)
    }
}
