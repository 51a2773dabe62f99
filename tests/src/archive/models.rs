//! The orders that are copied: the service has brought each of them to another end, at the simulator.

use crate::answers::amount;
use crate::drafts::numbered;
use crate::proto::{
    ArchiveOrdersRequest, CancelOrderRequest, CreateRefundRequest, CreateShipmentRequest, Order, OrderStatus,
    ShipmentLineSelection,
};
use crate::wait::{SOON, until};
use crate::world::{World, new_request_id};

const MODELS: usize = 4;

/// Brings them to their ends. Gives their ids.
pub(super) async fn place(world: &World) -> Vec<String> {
    let canceled = world.create(numbered("model-canceled", "ideal")).await;
    let cancel = CancelOrderRequest {
        request_id: new_request_id(),
        id: canceled.id.clone(),
        ..CancelOrderRequest::default()
    };
    world.orders().cancel_order(cancel).await.expect("nobody has paid it");
    let expired = world.create(numbered("model-expired", "banktransfer")).await;
    let paid = world.create_and_check_out(numbered("model-paid", "ideal"), "paid").await;
    ship_rest(world, &paid).await;
    let refund = CreateRefundRequest {
        request_id: new_request_id(),
        order_id: paid.id.clone(),
        amount: Some(amount("5.00")),
        ..CreateRefundRequest::default()
    };
    world.orders().create_refund(refund).await.expect("it is paid");
    let shipped = world.create_and_check_out(numbered("model-shipped", "klarnapaylater"), "authorized").await;
    ship_one(world, &shipped).await;
    ship_rest(world, &shipped).await;
    for order in [&paid, &shipped] {
        world.reaches(&order.id, OrderStatus::Completed).await;
        world.settles(&order.id).await;
    }
    // Money arrives, and what nobody pays expires.
    world.advance("P29D").await;
    let orders = [canceled, expired, paid, shipped];
    rest(world).await;
    orders.map(|order| order.id).into()
}

async fn ship_one(world: &World, order: &Order) {
    let line_id = order.lines[0].id.clone();
    let request = CreateShipmentRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines: vec![ShipmentLineSelection { line_id, quantity: 1, amount: Some(amount("299.00")) }],
        ..CreateShipmentRequest::default()
    };
    world.orders().create_shipment(request).await.expect("it is authorized");
}

async fn ship_rest(world: &World, order: &Order) {
    let request = CreateShipmentRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        all_remaining: true,
        ..CreateShipmentRequest::default()
    };
    world.orders().create_shipment(request).await.expect("there is something left");
}

/// Nothing of them is awaited any more.
async fn rest(world: &World) {
    let request =
        ArchiveOrdersRequest { older_than_days: Some(0), dry_run: true, ..ArchiveOrdersRequest::default() };
    until("every model is closed for good", SOON, async || {
        let answer = world.operators().archive_orders(request.clone()).await.expect("an answer").into_inner();
        (answer.kept.is_empty() && usize::try_from(answer.archived_count) == Ok(MODELS)).then_some(())
    })
    .await;
    until("every event has its position", SOON, async || {
        world.database.query("SELECT 1 FROM event_queue").await.is_empty().then_some(())
    })
    .await;
}
