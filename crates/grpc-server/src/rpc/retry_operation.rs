//! RetryOperation: resume the resolution of an operation that needs attention.

use domain::workflow::operator;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::decision::{self, decide};
use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, RetryOperationRequest};

pub async fn call(rpc: &Visit, request: Request<RetryOperationRequest>) -> Answer<proto::Operation> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    let (id, decision) = reading.end(id.zip(decision))?;
    rpc.may_decide(id).await?;
    decide(rpc, call_deadline, move |service| async move { operator::retry(&*service, id, &decision).await })
        .await?;
    rpc.driver.wait_for(id, call_deadline.answer_by).await;
    Ok(Response::new(convert::operation::operation(&rpc.operation(id).await?)))
}
