//! GetOperation.

use domain::ports::Store;
use domain::rules::ids::OperationId;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, OrderRpc, errors};
use crate::convert;
use crate::proto::{self, ErrorReason, GetOperationRequest};

pub async fn call(rpc: &OrderRpc, request: GetOperationRequest) -> Answer<proto::Operation> {
    let missing = || errors::not_found(ErrorReason::OperationNotFound, "operation");
    Reading::of(&request).end(Some(()))?;
    let id = OperationId::parse(&request.id).ok_or_else(missing)?;
    let operation = rpc.service().store.load_operation(id).await.map_err(errors::store)?;
    Ok(Response::new(convert::operation::operation(&operation.ok_or_else(missing)?)))
}
