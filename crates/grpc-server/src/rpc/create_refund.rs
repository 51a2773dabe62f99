//! CreateRefund: what goes back is kept and reserved at once, and made at Mollie as soon as it can be reached.

use domain::operations::create_refund::GiveBack;
use domain::rules::ids::{OrderId, RefundId};
use domain::rules::refund::{RefundRequest, RefundState};
use domain::workflow::Intent;
use domain::workflow::preview::Preview;
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, begin};
use super::selection::{by_id, with_line_ids};
use super::{Answer, Visit, errors, preview};
use crate::convert;
use crate::proto::{self, CreateRefundRequest};

pub async fn call(rpc: &Visit, request: Request<CreateRefundRequest>) -> Answer<proto::Refund> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let validate_only = std::mem::take(&mut request.validate_only);
    let header = Header {
        method: "CreateRefund",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let lines = request.lines.iter_mut().map(|line| &mut line.line_id);
    let lines = lines.chain(request.reductions.iter_mut().map(|line| &mut line.line_id));
    by_id(rpc, &request.order_id, lines.collect()).await?;
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = match (order_id, convert::refund::input(request).parse()) {
        (Some(order_id), Err(faults)) => Err(with_line_ids(rpc, order_id, faults).await),
        (_, wanted) => wanted,
    };
    let wanted = reading.part(wanted);
    let (order_id, wanted) = reading.end(order_id.zip(wanted))?;
    if validate_only {
        return tell(rpc, call_deadline, intent, order_id, wanted).await;
    }
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &GiveBack(wanted)).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    answer(rpc, recorded.answer.refund().ok_or_else(errors::internal)?).await
}

/// What an earlier call with this request id made, or what this one would.
async fn tell(
    rpc: &Visit,
    call_deadline: CallDeadline,
    intent: Intent,
    order_id: OrderId,
    wanted: RefundRequest,
) -> Answer<proto::Refund> {
    match preview::decide(rpc, call_deadline, intent, order_id, GiveBack(wanted)).await? {
        Preview::Before(before) => answer(rpc, before.answer.refund().ok_or_else(errors::internal)?).await,
        Preview::Now { before, change } => {
            // Those it takes in come before it.
            let planned = change.refunds.last().ok_or_else(errors::internal)?;
            Ok(Response::new(convert::refund::preview(planned, &before.order, &change.order)))
        }
    }
}

async fn answer(rpc: &Visit, id: RefundId) -> Answer<proto::Refund> {
    let refund = rpc.refund(id).await?;
    match (refund.state, &refund.rejection) {
        (RefundState::Refused, Some(rejection)) => Err(errors::mollie_refused(rejection, "refund", id)),
        (
            RefundState::Recorded
            | RefundState::Registered
            | RefundState::NeedsAttention
            | RefundState::Withdrawn
            | RefundState::Refused,
            _,
        ) => Ok(Response::new(convert::refund::refund(&refund))),
    }
}
