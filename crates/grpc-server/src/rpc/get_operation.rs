//! GetOperation.

use domain::ports::Store;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, OrderRpc, errors, request};
use crate::convert;
use crate::proto::{self, ErrorReason, GetOperationRequest};

pub async fn call(rpc: &OrderRpc, request: GetOperationRequest) -> Answer<proto::Operation> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.id, "id"));
    let id = reading.end(id)?;
    let operation = rpc.service().store.load_operation(id).await.map_err(errors::store)?;
    let missing = || errors::not_found(ErrorReason::OperationNotFound, format_args!("operation {id}"));
    Ok(Response::new(convert::operation::operation(&operation.ok_or_else(missing)?)))
}
