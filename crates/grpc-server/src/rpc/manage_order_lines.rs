//! ManageOrderLines: add, update and cancel lines by one request, all of it or nothing.

use domain::rules::violation::Violations;
use tonic::Request;

use super::call_deadline::CallDeadline;
use super::line_change::Change;
use super::reading::Reading;
use super::request::Header;
use super::{Answer, Visit};
use crate::convert;
use crate::proto::{self, ManageOrderLinesRequest};

pub async fn call(rpc: &Visit, request: Request<ManageOrderLinesRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "ManageOrderLines",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let mut faults = Violations::default();
    let operations = request.operations.into_iter().enumerate();
    let changes = operations
        .filter_map(|(n, it)| convert::line_change::operation(it, &format!("operations[{n}]"), &mut faults))
        .collect();
    reading.add(faults.into_vec());
    let change = Change { order_id: &request.order_id, path: "operations", changes };
    change.submit(rpc, reading, intent, call_deadline).await
}
