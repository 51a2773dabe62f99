//! WaitOperation: the operation once it is at rest, or as it is when time is up. Time that is up is no error.

use domain::operations::operation::{Operation, State};
use domain::ports::{Clock, Ports};
use jiff::Timestamp;
use tokio::time::Instant;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, WaitOperationRequest};

pub async fn call(rpc: &Visit, request: Request<WaitOperationRequest>) -> Answer<proto::Operation> {
    let CallDeadline { answer_by, .. } = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.id, "id"));
    let id = reading.end(id)?;
    let service = rpc.service();
    let operation = rpc.operation(id).await?;
    let end = service.clock().now().saturating_add(answer_by - Instant::now()).unwrap_or(Timestamp::MAX);
    let operation = rpc.driver.waits.until(operation, |now| rests_until(now, end), answer_by).await;
    Ok(Response::new(convert::operation::operation(&operation)))
}

/// Whether nothing more happens to it by then.
fn rests_until(operation: &Operation, end: Timestamp) -> bool {
    match operation.state {
        State::Succeeded { .. }
        | State::Rejected { .. }
        | State::Withdrawn { .. }
        | State::NeedsAttention { .. } => true,
        State::Pending { .. } | State::Resolving { .. } => operation.not_before > end,
        State::InFlight { .. } => false,
    }
}
