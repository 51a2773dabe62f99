//! ListOperations: oldest first, filtered; without states the unsettled ones.

use domain::operations::operation::Operation;
use domain::ports::{Clock, OperationFilter, OperationPageKey, Store};
use domain::rules::violation::{Violation, Violations};
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, errors, page, request};
use crate::convert::common::time;
use crate::convert::operation::{kind_input, operation, state_input};
use crate::proto::{self, ListOperationsRequest, ListOperationsResponse};

pub async fn call(rpc: &Visit, request: ListOperationsRequest) -> Answer<ListOperationsResponse> {
    let mut reading = Reading::of(&request);
    let (mut filter, faults) = filter(request.filter.unwrap_or_default());
    reading.add(faults);
    reading.add(rpc.unknown(&filter.profiles));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::operation_key(&request.page_token));
    let (size, after) = reading.end(size.zip(after))?;
    let (store, _) = rpc.listed(&mut filter.profiles)?;
    let operations = store.list_operations(&filter, after, size).await.map_err(errors::store)?;
    let key = |one: &Operation| OperationPageKey { created_time: one.created_time, id: one.id };
    let (operations, next) = page::messages(operations, operation, key);
    Ok(Response::new(ListOperationsResponse {
        operations,
        next_page_token: next.map(page::operation_token).unwrap_or_default(),
        read_time: Some(time(rpc.service().clock.now())),
    }))
}

pub(super) fn filter(filter: proto::OperationFilter) -> (OperationFilter, Vec<Violation>) {
    let mut faults = Violations::default();
    let mut states = Vec::new();
    for (n, number) in filter.states.iter().enumerate() {
        match proto::OperationState::try_from(*number).ok().and_then(state_input) {
            Some(state) => states.push(state),
            None => {
                faults.add(format!("filter.states[{n}]"), "filter.state", "a known state", number.to_string())
            }
        }
    }
    let mut kinds = Vec::new();
    for (n, number) in filter.kinds.iter().enumerate() {
        match proto::OperationKind::try_from(*number).ok().and_then(kind_input) {
            Some(kind) => kinds.push(kind),
            None => {
                faults.add(format!("filter.kinds[{n}]"), "filter.kind", "a known kind", number.to_string())
            }
        }
    }
    let mut faults = faults.into_vec();
    let order_id = match filter.order_id.as_str() {
        "" => None,
        id => request::order_id(id, "filter.order_id").map_err(|fault| faults.push(fault)).ok(),
    };
    let profiles = page::profiles(filter.profile);
    (OperationFilter { profiles, order_id, states, kinds }, faults)
}
