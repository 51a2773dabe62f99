//! Reads what the screen shows: everything that needs a person, and the oldest of what is under way.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use domain::rules::refund::QUEUED_TOO_LONG;
use prost_types::Timestamp;
use tonic::Response;

use crate::cli::client::Connection;
use crate::proto::get_order_request::Key;
use crate::proto::operation_service_client::OperationServiceClient;
use crate::proto::order_service_client::OrderServiceClient;
use crate::proto::{
    CompareOperationRequest, GetOrderRequest, GetShipmentRequest, ListOperationsRequest, ListOrdersRequest,
    ListRefundsRequest, ListRefundsResponse, Operation, OperationComparison, OperationFilter, OperationState,
    Order, OrderFilter, RefundFilter, RefundStatus, Shipment,
};
use crate::status_text::explained;

/// The largest page size.
const PAGE: i32 = 100;
/// Whole orders come with all their lines and metadata, and a page must fit into one message.
const ORDERS: i32 = 20;
/// How many operations are shown that need no person.
const SHOWN: i32 = 20;
/// Of how many operations that need attention Mollie is read: each reading is a call.
const COMPARED: usize = 10;

/// What the on-call engineer needs to see.
pub struct Situation {
    /// The service's time, in seconds.
    pub now: i64,
    /// Operations that need attention, oldest first.
    pub attention: Vec<Operation>,
    /// The first of them beside Mollie, by id; or why Mollie could not be read.
    pub compared: BTreeMap<String, Result<OperationComparison, String>>,
    /// Orders with open review items, oldest first.
    pub concerned: Vec<Order>,
    /// Held shipments with their orders, the oldest order first.
    pub held: Vec<(Order, Shipment)>,
    /// Refunds that Mollie has queued for too long: the oldest, and the sums of all.
    pub queued: ListRefundsResponse,
    /// The oldest other unsettled operations.
    pub others: Vec<Operation>,
    /// Whether there are more of the others.
    pub more: bool,
    /// The orders of the operations and refunds, by id.
    pub orders: BTreeMap<String, Order>,
}

impl Situation {
    /// Whether something waits for a person.
    pub fn waits(&self) -> bool {
        let is_key_refused = |operation: &Operation| operation.key_refused;
        !self.needs_nobody() || self.others.iter().any(is_key_refused)
    }

    /// Whether no person has anything to decide, to review or to top up.
    pub fn needs_nobody(&self) -> bool {
        let has_open_item = |order: &Order| order.items.iter().any(|item| item.closed.is_none());
        self.attention.is_empty()
            && !self.concerned.iter().any(has_open_item)
            && self.held.is_empty()
            && self.queued.refunds.is_empty()
    }
}

pub async fn read(channel: Connection) -> Result<Situation> {
    let (mut operations, mut orders) =
        (OperationServiceClient::new(channel.clone()), OrderServiceClient::new(channel));
    let attention = needing_attention(&mut operations).await?;
    let compared = compared(&mut operations, &attention).await;
    let open_items = OrderFilter { with_open_items: true, ..OrderFilter::default() };
    let concerned = all(&mut orders, open_items).await?;
    let held = held_shipments(&mut orders).await?;
    let states = [OperationState::Pending, OperationState::InFlight, OperationState::Resolving];
    let page = list(states.to_vec(), SHOWN, String::new());
    let page = operations.list_operations(page).await.map_err(explained)?.into_inner();
    let now = page.read_time.context("the service returned no time")?.seconds;
    let queued = orders.list_refunds(queued_too_long(now)).await.map_err(explained)?.into_inner();
    let mut known = BTreeMap::new();
    let of_operations = attention.iter().chain(&page.operations).map(|operation| &operation.order_id);
    for id in of_operations.chain(queued.refunds.iter().map(|refund| &refund.order_id)) {
        if !known.contains_key(id) {
            let key = Some(Key::Id(id.clone()));
            let order = orders.get_order(GetOrderRequest { key }).await.map_err(explained)?.into_inner();
            known.insert(id.clone(), order);
        }
    }
    let more = !page.next_page_token.is_empty();
    let others = page.operations;
    Ok(Situation { now, attention, compared, concerned, held, queued, others, more, orders: known })
}

/// What cannot be compared is shown all the same: the rest of the screen does not depend on Mollie.
async fn compared(
    service: &mut OperationServiceClient<Connection>,
    attention: &[Operation],
) -> BTreeMap<String, Result<OperationComparison, String>> {
    let mut compared = BTreeMap::new();
    for operation in attention.iter().take(COMPARED) {
        let request = CompareOperationRequest { operation_id: operation.id.clone() };
        let answer = service.compare_operation(request).await;
        let answer = answer.map(Response::into_inner).map_err(|status| status.message().to_owned());
        compared.insert(operation.id.clone(), answer);
    }
    compared
}

fn queued_too_long(now: i64) -> ListRefundsRequest {
    let before = Timestamp { seconds: now - QUEUED_TOO_LONG.as_secs(), nanos: 0 };
    let (statuses, registered_before_time) = (vec![RefundStatus::Queued.into()], Some(before));
    let filter = Some(RefundFilter { statuses, registered_before_time, ..RefundFilter::default() });
    ListRefundsRequest { filter, page_size: SHOWN, ..ListRefundsRequest::default() }
}

async fn needing_attention(service: &mut OperationServiceClient<Connection>) -> Result<Vec<Operation>> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let request = list(vec![OperationState::NeedsAttention], PAGE, token.clone());
        let page = service.list_operations(request).await.map_err(explained)?.into_inner();
        found.extend(page.operations);
        token = next(token, page.next_page_token)?;
        if token.is_empty() {
            return Ok(found);
        }
    }
}

async fn held_shipments(service: &mut OrderServiceClient<Connection>) -> Result<Vec<(Order, Shipment)>> {
    let filter = OrderFilter { with_held_shipments: true, ..OrderFilter::default() };
    let mut found = Vec::new();
    for order in all(service, filter).await? {
        for held in &order.held_shipments {
            let request = GetShipmentRequest { id: held.shipment_id.clone() };
            let shipment = service.get_shipment(request).await.map_err(explained)?.into_inner();
            found.push((order.clone(), shipment));
        }
    }
    Ok(found)
}

/// All of these orders, oldest first.
async fn all(service: &mut OrderServiceClient<Connection>, filter: OrderFilter) -> Result<Vec<Order>> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let filter = Some(filter.clone());
        let request = ListOrdersRequest { filter, page_size: ORDERS, page_token: token.clone() };
        let page = service.list_orders(request).await.map_err(explained)?.into_inner();
        found.extend(page.orders);
        token = next(token, page.next_page_token)?;
        if token.is_empty() {
            found.reverse();
            return Ok(found);
        }
    }
}

fn list(states: Vec<OperationState>, page_size: i32, page_token: String) -> ListOperationsRequest {
    let states = states.into_iter().map(Into::into).collect();
    let filter = Some(OperationFilter { states, ..OperationFilter::default() });
    ListOperationsRequest { filter, page_size, page_token }
}

/// If the service returned the same token again, this would never end.
fn next(before: String, token: String) -> Result<String> {
    if token == before && !token.is_empty() {
        bail!("the service returns the same page again");
    }
    Ok(token)
}
