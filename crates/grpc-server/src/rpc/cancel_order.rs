//! CancelOrder: release what is authorized, end what is unpaid, withdraw what Mollie does not have yet. Deductions from shipped
//! goods are given up only if named.

use domain::operations::cancel_order::Cancel;
use domain::ports::{OrderKey, OrderWithOperations};
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, begin, refuse_if_rejected};
use super::{Answer, Visit};
use crate::convert;
use crate::proto::{self, CancelOrderRequest};

pub async fn call(rpc: &Visit, request: Request<CancelOrderRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header =
        Header { method: "CancelOrder", request_id: &request_id, etag: &request.etag, actor: &request.actor };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let order_id = reading.part(request::order_id(&request.id, "id"));
    let order_id = reading.end(order_id)?;
    let wanted = Cancel { release: request.release_line_ids };
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &wanted).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    // Whatever the order's state now, the answer reports the outcome of this request.
    refuse_if_rejected(rpc, order_id, recorded.group).await?;
    let OrderWithOperations { order, unsettled } = rpc.order_with_operations(&OrderKey::Id(order_id)).await?;
    Ok(Response::new(convert::order::order(&order, &unsettled)))
}
