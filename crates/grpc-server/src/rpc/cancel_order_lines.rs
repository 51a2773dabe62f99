//! CancelOrderLines: cancel units of lines that are authorized, and release their money; or tell what that would change.

use std::collections::HashSet;

use domain::operations::cancel_lines::Cancel;
use domain::operations::operation::State;
use domain::operations::task::Task;
use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::ids::{GroupId, OperationId, OrderId};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::order::{Line, Order};
use domain::rules::shipment::ShipmentLine;
use domain::workflow::Intent;
use domain::workflow::preview::Preview;
use domain::workflow::submit::{On, submit};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Header, Submitted, begin};
use super::selection::{by_id, with_line_ids};
use super::{Answer, Visit, errors, preview};
use crate::convert;
use crate::proto::{self, CancelOrderLinesRequest, CancelOrderLinesResponse};

/// A request that was read.
struct Wanted {
    order_id: OrderId,
    lines: LineCancellationRequest,
    selected: Selected,
}

/// The lines that it names; all of them, if it says so.
struct Selected {
    ids: HashSet<String>,
    all: bool,
}

impl Selected {
    fn holds(&self, id: &str) -> bool {
        self.all || self.ids.contains(id)
    }
}

pub async fn call(
    rpc: &Visit,
    request: Request<CancelOrderLinesRequest>,
) -> Answer<CancelOrderLinesResponse> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let validate_only = std::mem::take(&mut request.validate_only);
    let (intent, wanted) = read(rpc, &mut request, call_deadline).await?;
    let Wanted { order_id, lines, selected } = wanted;
    if validate_only {
        return tell(rpc, call_deadline, intent, order_id, lines, &selected).await;
    }
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        submit(&*service, &intent, On::Order(order_id), &Cancel(lines)).await
    });
    let recorded = begun.await?.wait(&rpc.driver, call_deadline).await;
    answer(rpc, order_id, recorded.group, &selected).await
}

async fn read(
    rpc: &Visit,
    request: &mut CancelOrderLinesRequest,
    call_deadline: CallDeadline,
) -> Result<(Intent, Wanted), Status> {
    let mut reading = Reading::of(request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "CancelOrderLines",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, request, call_deadline);
    reading.add(faults);
    let lines = request.lines.iter_mut().map(|line| &mut line.line_id);
    by_id(rpc, &request.order_id, lines.collect()).await?;
    let ids = request.lines.iter().map(|line| line.line_id.clone()).collect();
    let selected = Selected { ids, all: request.all_remaining };
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let lines = match (order_id, convert::line_cancellation::input(std::mem::take(request)).parse()) {
        (Some(order_id), Err(faults)) => Err(with_line_ids(rpc, order_id, faults).await),
        (_, lines) => lines,
    };
    let lines = reading.part(lines);
    let (order_id, lines) = reading.end(order_id.zip(lines))?;
    Ok((intent, Wanted { order_id, lines, selected }))
}

/// Whatever the order's state now, the answer reports the outcome of this request.
async fn answer(
    rpc: &Visit,
    order_id: OrderId,
    group: Option<GroupId>,
    selected: &Selected,
) -> Answer<CancelOrderLinesResponse> {
    let canceled = match group {
        Some(group) => canceled(rpc, order_id, group).await?,
        None => None,
    };
    let OrderWithOperations { order, unsettled } = rpc.order_with_operations(&OrderKey::Id(order_id)).await?;
    let cancellation = canceled.map(|(id, lines)| proto::LineCancellation {
        operation_id: id.to_string(),
        ..convert::line_cancellation::cancellation(&order, &lines, |line| selected.holds(line))
    });
    let order = Some(convert::order::order(&order, &unsettled));
    Ok(Response::new(CancelOrderLinesResponse { order, cancellation }))
}

/// What the operation of the request cancels, unless Mollie refused it. A cancellation of the whole order names no lines.
async fn canceled(
    rpc: &Visit,
    order: OrderId,
    group: GroupId,
) -> Result<Option<(OperationId, Vec<ShipmentLine>)>, Status> {
    let operations = rpc.recorded(order, group).await?;
    let mut found = None;
    for operation in operations {
        if let State::Rejected { rejection, .. } = &operation.state {
            return Err(errors::mollie_refused(rejection, "operation", operation.id));
        }
        match operation.task {
            Task::CancelLines(task) => found = Some((operation.id, task.lines)),
            Task::PlaceOrder(_)
            | Task::CreateShipment(_)
            | Task::UpdateShipment(_)
            | Task::CancelOrder(_)
            | Task::CreateRefund(_)
            | Task::CancelRefund(_)
            | Task::CreatePayment(_)
            | Task::UpdateOrder(_)
            | Task::ManageLines(_) => (),
        }
    }
    Ok(found)
}

/// What the request would change, with nothing saved or sent.
async fn tell(
    rpc: &Visit,
    call_deadline: CallDeadline,
    intent: Intent,
    order_id: OrderId,
    lines: LineCancellationRequest,
    selected: &Selected,
) -> Answer<CancelOrderLinesResponse> {
    let previewed = preview::decide(rpc, call_deadline, intent, order_id, Cancel(lines)).await?;
    match previewed {
        Preview::Before(recorded) => {
            let recorded = Submitted::before(*recorded).wait(&rpc.driver, call_deadline).await;
            answer(rpc, order_id, recorded.group, selected).await
        }
        Preview::Now { before, change } => {
            let after = &change.order;
            let lines = difference(&before.order, after);
            let cancellation = (!lines.is_empty()).then(|| {
                convert::line_cancellation::cancellation(after, &lines, |line| selected.holds(line))
            });
            let order = Some(convert::order::order(after, &before.unsettled));
            Ok(Response::new(CancelOrderLinesResponse { order, cancellation }))
        }
    }
}

/// The units that would be in a cancellation under way.
fn difference(before: &Order, after: &Order) -> Vec<ShipmentLine> {
    let more = |(was, is): (&Line, &Line)| {
        let part = is.canceling.without(was.canceling);
        (part.quantity > 0).then_some(ShipmentLine { line_id: is.id, part })
    };
    before.lines.iter().zip(&after.lines).filter_map(more).collect()
}
