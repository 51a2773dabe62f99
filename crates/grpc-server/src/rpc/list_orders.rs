//! ListOrders: newest first or by their last change, filtered.

use domain::ports::{Changed, EventStream, OrderFilter, OrderWithOperations, PageKey, Store};
use domain::rules::violation::{Violation, Violations};
use jiff::Timestamp;
use tonic::{Response, Status};

use super::reading::Reading;
use super::{Answer, Visit, errors, page};
use crate::convert;
use crate::convert::common::time_input;
use crate::convert::order::{order_status_input, placement_input};
use crate::proto::{self, ListOrdersRequest, ListOrdersResponse};
use crate::service::Storage;

/// Orders may be large, and a page of them is cut to its bytes: this limits how many are in memory for it.
const LOADED_AT_ONCE: u32 = 50;

pub async fn call(rpc: &Visit, request: ListOrdersRequest) -> Answer<ListOrdersResponse> {
    let mut reading = Reading::of(&request);
    let (mut filter, changed_after, faults) = filter(request.filter.unwrap_or_default());
    reading.add(faults);
    reading.add(rpc.unknown(&filter.profiles));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(match changed_after {
        Some(_) => page::changed_order_key(&request.page_token),
        None => page::order_key(&request.page_token),
    });
    let (size, after) = reading.end(size.zip(after))?;
    let (store, stream) = rpc.listed(&mut filter.profiles)?;
    let answer = match changed_after {
        Some(since) => changed(stream, &filter, since, after, size).await?,
        None => newest(store, &filter, after, size).await?,
    };
    Ok(Response::new(answer))
}

async fn newest(
    store: &Storage,
    filter: &OrderFilter,
    after: Option<PageKey>,
    size: u32,
) -> Result<ListOrdersResponse, Status> {
    let key = |one: &OrderWithOperations| PageKey { time: one.order.created_time, id: one.order.id };
    let (mut page, mut next) = (page::Filling::new(size), after);
    while let Some(room) = page.room() {
        let limit = room.min(LOADED_AT_ONCE);
        let loaded = store.list_orders(filter, next, limit).await.map_err(errors::store)?;
        next = page.add(loaded, message, key);
        if next.is_none() {
            break;
        }
    }
    let next_page_token = next.map(page::order_token).unwrap_or_default();
    Ok(ListOrdersResponse { orders: page.messages, next_page_token })
}

/// By when they changed last.
async fn changed(
    stream: &persistence::Database,
    filter: &OrderFilter,
    since: Timestamp,
    after: Option<PageKey>,
    size: u32,
) -> Result<ListOrdersResponse, Status> {
    let key = |one: &Changed| PageKey { time: one.time, id: one.found.order.id };
    let (mut page, mut next) = (page::Filling::new(size), after);
    while let Some(room) = page.room() {
        let limit = room.min(LOADED_AT_ONCE);
        let loaded = stream.list_changed(filter, since, next, limit).await;
        next = page.add(loaded.map_err(errors::store)?, |one| message(&one.found), key);
        if next.is_none() {
            break;
        }
    }
    let next_page_token = next.map(page::changed_order_token).unwrap_or_default();
    Ok(ListOrdersResponse { orders: page.messages, next_page_token })
}

fn message(one: &OrderWithOperations) -> proto::Order {
    convert::order::order(&one.order, &one.unsettled)
}

/// The filter, and since when the orders have changed.
pub(super) fn filter(filter: proto::OrderFilter) -> (OrderFilter, Option<Timestamp>, Vec<Violation>) {
    let mut faults = Violations::default();
    let mut statuses = Vec::new();
    for (n, number) in filter.statuses.iter().enumerate() {
        match proto::OrderStatus::try_from(*number).ok().and_then(order_status_input) {
            Some(status) => statuses.push(status),
            None => faults.add(
                format!("filter.statuses[{n}]"),
                "filter.status",
                "a known status",
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
                "a known placement",
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
                "a time between the years 1 and 9999",
                "one outside",
            );
        }
        read.flatten()
    };
    let created_from = time("created_from_time", filter.created_from_time);
    let created_before = time("created_before_time", filter.created_before_time);
    let changed_after = time("changed_after_time", filter.changed_after_time);
    let text = |text: String| (!text.is_empty()).then_some(text);
    let filter = OrderFilter {
        profiles: page::profiles(filter.profile),
        statuses,
        placements,
        order_number: text(filter.order_number),
        created_from,
        created_before,
        with_open_items: filter.with_open_items,
        with_held_shipments: filter.with_held_shipments,
    };
    (filter, changed_after, faults.into_vec())
}
