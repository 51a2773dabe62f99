//! CreateOrder: record a draft as an order and place it at Mollie.

use std::sync::Arc;

use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::order::Order;
use domain::rules::placement::{Mode, Placement};
use domain::workflow::{Recorded, held_by, place, supersede};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{Header, Submitted, begin, order_id};
use super::{Answer, Visit, continues, draft, errors};
use crate::convert;
use crate::proto::{self, CreateOrderRequest};
use crate::service::Service;

pub async fn call(rpc: &Visit, request: Request<CreateOrderRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    rpc.may_use(&request.profile)?;
    let mut reading = Reading::of(&request);
    // A preview under the same request id is no other request.
    let validate_only = std::mem::take(&mut request.validate_only);
    let (request_id, actor) = (std::mem::take(&mut request.request_id), request.actor.clone());
    let header = Header { method: "CreateOrder", request_id: &request_id, etag: "", actor: &actor };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    let is_named = faults.is_empty();
    reading.add(faults);
    let continued = reading.part(continues::id(&request.continues));
    let named = Some(&request.supersedes).filter(|text| !text.is_empty());
    let supersedes = reading.part(named.map(|text| order_id(text, "supersedes")).transpose()).flatten();
    let read = draft::read(rpc, &request.profile, request.draft.take().unwrap_or_default(), reading).parsed;
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
        return validated(rpc, profile, draft, supersedes).await;
    }
    let placing = |service: Arc<Service>| async move {
        Box::pin(place::place_in_stead(&*service, &intent, profile, draft, supersedes)).await
    };
    let recorded = begin(&rpc.driver, call_deadline, placing).await?.wait(&rpc.driver, call_deadline).await;
    answer(rpc, &recorded).await
}

/// What the order would be, unless it would be refused.
async fn validated(
    rpc: &Visit,
    profile: (ProfileName, Mode),
    draft: OrderDraft,
    supersedes: Option<OrderId>,
) -> Answer<proto::Order> {
    let service = Arc::clone(rpc.service());
    let order = Order { supersedes, ..draft::would_be(&service, profile, draft) };
    if let Some(old) = supersedes {
        let profile = order.profile.clone();
        let access = rpc.access().clone();
        let checking =
            rpc.driver.own(async move { supersede::check(&*service, &access, old, &profile).await });
        checking.await.map_err(|_| errors::internal())?.map_err(errors::mutation)?;
    }
    let number = order.terms.order_number.clone();
    let holder = draft::number_holder(rpc, &order.profile, &number).await?;
    if let Some(holder) = holder.filter(|holder| Some(holder.id) != supersedes) {
        let held = held_by(&**rpc.service(), &holder, number, Some(&order)).await;
        return Err(held.map_or_else(errors::store, errors::mutation));
    }
    Ok(Response::new(draft::preview(&order)))
}

async fn answer(rpc: &Visit, recorded: &Recorded) -> Result<Response<proto::Order>, Status> {
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
