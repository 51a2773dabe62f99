//! CancelOrder: release what is authorized, end what is unpaid, withdraw what Mollie does not have yet. What takes money off
//! shipped goods is given up by name only.

use domain::operations::cancel_order::Cancel;
use domain::ports::{OrderKey, Standing, Store};
use domain::rules::operation::OperationState;
use domain::workflow::submit::submit;
use tonic::{Request, Response, Status};

use super::patience::Patience;
use super::reading::Reading;
use super::request::{self, Wish, begin};
use super::{Answer, OrderRpc, errors};
use crate::convert;
use crate::proto::{self, CancelOrderRequest};

pub async fn call(rpc: &OrderRpc, request: Request<CancelOrderRequest>) -> Answer<proto::Order> {
    let patience = Patience::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let wish =
        Wish { method: "CancelOrder", request_id: &request_id, etag: &request.etag, actor: &request.actor };
    let (intent, faults) = wish.intent(rpc.service(), &request, patience);
    reading.add(faults);
    let order_id = reading.part(request::order_id(&request.id, "id"));
    let order_id = reading.end(order_id)?;
    let wanted = Cancel { release: request.release_line_ids };
    let begun = begin(&rpc.driver, patience, move |service| async move {
        submit(&*service, &intent, order_id, &wanted).await
    });
    let accepted = begun.await?.wait(&rpc.driver, patience).await;
    // However the order stands by now: what this request became is what it is told.
    refuse_if_rejected(rpc, accepted.operation_id).await?;
    let Standing { order, unsettled } = rpc.standing(&OrderKey::Id(order_id)).await?;
    Ok(Response::new(convert::order::order(&order, &unsettled)))
}

async fn refuse_if_rejected(
    rpc: &OrderRpc,
    id: Option<domain::rules::ids::OperationId>,
) -> Result<(), Status> {
    let Some(id) = id else { return Ok(()) };
    let operation = rpc.service().store.load_operation(id).await.map_err(errors::store)?;
    let rejected = operation.filter(|operation| operation.state == OperationState::Rejected);
    match rejected.and_then(|operation| operation.rejection) {
        Some(rejection) => Err(errors::mollie_refused(&rejection, "operation", id)),
        None => Ok(()),
    }
}
