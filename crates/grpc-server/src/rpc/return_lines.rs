//! ReturnLines: units came back or will not leave, so what is authorized of them is canceled and what is paid is refunded; or tell
//! what that would be.

use domain::operations::return_lines::TakeBack;
use domain::ports::OrderKey;
use domain::rules::ids::{OrderId, ReturnId};
use domain::rules::line_return::ReturnRequest;
use domain::workflow::preview::Preview;
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, Recorded};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, Submitted, begin};
use super::selection::{by_id, with_line_ids};
use super::{Answer, Visit, errors, preview};
use crate::convert;
use crate::proto::{self, ReturnLinesRequest};

pub async fn call(rpc: &Visit, request: Request<ReturnLinesRequest>) -> Answer<proto::Return> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let validate_only = std::mem::take(&mut request.validate_only);
    let (intent, order_id, wanted) = read(rpc, request, call_deadline).await?;
    if validate_only {
        return tell(rpc, call_deadline, intent, order_id, wanted).await;
    }
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &TakeBack(wanted)).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    answer(rpc, &recorded).await
}

async fn read(
    rpc: &Visit,
    mut request: ReturnLinesRequest,
    call_deadline: CallDeadline,
) -> Result<(Intent, OrderId, ReturnRequest), Status> {
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header =
        Header { method: "ReturnLines", request_id: &request_id, etag: &request.etag, actor: &request.actor };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let lines = request.lines.iter_mut().map(|line| &mut line.line_id);
    by_id(rpc, &request.order_id, lines.collect()).await?;
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = match (order_id, convert::returned::input(request).parse()) {
        (Some(order_id), Err(faults)) => Err(with_line_ids(rpc, order_id, faults).await),
        (_, wanted) => wanted,
    };
    let wanted = reading.part(wanted);
    let (order_id, wanted) = reading.end(order_id.zip(wanted))?;
    Ok((intent, order_id, wanted))
}

/// What an earlier call with this request id recorded, or what this one would.
async fn tell(
    rpc: &Visit,
    call_deadline: CallDeadline,
    intent: Intent,
    order_id: OrderId,
    wanted: ReturnRequest,
) -> Answer<proto::Return> {
    match preview::decide(rpc, call_deadline, intent, order_id, TakeBack(wanted)).await? {
        Preview::Before(recorded) => {
            answer(rpc, &Submitted::before(*recorded).wait(&rpc.driver, call_deadline).await).await
        }
        Preview::Now { before, change } => {
            let planned = convert::returned::preview(&before.order, &change).ok_or_else(errors::internal)?;
            Ok(Response::new(planned))
        }
    }
}

/// The return as it is now, each part with its outcome. A part that was refused is no error: the other is what it is.
async fn answer(rpc: &Visit, recorded: &Recorded) -> Answer<proto::Return> {
    let id = recorded.answer.returned().ok_or_else(errors::internal)?;
    Ok(Response::new(load(rpc, recorded.order_id, id).await?))
}

async fn load(rpc: &Visit, order_id: OrderId, id: ReturnId) -> Result<proto::Return, Status> {
    let found = rpc.order_with_operations(&OrderKey::Id(order_id)).await?;
    let returned = found.order.returned(id).ok_or_else(errors::internal)?;
    let canceling = match &returned.cancellation {
        Some(planned) => rpc.find_operation(planned.operation_id).await?,
        None => None,
    };
    let mut refunds = Vec::new();
    for id in &returned.refunds {
        refunds.push(rpc.refund(*id).await?);
    }
    Ok(convert::returned::returned(&found.order, returned, canceling.as_ref(), &refunds))
}
