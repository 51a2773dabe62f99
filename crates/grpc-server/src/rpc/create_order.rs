//! CreateOrder: record a draft as an order and place it at Mollie.

use std::sync::Arc;

use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::placement::Placement;
use domain::workflow::{MutationError, Recorded, place};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{Header, Submitted, begin};
use super::{Answer, OrderRpc, continues, draft, errors};
use crate::convert;
use crate::proto::{self, CreateOrderRequest};
use crate::service::Service;

pub async fn call(rpc: &OrderRpc, request: Request<CreateOrderRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let (request_id, actor) = (std::mem::take(&mut request.request_id), request.actor.clone());
    let header = Header { method: "CreateOrder", request_id: &request_id, etag: "", actor: &actor };
    let (intent, faults) = header.intent(rpc.service(), &request, call_deadline);
    let (is_named, validate_only) = (faults.is_empty(), request.validate_only);
    reading.add(faults);
    let continued = reading.part(continues::id(&request.continues));
    let read =
        draft::read(rpc.service(), &request.profile, request.draft.take().unwrap_or_default(), reading)
            .parsed;
    let read = continues::checked(rpc, read, continued.flatten()).await?;
    if is_named
        && (read.is_err() || validate_only)
        && let Some(before) = place::repeated(&**rpc.service(), &intent).await.map_err(errors::mutation)?
    {
        let recorded = Submitted::before(before).wait(&rpc.driver, call_deadline).await;
        return answer(rpc, &recorded).await;
    }
    let (profile, draft) = read.map_err(errors::invalid)?;
    if validate_only {
        if let Some(by) = draft::number_holder(rpc, &profile.0, &draft.order_number).await? {
            let order_number = draft.order_number;
            return Err(errors::mutation(MutationError::NumberHeld { by, order_number }));
        }
        return Ok(Response::new(draft::preview(rpc.service(), profile, draft)));
    }
    let placing = |service: Arc<Service>| async move {
        Box::pin(place::place(&*service, &intent, profile, draft)).await
    };
    let recorded = begin(&rpc.driver, call_deadline, placing).await?.wait(&rpc.driver, call_deadline).await;
    answer(rpc, &recorded).await
}

async fn answer(rpc: &OrderRpc, recorded: &Recorded) -> Result<Response<proto::Order>, Status> {
    let OrderWithOperations { order, unsettled } =
        rpc.order_with_operations(&OrderKey::Id(recorded.order_id)).await?;
    match (order.placement, &order.rejection) {
        (Placement::Placed, _) => Ok(Response::new(convert::order::order(&order, &unsettled))),
        (Placement::Refused, Some(rejection)) => Err(errors::draft_refused(rejection, &order)),
        (Placement::Abandoned, _) | (Placement::Refused, None) => Err(errors::placement_abandoned(&order)),
        (Placement::Placing, _) => {
            let is_key_refused = unsettled.iter().any(|operation| operation.key_refused);
            Err(errors::placement_pending(&order, recorded.operation_id(), is_key_refused))
        }
    }
}
