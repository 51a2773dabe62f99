//! UpdateOrderLine: other values for one line.

use domain::rules::line_change::{LineChangeInput, LineUpdateInput};
use domain::rules::violation::Violations;
use tonic::Request;

use super::call_deadline::CallDeadline;
use super::line_change::Change;
use super::reading::Reading;
use super::request::Header;
use super::{Answer, Visit};
use crate::convert;
use crate::proto::{self, UpdateOrderLineRequest};

pub async fn call(rpc: &Visit, request: Request<UpdateOrderLineRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "UpdateOrderLine",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let mut faults = Violations::default();
    let values = request.line.unwrap_or_default();
    let update = convert::line_change::update(values, request.update_mask, "", &mut faults);
    reading.add(faults.into_vec());
    let update = LineUpdateInput { line_id: request.line_id, ..update };
    let changes = vec![(String::new(), LineChangeInput::Update(Box::new(update)))];
    Change { order_id: &request.order_id, path: "line", changes }
        .submit(rpc, reading, intent, call_deadline)
        .await
}
