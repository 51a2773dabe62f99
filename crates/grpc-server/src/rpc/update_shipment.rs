//! UpdateShipment: change a shipment's tracking, here and at Mollie.

use domain::operations::operation::State;
use domain::operations::update_shipment::Track;
use domain::rules::ids::OrderId;
use domain::rules::shipment::Tracking;
use domain::rules::violation::{Violation, Violations};
use domain::workflow::Recorded;
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, begin};
use super::{Answer, Visit, errors};
use crate::convert;
use crate::proto::{self, UpdateShipmentRequest};

pub async fn call(rpc: &Visit, request: Request<UpdateShipmentRequest>) -> Answer<proto::Shipment> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "UpdateShipment",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let id = reading.part(request::shipment_id(&request.id, "id"));
    let tracking = reading.part(tracking(request.tracking));
    let (shipment_id, tracking) = reading.end(id.zip(tracking))?;
    let order_id = rpc.shipment(shipment_id).await?.order_id;
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &Track { shipment_id, tracking }).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    refuse_if_rejected(rpc, order_id, &recorded).await?;
    Ok(Response::new(convert::shipment::shipment(&rpc.shipment(shipment_id).await?)))
}

pub(super) fn tracking(tracking: Option<proto::Tracking>) -> Result<Tracking, Vec<Violation>> {
    let mut faults = Violations::default();
    let Some(tracking) = tracking else {
        faults.missing("tracking", "tracking.required");
        return Err(faults.into_vec());
    };
    convert::shipment::tracking_input(tracking).read()
}

/// Mollie rejected the change, or rejected the shipment itself, so that there is nothing to track.
async fn refuse_if_rejected(rpc: &Visit, order: OrderId, recorded: &Recorded) -> Result<(), Status> {
    let Some(group) = recorded.group else { return Ok(()) };
    let operations = rpc.recorded(order, group).await?;
    for operation in operations {
        match &operation.state {
            State::Rejected { rejection, .. } => {
                return Err(errors::mollie_refused(rejection, "operation", operation.id));
            }
            State::Withdrawn { .. } => return Err(errors::nothing_to_follow(operation.id)),
            State::Pending { .. }
            | State::InFlight { .. }
            | State::Resolving { .. }
            | State::NeedsAttention { .. }
            | State::Succeeded { .. } => (),
        }
    }
    Ok(())
}
