//! CompareOperation: what an operation was to do beside what Mollie shows now.

use domain::workflow::operator;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::decision::decide;
use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, CompareOperationRequest};

pub async fn call(
    rpc: &Visit,
    request: Request<CompareOperationRequest>,
) -> Answer<proto::OperationComparison> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    let id = reading.end(id)?;
    rpc.may_decide(id).await?;
    let compared =
        decide(rpc, call_deadline, move |service| async move { operator::compare(&*service, id).await });
    let (operation, comparison) = compared.await?;
    Ok(Response::new(convert::comparison::comparison(&operation, &comparison)))
}
