//! CreateOrder: keep a draft as an order and place it at Mollie.

use std::sync::Arc;

use domain::ports::{Clock, Ids, OrderKey, Ports, Standing, Store};
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::order::{Order, Placer};
use domain::rules::placement::{Mode, Placement};
use domain::rules::violation::Violation;
use domain::workflow::{Accepted, Intent, MutationError, place};
use tonic::{Request, Response, Status};

use super::patience::Patience;
use super::reading::Reading;
use super::request::{Begun, Wish, begin};
use super::{Answer, OrderRpc, errors};
use crate::convert;
use crate::proto::{self, CreateOrderRequest};
use crate::service::Service;

pub async fn call(rpc: &OrderRpc, request: Request<CreateOrderRequest>) -> Answer<proto::Order> {
    let patience = Patience::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let (request_id, actor) = (std::mem::take(&mut request.request_id), request.actor.clone());
    let wish = Wish { method: "CreateOrder", request_id: &request_id, etag: "", actor: &actor };
    let (intent, faults) = wish.intent(rpc.service(), &request, patience);
    let (is_named, validate_only) = (faults.is_empty(), request.validate_only);
    reading.add(faults);
    let read = read(rpc, request, reading);
    if is_named
        && (read.is_err() || validate_only)
        && let Some(before) = place::repeated(&**rpc.service(), &intent).await.map_err(errors::mutation)?
    {
        let accepted = Begun::before(before).wait(&rpc.driver, patience).await;
        return answer(rpc, &accepted).await;
    }
    let (profile, draft) = read?;
    if validate_only {
        number_is_free(rpc, &profile.0, &draft.order_number).await?;
        return Ok(Response::new(preview(rpc, intent, profile, draft)));
    }
    let placing = |service: Arc<Service>| async move {
        Box::pin(place::place(&*service, &intent, profile, draft)).await
    };
    let accepted = begin(&rpc.driver, patience, placing).await?.wait(&rpc.driver, patience).await;
    answer(rpc, &accepted).await
}

type Parsed = ((ProfileName, Mode), OrderDraft);

fn read(rpc: &OrderRpc, request: CreateOrderRequest, mut reading: Reading) -> Result<Parsed, Status> {
    let service = rpc.service();
    let profile = service.profile(&request.profile).map_err(|names| Violation {
        path: "profile".to_owned(),
        rule: "profile.name",
        expected: format!("one of {names}"),
        got: if request.profile.is_empty() { "nothing".to_owned() } else { request.profile.clone() },
    });
    let (input, form_faults) = convert::draft::input(request.draft.unwrap_or_default(), "draft");
    reading.add(form_faults);
    let profile = reading.part(profile);
    // Where no profile is named rightly, the rest is judged by what most have agreed.
    let agreed = profile.as_ref().and_then(|(name, _)| service.agreements.get(name).copied());
    let draft = input.parse("draft", service.clock.now(), agreed.unwrap_or_default());
    let draft = reading.part(draft);
    reading.end(profile.zip(draft))
}

async fn number_is_free(rpc: &OrderRpc, profile: &ProfileName, order_number: &str) -> Result<(), Status> {
    let key = OrderKey::Number { profile: profile.clone(), order_number: order_number.to_owned() };
    match rpc.service().store.load_order(&key).await.map_err(errors::store)? {
        Some(holder) if holder.held_number().is_some() => {
            Err(errors::mutation(MutationError::NumberHeld { by: holder.id }))
        }
        Some(_) | None => Ok(()),
    }
}

/// The order a draft would become; nothing is kept.
fn preview(
    rpc: &OrderRpc,
    intent: Intent,
    (profile, mode): (ProfileName, Mode),
    draft: OrderDraft,
) -> proto::Order {
    let service = rpc.service();
    let id = OrderId::new(service.ids().ordered());
    let (caller, request_id) = (intent.caller, intent.request_id);
    let placer = Placer { id, profile, mode, caller, request_id, hook_base: String::new() };
    let order = Order::placing(placer, draft, service.clock.now());
    let message = convert::order::order(&order, &[]);
    proto::Order { id: String::new(), etag: String::new(), placement: 0, created_time: None, ..message }
}

async fn answer(rpc: &OrderRpc, accepted: &Accepted) -> Result<Response<proto::Order>, Status> {
    let Standing { order, unsettled } = rpc.standing(&OrderKey::Id(accepted.order_id)).await?;
    match (order.placement, &order.rejection) {
        (Placement::Placed, _) => Ok(Response::new(convert::order::order(&order, &unsettled))),
        (Placement::Refused, Some(rejection)) => Err(errors::draft_refused(rejection, &order)),
        (Placement::Abandoned, _) | (Placement::Refused, None) => Err(errors::placement_abandoned(&order)),
        (Placement::Placing, _) => Err(errors::placement_pending(&order, accepted.operation_id)),
    }
}
