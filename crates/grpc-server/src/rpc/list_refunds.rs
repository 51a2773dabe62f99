//! ListRefunds: the refunds of one order, oldest first. An order has few, so pages are cut from the whole list.

use domain::ports::{OrderKey, Store};
use tonic::Response;

use super::reading::Reading;
use super::{Answer, OrderRpc, errors, page, request};
use crate::convert;
use crate::proto::{ErrorReason, ListRefundsRequest, ListRefundsResponse};

pub async fn call(rpc: &OrderRpc, request: ListRefundsRequest) -> Answer<ListRefundsResponse> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::REFUNDS, &request.order_id));
    let ((id, size), skip) = reading.end(id.zip(size).zip(skip))?;
    let (size, skip) = (size as usize, usize::try_from(skip).unwrap_or(usize::MAX));
    let store = &rpc.service().store;
    let refunds = store.list_refunds(id).await.map_err(errors::store)?;
    if refunds.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none() {
        return Err(errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}")));
    }
    let page = page::within_bytes(refunds.iter().skip(skip).take(size).map(convert::refund::refund));
    let end = skip.saturating_add(page.len());
    let next = (end < refunds.len()).then(|| page::number_token(page::REFUNDS, id, end));
    Ok(Response::new(ListRefundsResponse { refunds: page, next_page_token: next.unwrap_or_default() }))
}
