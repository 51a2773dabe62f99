//! ListShipments: the shipments of one order, oldest first. An order has few, so pages are cut from the whole list.

use domain::ports::{OrderKey, Store};
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, errors, page, request};
use crate::convert;
use crate::proto::{ErrorReason, ListShipmentsRequest, ListShipmentsResponse};

pub async fn call(rpc: &Visit, request: ListShipmentsRequest) -> Answer<ListShipmentsResponse> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::SHIPMENTS, &request.order_id));
    let ((id, size), skip) = reading.end(id.zip(size).zip(skip))?;
    let store = rpc.store_of(id).await?;
    let shipments = store.list_shipments(id).await.map_err(errors::store)?;
    if shipments.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none() {
        return Err(errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}")));
    }
    let (shipments, end) = page::cut(&shipments, size, skip, convert::shipment::shipment);
    let next = end.map(|end| page::number_token(page::SHIPMENTS, id, end));
    Ok(Response::new(ListShipmentsResponse { shipments, next_page_token: next.unwrap_or_default() }))
}
