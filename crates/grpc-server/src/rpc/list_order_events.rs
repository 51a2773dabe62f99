//! ListOrderEvents: an order's changes by sequence.

use domain::ports::{OrderKey, Store};
use domain::rules::event::Event;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, errors, page, request};
use crate::convert;
use crate::proto::{ErrorReason, ListOrderEventsRequest, ListOrderEventsResponse};

pub async fn call(rpc: &Visit, request: ListOrderEventsRequest) -> Answer<ListOrderEventsResponse> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::number(&request.page_token, page::EVENTS, &request.order_id));
    let ((id, size), after) = reading.end(id.zip(size).zip(after))?;
    let store = rpc.store_of(id).await?;
    let events = store.list_events(id, after, size).await.map_err(errors::store)?;
    if events.items.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none()
    {
        return Err(errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}")));
    }
    let order = match events.items.iter().any(convert::event::needs_order) {
        true => store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?,
        false => None,
    };
    let message = |event: &Event| convert::event::with_order(event, order.as_ref());
    let (events, next) = page::messages(events, message, |event| event.sequence);
    let next_page_token =
        next.map(|sequence| page::number_token(page::EVENTS, id, sequence)).unwrap_or_default();
    Ok(Response::new(ListOrderEventsResponse { events, next_page_token }))
}
