//! Requests that many tests make.

use tests::proto::{
    CancelOrderLinesRequest, CancelOrderRequest, CreateOrderRequest, CreateShipmentRequest, Order,
    OrderDraft, Shipment, ShipmentLineSelection, SyncOrderRequest, Tracking, UpdateShipmentRequest,
};
use tests::{Refusal, World, amount, new_request_id, refusal};

/// A request to place a draft, under a name that can be used again.
pub fn create(request_id: &str, draft: OrderDraft) -> CreateOrderRequest {
    CreateOrderRequest { request_id: request_id.to_owned(), draft: Some(draft), ..Default::default() }
}

/// A request to ship units of one line, with an amount in EUR or without.
pub fn ship(order: &Order, line: usize, quantity: i64, value: Option<&str>) -> CreateShipmentRequest {
    let line_id = order.lines[line].id.clone();
    CreateShipmentRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines: vec![ShipmentLineSelection { line_id, quantity, amount: value.map(amount) }],
        tracking: Some(Tracking {
            carrier: "PostNL".to_owned(),
            code: "3SKABA000000000".to_owned(),
            url: String::new(),
        }),
        ..Default::default()
    }
}

/// A request to ship all that is available.
pub fn ship_rest(order: &Order) -> CreateShipmentRequest {
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    CreateShipmentRequest { request_id, order_id, all_remaining: true, ..Default::default() }
}

/// A request to follow a parcel by another code.
pub fn track(shipment: &Shipment, code: &str) -> UpdateShipmentRequest {
    let tracking = Tracking { carrier: "DHL".to_owned(), code: code.to_owned(), url: String::new() };
    UpdateShipmentRequest {
        request_id: new_request_id(),
        id: shipment.id.clone(),
        tracking: Some(tracking),
        ..Default::default()
    }
}

/// A request to cancel units of one line, with an amount in EUR or without.
pub fn cancel_lines(
    order: &Order,
    line: usize,
    quantity: i64,
    value: Option<&str>,
) -> CancelOrderLinesRequest {
    let line_id = order.lines[line].id.clone();
    CancelOrderLinesRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines: vec![ShipmentLineSelection { line_id, quantity, amount: value.map(amount) }],
        ..Default::default()
    }
}

/// A request to cancel.
pub fn cancel(order: &Order) -> CancelOrderRequest {
    CancelOrderRequest { request_id: new_request_id(), id: order.id.clone(), ..Default::default() }
}

/// The order, closed: a minute later Mollie has captured its shipments.
pub async fn closed(world: &World, order: &Order) -> Order {
    world.advance("PT1M").await;
    let order = sync(world, order).await.unwrap();
    assert!(order.closed_time.is_some(), "{order:?}");
    order
}

/// The order as it is read at Mollie now.
pub async fn sync(world: &World, order: &Order) -> Result<Order, Refusal> {
    let answer = world.orders().sync_order(SyncOrderRequest { id: order.id.clone() }).await;
    match answer {
        Ok(order) => Ok(order.into_inner()),
        Err(status) => Err(refusal::<()>(Err(status))),
    }
}
