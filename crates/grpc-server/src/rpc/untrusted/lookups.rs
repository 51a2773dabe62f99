//! Requests that look something up, and operators' decisions: their ids, sizes, tokens and filters.

use domain::rules::payment_method::MethodsInput;
use prost::{Message, Name};
use tonic::Status;

use super::super::{
    archive_orders, close_review_item, decision, list_operations, list_orders, list_refunds, page, request,
    resolve_operation, watch_order_events,
};
use super::{Asked, Site, decoded, other};
use crate::convert::common::amount_input;
use crate::feed::Token;
use crate::proto;
use crate::proto::watch_order_events_request::Start;

/// A request whose ids and names are looked up as they are.
pub fn texts<M: Message + Name + Default>(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (_, reading) = decoded::<M>(bytes)?;
    other(reading, Some(()))
}

pub fn list_orders(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListOrdersRequest>(bytes)?;
    let (_, changed_after, faults) = list_orders::filter(request.filter.unwrap_or_default());
    reading.add(faults);
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(match changed_after {
        Some(_) => page::changed_order_key(&request.page_token),
        None => page::order_key(&request.page_token),
    });
    other(reading, size.zip(after))
}

pub fn list_order_payments(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListOrderPaymentsRequest>(bytes)?;
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::PAYMENTS, &request.order_id));
    other(reading, id.zip(size).zip(skip))
}

pub fn list_payment_methods(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListPaymentMethodsRequest>(bytes)?;
    let proto::ListPaymentMethodsRequest { amount, billing_country, locale, include_issuers, .. } = request;
    let input = MethodsInput { amount: amount.map(amount_input), billing_country, locale, include_issuers };
    let wanted = reading.part(input.parse());
    reading.end(wanted).map(Asked::Methods)
}

pub fn sync_order(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::SyncOrderRequest>(bytes)?;
    let id = reading.part(request::order_id(&request.id, "id"));
    other(reading, id)
}

pub fn get_shipment(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::GetShipmentRequest>(bytes)?;
    let id = reading.part(request::shipment_id(&request.id, "id"));
    other(reading, id)
}

pub fn list_shipments(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListShipmentsRequest>(bytes)?;
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::SHIPMENTS, &request.order_id));
    other(reading, id.zip(size).zip(skip))
}

pub fn get_refund(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::GetRefundRequest>(bytes)?;
    let id = reading.part(request::refund_id(&request.id, "id"));
    other(reading, id)
}

/// Those of an order, or those of all.
pub fn list_refunds(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListRefundsRequest>(bytes)?;
    let size = reading.part(page::size(request.page_size));
    match request.filter {
        None => {
            let id = reading.part(request::order_id(&request.order_id, "order_id"));
            let skip = reading.part(page::number(&request.page_token, page::REFUNDS, &request.order_id));
            other(reading, id.zip(size).zip(skip))
        }
        Some(filter) => {
            reading.add(list_refunds::read(filter).1);
            let after = reading.part(page::refund_key(&request.page_token));
            other(reading, size.zip(after))
        }
    }
}

pub fn list_order_events(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListOrderEventsRequest>(bytes)?;
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::number(&request.page_token, page::EVENTS, &request.order_id));
    other(reading, id.zip(size).zip(after))
}

pub fn watch_order_events(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::WatchOrderEventsRequest>(bytes)?;
    let start = reading.part(request.start.ok_or_else(watch_order_events::no_start));
    let heartbeat = reading.part(watch_order_events::heartbeat(request.heartbeat_interval));
    let (start, _) = reading.end(start.zip(heartbeat))?;
    match start {
        Start::ResumeToken(text) if Token::parse(&text).is_none() => {
            Err(super::errors::token_refused("it is no token of this release"))
        }
        Start::ResumeToken(_) | Start::Now(_) | Start::Beginning(_) => Ok(Asked::Other),
    }
}

pub fn list_deadlines(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListDeadlinesRequest>(bytes)?;
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::deadline_key(&request.page_token));
    other(reading, size.zip(after))
}

pub fn get_operation(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::GetOperationRequest>(bytes)?;
    let id = reading.part(request::operation_id(&request.id, "id"));
    other(reading, id)
}

pub fn wait_operation(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::WaitOperationRequest>(bytes)?;
    let id = reading.part(request::operation_id(&request.id, "id"));
    other(reading, id)
}

pub fn list_operations(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ListOperationsRequest>(bytes)?;
    reading.add(list_operations::filter(request.filter.unwrap_or_default()).1);
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::operation_key(&request.page_token));
    other(reading, size.zip(after))
}

pub fn retry_operation(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::RetryOperationRequest>(bytes)?;
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    other(reading, id.zip(decision))
}

pub fn resolve_operation(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ResolveOperationRequest>(bytes)?;
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    let verdict = reading.part(resolve_operation::verdict(request.outcome));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    other(reading, id.zip(verdict).zip(decision))
}

pub fn compare_operation(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::CompareOperationRequest>(bytes)?;
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    other(reading, id)
}

pub fn close_review_item(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::CloseReviewItemRequest>(bytes)?;
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let number = reading.part(close_review_item::number(request.number));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    other(reading, id.zip(number).zip(decision))
}

pub fn archive_orders(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ArchiveOrdersRequest>(bytes)?;
    let age = reading.part(archive_orders::age(request.older_than_days));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::archive_key(&request.page_token));
    other(reading, age.zip(size).zip(after))
}
