//! What only a person can decide, and what a person must look at: raised, listed, refused where it does not fit, decided.

mod commands;
mod compared;
mod payments;
mod surplus;
mod terminal;
mod undecidable;

use serde_json::json;
use tests::proto::{
    CloseReviewItemRequest, ListOperationsRequest, ListOrdersRequest, Operation, OperationFilter,
    OperationState, Order, OrderFilter, OrderStatus, ResolveOperationRequest, RetryOperationRequest,
    Shipment, ShipmentState, resolve_operation_request::Outcome, resolve_operation_request::Rejected,
    resolve_operation_request::Succeeded,
};
use tests::{LEGO, World, draft};

use crate::requests::ship;

/// A shipment of which nobody can tell whether it is registered.
pub struct Undecidable {
    order: Order,
    shipment: Shipment,
    operation: Operation,
    /// The one at Mollie that it may be.
    theirs: String,
}

impl Undecidable {
    /// Half of the first line is shipped, and the answer is lost; when the key has died, Mollie holds a shipment of the same
    /// units with other tracking. Two hours later the lost call takes effect after all.
    pub async fn make(world: &World) -> Self {
        let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
        let fault = json!({"fault": "late_effect", "now": "hang", "after": "PT2H", "in_flight": false,
            "method": "POST", "path": "/v2/orders/*/shipments"});
        world.simulator.fail(json!([fault])).await;
        let (mut orders, request) = (world.orders(), ship(&order, 0, 1, Some("349.00")));
        let shipping = tokio::spawn(async move { orders.create_shipment(request).await });
        world.simulator.has_one_hanging().await;
        world.advance("PT46M").await;
        let theirs = world.simulator.ship_elsewhere(&order, 0, 1, "349.00").await;
        world.reaches(&order.id, OrderStatus::Shipping).await;
        world.simulator.mend().await;
        let shipment = shipping.await.unwrap().unwrap().into_inner();
        assert_eq!(shipment.state(), ShipmentState::NeedsAttention);
        let order = world.order(&order.id).await;
        let operation = order.operations[0].clone();
        Self { order, shipment, operation, theirs }
    }
}

const BY: &str = "jane@shop.example";
const REASON: &str = "compared with the parcels that left";

fn succeeded(operation: &Operation, mollie_id: &str) -> ResolveOperationRequest {
    resolve(operation, Outcome::Succeeded(Succeeded { mollie_id: mollie_id.to_owned() }))
}

fn rejected(operation: &Operation) -> ResolveOperationRequest {
    resolve(operation, Outcome::Rejected(Rejected {}))
}

fn resolve(operation: &Operation, outcome: Outcome) -> ResolveOperationRequest {
    let (operation_id, outcome) = (operation.id.clone(), Some(outcome));
    ResolveOperationRequest { operation_id, outcome, actor: BY.to_owned(), reason: REASON.to_owned() }
}

fn retry(operation: &Operation) -> RetryOperationRequest {
    let operation_id = operation.id.clone();
    RetryOperationRequest { operation_id, actor: BY.to_owned(), reason: REASON.to_owned() }
}

fn close(order: &Order, number: i32) -> CloseReviewItemRequest {
    let (actor, reason) = (BY.to_owned(), REASON.to_owned());
    CloseReviewItemRequest { order_id: order.id.clone(), number, actor, reason }
}

/// The ids of the operations in a state.
async fn listed(world: &World, state: OperationState) -> Vec<String> {
    let filter = Some(OperationFilter { states: vec![state.into()], ..Default::default() });
    let request = ListOperationsRequest { filter, ..Default::default() };
    let page = world.operators().list_operations(request).await.unwrap().into_inner();
    page.operations.into_iter().map(|operation| operation.id).collect()
}

/// The ids of the orders with an item that nobody has closed.
async fn with_open_items(world: &World) -> Vec<String> {
    let filter = Some(OrderFilter { with_open_items: true, ..Default::default() });
    let request = ListOrdersRequest { filter, ..Default::default() };
    let page = world.orders().list_orders(request).await.unwrap().into_inner();
    page.orders.into_iter().map(|order| order.id).collect()
}
