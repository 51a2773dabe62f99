//! GetShipment.

use domain::ports::Store;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, OrderRpc, errors, request};
use crate::convert;
use crate::proto::{self, ErrorReason, GetShipmentRequest};

pub async fn call(rpc: &OrderRpc, request: GetShipmentRequest) -> Answer<proto::Shipment> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::shipment_id(&request.id, "id"));
    let id = reading.end(id)?;
    let shipment = rpc.service().store.load_shipment(id).await.map_err(errors::store)?;
    let missing = || errors::not_found(ErrorReason::ShipmentNotFound, format_args!("shipment {id}"));
    Ok(Response::new(convert::shipment::shipment(&shipment.ok_or_else(missing)?)))
}
