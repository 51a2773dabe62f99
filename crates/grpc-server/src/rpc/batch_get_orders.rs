//! BatchGetOrders: several orders by their keys, each answered for by itself.

use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::violation::Violation;
use tonic::Response;

use super::page::Filling;
use super::reading::Reading;
use super::{Answer, Visit, get_order};
use crate::convert;
use crate::proto::batch_get_orders_response::Result as Found;
use crate::proto::batch_get_orders_response::result::{LeftOut, NotFound, Outcome};
use crate::proto::{BatchGetOrdersRequest, BatchGetOrdersResponse, GetOrderRequest};

/// Orders may be large: this limits how many are in memory for one answer.
const LOADED_AT_ONCE: usize = 50;

pub async fn call(rpc: &Visit, request: BatchGetOrdersRequest) -> Answer<BatchGetOrdersResponse> {
    let mut reading = Reading::of(&request);
    let keys = keys(rpc, request.requests, &mut reading);
    let keys = reading.end(keys)?;
    let mut answer = Filling::new(u32::MAX);
    for keys in keys.chunks(LOADED_AT_ONCE) {
        if answer.room().is_none() {
            answer.messages.extend(keys.iter().map(|_| result(Outcome::LeftOut(LeftOut {}))));
            continue;
        }
        let loaded = rpc.orders(keys).await?;
        loaded.iter().for_each(|found| add(&mut answer, found.as_ref()));
    }
    Ok(Response::new(BatchGetOrdersResponse { results: answer.messages }))
}

/// Every key, or every fault of any.
fn keys(rpc: &Visit, requests: Vec<GetOrderRequest>, reading: &mut Reading) -> Option<Vec<OrderKey>> {
    if requests.is_empty() {
        let (path, expected) = ("requests".to_owned(), "1 to 100 orders".to_owned());
        reading.add(vec![Violation { path, rule: "batch.size", expected, got: "none".to_owned() }]);
    }
    let numbered = (0_usize..).zip(requests);
    let keys: Vec<_> = numbered
        .map(|(n, request)| reading.part(get_order::key(rpc, request, &format!("requests[{n}]."))))
        .collect();
    keys.into_iter().collect()
}

/// Adds the order, if there is one and the answer has room for it.
fn add(answer: &mut Filling<Found>, found: Option<&OrderWithOperations>) {
    match found {
        None => answer.messages.push(result(Outcome::NotFound(NotFound {}))),
        Some(found) => {
            let order = convert::order::order(&found.order, &found.unsettled);
            if !answer.push(result(Outcome::Order(Box::new(order)))) {
                answer.messages.push(result(Outcome::LeftOut(LeftOut {})));
            }
        }
    }
}

const fn result(outcome: Outcome) -> Found {
    Found { outcome: Some(outcome) }
}
