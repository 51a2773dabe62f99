//! CancelRefund: a refund is called off before Mollie has it, or canceled there.

use domain::operations::cancel_refund::CallOff;
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, begin, refuse_if_rejected};
use super::{Answer, Visit};
use crate::convert;
use crate::proto::{self, CancelRefundRequest};

pub async fn call(rpc: &Visit, request: Request<CancelRefundRequest>) -> Answer<proto::Refund> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "CancelRefund",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let id = reading.part(request::refund_id(&request.id, "id"));
    let refund_id = reading.end(id)?;
    let order_id = rpc.refund(refund_id).await?.order_id;
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &CallOff { refund_id }).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    // If the refund itself was refused, there is nothing left to cancel, and the refund tells.
    refuse_if_rejected(rpc, order_id, recorded.group).await?;
    Ok(Response::new(convert::refund::refund(&rpc.refund(refund_id).await?)))
}
