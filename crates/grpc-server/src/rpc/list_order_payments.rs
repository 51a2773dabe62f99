//! ListOrderPayments: every attempt to pay one order. An order has few, so pages are cut from the whole list.

use domain::ports::OrderKey;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, page, request};
use crate::convert;
use crate::proto::{ListOrderPaymentsRequest, ListOrderPaymentsResponse};

pub async fn call(rpc: &Visit, request: ListOrderPaymentsRequest) -> Answer<ListOrderPaymentsResponse> {
    let mut reading = Reading::of(&request);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::PAYMENTS, &request.order_id));
    let ((id, size), skip) = reading.end(id.zip(size).zip(skip))?;
    let order = rpc.order_with_operations(&OrderKey::Id(id)).await?.order;
    let (payments, end) = page::cut(&order.payments, size, skip, convert::order::payment);
    let next = end.map(|end| page::number_token(page::PAYMENTS, id, end));
    Ok(Response::new(ListOrderPaymentsResponse { payments, next_page_token: next.unwrap_or_default() }))
}
