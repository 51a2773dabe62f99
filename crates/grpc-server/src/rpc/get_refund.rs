//! GetRefund.

use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, GetRefundRequest};

pub async fn call(rpc: &Visit, request: GetRefundRequest) -> Answer<proto::Refund> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::refund_id(&request.id, "id"));
    let id = reading.end(id)?;
    Ok(Response::new(convert::refund::refund(&rpc.refund(id).await?)))
}
