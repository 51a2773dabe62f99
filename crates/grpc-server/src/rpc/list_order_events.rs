//! ListOrderEvents: an order's changes by sequence.

use domain::ports::{OrderKey, Store};
use tonic::Response;

use super::{Answer, OrderRpc, errors, page, request};
use crate::convert;
use crate::proto::{ErrorReason, ListOrderEventsRequest, ListOrderEventsResponse};

pub async fn call(rpc: &OrderRpc, request: ListOrderEventsRequest) -> Answer<ListOrderEventsResponse> {
    let id = request::order_id(&request.order_id, "order_id");
    let (size, after) = (page::size(request.page_size), page::number(&request.page_token));
    let (id, size, after) = match (id, size, after) {
        (Ok(id), Ok(size), Ok(after)) => (id, size, after),
        (id, size, after) => {
            return Err(errors::invalid(id.err().into_iter().chain(size.err()).chain(after.err()).collect()));
        }
    };
    let store = &rpc.service().store;
    let events = store.list_events(id, after, size).await.map_err(errors::store)?;
    if events.items.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none()
    {
        return Err(errors::not_found(ErrorReason::OrderNotFound, "order"));
    }
    let (events, next) = page::messages(events, convert::event::event, |event| event.sequence);
    let next_page_token = next.map(|sequence| sequence.to_string()).unwrap_or_default();
    Ok(Response::new(ListOrderEventsResponse { events, next_page_token }))
}
