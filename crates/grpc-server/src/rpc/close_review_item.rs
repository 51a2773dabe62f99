//! CloseReviewItem: a person has dealt with a review item.

use domain::ports::OrderKey;
use domain::rules::violation::Violation;
use domain::workflow::operator;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::decision::{self, decide};
use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::{self, CloseReviewItemRequest};

pub async fn call(rpc: &Visit, request: Request<CloseReviewItemRequest>) -> Answer<proto::Order> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let number = reading.part(number(request.number));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    let ((id, number), decision) = reading.end(id.zip(number).zip(decision))?;
    rpc.store_of(id).await?;
    let order = decide(rpc, call_deadline, move |service| async move {
        operator::close_item(&*service, id, number, &decision).await
    });
    let found = rpc.order_with_operations(&OrderKey::Id(order.await?.id)).await?;
    Ok(Response::new(convert::order::order(&found.order, &found.unsettled)))
}

pub(super) fn number(number: i32) -> Result<u32, Violation> {
    u32::try_from(number).ok().filter(|number| *number > 0).ok_or_else(|| Violation {
        path: "number".to_owned(),
        rule: "item.number",
        expected: "the number of a review item of the order, from 1".to_owned(),
        got: number.to_string(),
    })
}
