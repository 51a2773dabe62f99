//! SyncOrder: read the order at Mollie now.

use std::sync::Arc;

use domain::ports::OrderKey;
use domain::workflow::sync;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::{Answer, Visit, errors, request};
use crate::convert;
use crate::proto::{self, SyncOrderRequest};

pub async fn call(rpc: &Visit, request: Request<SyncOrderRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut reading = Reading::of(request.get_ref());
    let id = reading.part(request::order_id(&request.get_ref().id, "id"));
    let id = reading.end(id)?;
    rpc.store_of(id).await?;
    let service = Arc::clone(rpc.service());
    let reading = rpc.driver.own(async move { sync::sync(&*service, id).await });
    let order = match tokio::time::timeout_at(call_deadline.answer_by, reading).await {
        Ok(Ok(read)) => read.map_err(errors::sync)?,
        Ok(Err(error)) => {
            tracing::error!(%error, "a reading ended unexpectedly");
            return Err(errors::internal());
        }
        Err(_) => return Err(errors::mollie_slow()),
    };
    let found = rpc.order_with_operations(&OrderKey::Id(order.id)).await?;
    Ok(Response::new(convert::order::order(&found.order, &found.unsettled)))
}
