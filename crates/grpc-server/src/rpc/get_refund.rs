//! GetRefund.

use tonic::Response;

use super::create_refund::load;
use super::reading::Reading;
use super::{Answer, OrderRpc, request};
use crate::convert;
use crate::proto::{self, GetRefundRequest};

pub async fn call(rpc: &OrderRpc, request: GetRefundRequest) -> Answer<proto::Refund> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::refund_id(&request.id, "id"));
    let id = reading.end(id)?;
    Ok(Response::new(convert::refund::refund(&load(rpc, id).await?)))
}
