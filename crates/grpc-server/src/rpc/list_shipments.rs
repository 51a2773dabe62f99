//! ListShipments: those of one order, oldest first. An order has few, so pages are cut from the whole list.

use domain::ports::{OrderKey, Store};
use tonic::Response;

use super::{Answer, OrderRpc, errors, page, request};
use crate::convert;
use crate::proto::{ErrorReason, ListShipmentsRequest, ListShipmentsResponse};

pub async fn call(rpc: &OrderRpc, request: ListShipmentsRequest) -> Answer<ListShipmentsResponse> {
    let id = request::order_id(&request.order_id, "order_id");
    let (size, skip) = (page::size(request.page_size), page::number(&request.page_token));
    let (id, size, skip) = match (id, size, skip) {
        (Ok(id), Ok(size), Ok(skip)) => (id, size as usize, usize::try_from(skip).unwrap_or(usize::MAX)),
        (id, size, skip) => {
            return Err(errors::invalid(id.err().into_iter().chain(size.err()).chain(skip.err()).collect()));
        }
    };
    let store = &rpc.service().store;
    let shipments = store.list_shipments(id).await.map_err(errors::store)?;
    if shipments.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none() {
        return Err(errors::not_found(ErrorReason::OrderNotFound, "order"));
    }
    let page = page::within_bytes(shipments.iter().skip(skip).take(size).map(convert::shipment::shipment));
    let end = skip.saturating_add(page.len());
    let next_page_token = if end < shipments.len() { end.to_string() } else { String::new() };
    Ok(Response::new(ListShipmentsResponse { shipments: page, next_page_token }))
}
