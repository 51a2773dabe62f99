//! CloseOperatorItem: a person has dealt with what an order raised.

use domain::rules::violation::Violation;
use domain::workflow::operator;
use tonic::{Request, Response};

use super::decision::{self, decide};
use super::patience::Patience;
use super::{Answer, OrderRpc, errors, request};
use crate::proto::{self, CloseOperatorItemRequest};

pub async fn call(rpc: &OrderRpc, request: Request<CloseOperatorItemRequest>) -> Answer<proto::Order> {
    let patience = Patience::of(request.metadata());
    let request = request.into_inner();
    let (id, number) = (request::order_id(&request.order_id, "order_id"), number(request.number));
    let (id, number, decision) = match (id, number, decision::decision(&request.actor, &request.reason)) {
        (Ok(id), Ok(number), Ok(decision)) => (id, number, decision),
        (id, number, decision) => {
            let faults = id.err().into_iter().chain(number.err());
            return Err(errors::invalid(faults.chain(decision.err().into_iter().flatten()).collect()));
        }
    };
    let order = decide(rpc, patience, move |service| async move {
        operator::close_item(&*service, id, number, &decision).await
    });
    Ok(Response::new(rpc.message(&order.await?).await?))
}

fn number(number: i32) -> Result<u32, Violation> {
    u32::try_from(number).ok().filter(|number| *number > 0).ok_or_else(|| Violation {
        path: "number".to_owned(),
        rule: "item.number",
        expected: "the number of an item of the order, from 1".to_owned(),
        got: number.to_string(),
    })
}
