//! GetOperation.

use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, GetOperationRequest};

pub async fn call(rpc: &Visit, request: GetOperationRequest) -> Answer<proto::Operation> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.id, "id"));
    let id = reading.end(id)?;
    Ok(Response::new(convert::operation::operation(&rpc.operation(id).await?)))
}
