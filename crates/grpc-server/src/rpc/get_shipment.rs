//! GetShipment.

use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, GetShipmentRequest};

pub async fn call(rpc: &Visit, request: GetShipmentRequest) -> Answer<proto::Shipment> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::shipment_id(&request.id, "id"));
    let id = reading.end(id)?;
    Ok(Response::new(convert::shipment::shipment(&rpc.shipment(id).await?)))
}
