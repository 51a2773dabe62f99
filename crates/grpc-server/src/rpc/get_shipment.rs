//! GetShipment.

use domain::ports::Store;
use domain::rules::ids::ShipmentId;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, OrderRpc, errors};
use crate::convert;
use crate::proto::{self, ErrorReason, GetShipmentRequest};

pub async fn call(rpc: &OrderRpc, request: GetShipmentRequest) -> Answer<proto::Shipment> {
    let missing = || errors::not_found(ErrorReason::ShipmentNotFound, "shipment");
    Reading::of(&request).end(Some(()))?;
    let id = ShipmentId::parse(&request.id).ok_or_else(missing)?;
    let shipment = rpc.service().store.load_shipment(id).await.map_err(errors::store)?;
    Ok(Response::new(convert::shipment::shipment(&shipment.ok_or_else(missing)?)))
}
