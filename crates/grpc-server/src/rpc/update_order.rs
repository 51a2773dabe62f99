//! UpdateOrder: other addresses, another number, other pages to come back to.

use std::sync::Arc;

use domain::operations::update_order::Update;
use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::order_update::UpdateInput;
use domain::rules::violation::{Violation, Violations};
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Call, Header, begin, or_before, refuse_if_undone};
use super::{Answer, Visit};
use crate::convert;
use crate::convert::common::address_input;
use crate::proto::{self, UpdateOrderRequest};
use crate::service::Service;

const FIELDS: &str = "billing_address, shipping_address, order_number, redirect_url, cancel_url";

pub async fn call(rpc: &Visit, request: Request<UpdateOrderRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header =
        Header { method: "UpdateOrder", request_id: &request_id, etag: &request.etag, actor: &request.actor };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let order_id = reading.part(request::order_id(&request.id, "id"));
    // How its address is judged depends on its methods and its profile.
    let order = match order_id {
        Some(id) => rpc.find_order(&OrderKey::Id(id)).await?,
        None => None,
    };
    let agreed = order.as_ref().map(|order| rpc.service().agreed(&order.profile)).unwrap_or_default();
    let (input, faults) = input(request.order.unwrap_or_default(), request.update_mask);
    reading.add(faults);
    let update = reading.part(input.parse("order", order.as_ref(), &agreed));
    let begun = match or_before(rpc, &intent, reading.parts(order_id.zip(update))).await? {
        Call::Repeated(begun) => *begun,
        Call::New((order_id, update)) => {
            let deciding = |service: Arc<Service>| async move {
                submit(&*service, &intent, On::Order(order_id), &Update(update)).await
            };
            begin(&rpc.driver, call_deadline, deciding).await?
        }
    };
    let recorded = begun.wait(&rpc.driver, call_deadline).await;
    refuse_if_undone(rpc, recorded.order_id, recorded.group).await?;
    let OrderWithOperations { order, unsettled } =
        rpc.order_with_operations(&OrderKey::Id(recorded.order_id)).await?;
    Ok(Response::new(convert::order::order(&order, &unsettled)))
}

/// What the mask names of the new values.
pub(super) fn input(
    given: proto::OrderUpdate,
    mask: Option<prost_types::FieldMask>,
) -> (UpdateInput, Vec<Violation>) {
    let (mut input, mut faults) = (UpdateInput::default(), Violations::default());
    let paths = mask.unwrap_or_default().paths;
    if paths.is_empty() {
        faults.add("update_mask", "update.mask", format!("at least one of {FIELDS}"), "nothing");
    }
    for (n, path) in paths.iter().enumerate() {
        let mut address = |given: &Option<proto::Address>| {
            if given.is_none() {
                let expected = "an address: Mollie cannot take it away";
                faults.add(format!("order.{path}"), "update.value", expected, "nothing");
            }
            given.clone().map(address_input)
        };
        match path.as_str() {
            "billing_address" => input.billing_address = address(&given.billing_address),
            "shipping_address" => input.shipping_address = address(&given.shipping_address),
            "order_number" => input.order_number = Some(given.order_number.clone()),
            "redirect_url" => input.redirect_url = Some(given.redirect_url.clone()),
            "cancel_url" => input.cancel_url = Some(given.cancel_url.clone()),
            _ => {
                let expected = format!("one of {FIELDS}, each whole");
                faults.add(format!("update_mask.paths[{n}]"), "update.mask", expected, path);
            }
        }
    }
    (input, faults.into_vec())
}
