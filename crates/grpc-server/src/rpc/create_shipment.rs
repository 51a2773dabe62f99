//! CreateShipment: goods that left are recorded at once, and registered at Mollie as soon as it can be reached.

use domain::operations::create_shipment::Ship;
use domain::rules::rejection::RejectedBy;
use domain::rules::shipment::ShipmentState;
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, begin};
use super::selection::{by_id, with_line_ids};
use super::{Answer, Visit, errors};
use crate::convert;
use crate::proto::{self, CreateShipmentRequest};

pub async fn call(rpc: &Visit, request: Request<CreateShipmentRequest>) -> Answer<proto::Shipment> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "CreateShipment",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let lines = request.lines.iter_mut().map(|line| &mut line.line_id);
    by_id(rpc, &request.order_id, lines.collect()).await?;
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = match (order_id, convert::shipment::input(request).parse()) {
        (Some(order_id), Err(faults)) => Err(with_line_ids(rpc, order_id, faults).await),
        (_, wanted) => wanted,
    };
    let wanted = reading.part(wanted);
    let (order_id, wanted) = reading.end(order_id.zip(wanted))?;
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &Ship(wanted)).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    let id = recorded.answer.shipment().ok_or_else(errors::internal)?;
    let shipment = rpc.shipment(id).await?;
    match (shipment.state, &shipment.rejection) {
        (ShipmentState::Refused, _) if !shipment.elsewhere.is_empty() => {
            Err(errors::shipped_elsewhere(&shipment))
        }
        (ShipmentState::Refused, Some(rejection)) if rejection.by != RejectedBy::Service => {
            Err(errors::mollie_refused(rejection, "shipment", id))
        }
        (
            ShipmentState::Recorded
            | ShipmentState::Registered
            | ShipmentState::NeedsAttention
            | ShipmentState::Refused,
            _,
        ) => Ok(Response::new(convert::shipment::shipment(&shipment))),
    }
}
