//! ListOrders: newest first, filtered.

use domain::ports::{OrderFilter, Store};
use domain::rules::ids::ProfileName;
use domain::rules::violation::{Violation, Violations};
use tonic::Response;

use super::{Answer, OrderRpc, errors, page};
use crate::convert;
use crate::convert::common::time_input;
use crate::convert::order::{order_status_input, placement_input};
use crate::proto::{self, ListOrdersRequest, ListOrdersResponse};

pub async fn call(rpc: &OrderRpc, request: ListOrdersRequest) -> Answer<ListOrdersResponse> {
    let (size, after) = (page::size(request.page_size), page::order_key(&request.page_token));
    let (filter, mut faults) = filter(request.filter.unwrap_or_default());
    let (size, after) = match (size, after) {
        (Ok(size), Ok(after)) if faults.is_empty() => (size, after),
        (size, after) => {
            faults.extend(size.err().into_iter().chain(after.err()));
            return Err(errors::invalid(faults));
        }
    };
    let orders = rpc.service().store.list_orders(&filter, after, size).await.map_err(errors::store)?;
    let messages = orders.items.iter().map(|one| convert::order::order(&one.order, &one.unsettled)).collect();
    let next_page_token = orders.next.map(page::order_token).unwrap_or_default();
    Ok(Response::new(ListOrdersResponse { orders: messages, next_page_token }))
}

fn filter(filter: proto::OrderFilter) -> (OrderFilter, Vec<Violation>) {
    let mut faults = Violations::default();
    let mut statuses = Vec::new();
    for (n, number) in filter.statuses.iter().enumerate() {
        match proto::OrderStatus::try_from(*number).ok().and_then(order_status_input) {
            Some(status) => statuses.push(status),
            None => faults.add(
                format!("filter.statuses[{n}]"),
                "filter.status",
                "a status of the API",
                number.to_string(),
            ),
        }
    }
    let mut placements = Vec::new();
    for (n, number) in filter.placements.iter().enumerate() {
        match proto::Placement::try_from(*number).ok().and_then(placement_input) {
            Some(placement) => placements.push(placement),
            None => faults.add(
                format!("filter.placements[{n}]"),
                "filter.placement",
                "a placement of the API",
                number.to_string(),
            ),
        }
    }
    let mut time = |path: &str, given: Option<prost_types::Timestamp>| {
        let read = given.as_ref().map(time_input);
        if read == Some(None) {
            faults.add(
                format!("filter.{path}"),
                "filter.time",
                "a time from 0001-01-01 to 9999-12-30",
                "one outside",
            );
        }
        read.flatten()
    };
    let created_from = time("created_from_time", filter.created_from_time);
    let created_before = time("created_before_time", filter.created_before_time);
    let text = |text: String| (!text.is_empty()).then_some(text);
    let filter = OrderFilter {
        profile: text(filter.profile).map(ProfileName::new),
        statuses,
        placements,
        order_number: text(filter.order_number),
        created_from,
        created_before,
        with_open_items: filter.with_open_items,
    };
    (filter, faults.into_vec())
}
