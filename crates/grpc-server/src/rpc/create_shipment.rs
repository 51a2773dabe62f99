//! CreateShipment: goods that left are recorded at once, and registered at Mollie as soon as it can be reached.

use domain::ports::Store;
use domain::rules::shipment::ShipmentState;
use domain::workflow::ship;
use tonic::{Request, Response};

use super::patience::Patience;
use super::reading::Reading;
use super::request::{self, Wish, begin};
use super::{Answer, OrderRpc, errors};
use crate::convert;
use crate::proto::{self, CreateShipmentRequest, ErrorReason};

pub async fn call(rpc: &OrderRpc, request: Request<CreateShipmentRequest>) -> Answer<proto::Shipment> {
    let patience = Patience::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let wish = Wish {
        method: "CreateShipment",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = wish.intent(rpc.service(), &request, patience);
    reading.add(faults);
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = reading.part(convert::shipment::input(request).parse());
    let (order_id, wanted) = reading.end(order_id.zip(wanted))?;
    let begun = begin(&rpc.driver, patience, move |service| async move {
        ship::ship(&*service, &intent, order_id, &wanted).await
    });
    let accepted = begun.await?.wait(&rpc.driver, patience).await;
    let missing = || errors::not_found(ErrorReason::ShipmentNotFound, "shipment");
    let id = accepted.shipment_id.ok_or_else(missing)?;
    let shipment = rpc.service().store.load_shipment(id).await.map_err(errors::store)?.ok_or_else(missing)?;
    match (shipment.state, &shipment.rejection) {
        (ShipmentState::Refused, _) if !shipment.elsewhere.is_empty() => {
            Err(errors::shipped_elsewhere(&shipment))
        }
        (ShipmentState::Refused, Some(rejection)) => Err(errors::mollie_refused(rejection, "shipment", id)),
        (
            ShipmentState::Recorded
            | ShipmentState::Registered
            | ShipmentState::NeedsAttention
            | ShipmentState::Refused,
            _,
        ) => Ok(Response::new(convert::shipment::shipment(&shipment))),
    }
}
