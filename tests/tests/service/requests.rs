//! Requests that many tests make.

use prost_types::FieldMask;
use tests::proto::{
    Address, CancelOrderLinesRequest, CancelOrderRequest, CreateOrderPaymentRequest, CreateOrderRequest,
    CreateShipmentRequest, LineOperation, ManageOrderLinesRequest, Order, OrderDraft, OrderLineDraft,
    OrderLineType, OrderLineUpdate, OrderUpdate, ReturnLineSelection, ReturnLinesRequest, Shipment,
    ShipmentLineSelection, SyncOrderRequest, Tracking, UpdateOrderLineRequest, UpdateOrderRequest,
    UpdateShipmentRequest, line_operation,
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

/// A request to take lines back: by line, how many units came back and how many do not leave.
pub fn take_back(order: &Order, lines: &[(usize, i64, i64)]) -> ReturnLinesRequest {
    let line = |(line, came_back, not_leaving): &(usize, i64, i64)| ReturnLineSelection {
        line_id: order.lines[*line].id.clone(),
        came_back: *came_back,
        not_leaving: *not_leaving,
    };
    ReturnLinesRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines: lines.iter().map(line).collect(),
        ..Default::default()
    }
}

/// A request for a further attempt to pay.
pub fn pay(order: &Order) -> CreateOrderPaymentRequest {
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    CreateOrderPaymentRequest { request_id, order_id, ..Default::default() }
}

/// A request to change what a field of the order says.
pub fn update(order: &Order, field: &str, new: OrderUpdate) -> UpdateOrderRequest {
    UpdateOrderRequest {
        request_id: new_request_id(),
        id: order.id.clone(),
        order: Some(new),
        update_mask: Some(FieldMask { paths: vec![field.to_owned()] }),
        ..Default::default()
    }
}

/// A request to bill the order in another city.
pub fn move_to(order: &Order, city: &str) -> UpdateOrderRequest {
    let address = Address { city: city.to_owned(), ..order.billing_address.clone().unwrap() };
    update(order, "billing_address", OrderUpdate { billing_address: Some(address), ..Default::default() })
}

/// A request to send the shopper to another page.
pub fn come_back_to(order: &Order, url: &str) -> UpdateOrderRequest {
    update(order, "redirect_url", OrderUpdate { redirect_url: url.to_owned(), ..Default::default() })
}

/// A request to give a line other values.
pub fn update_line(
    order: &Order,
    line: usize,
    fields: &[&str],
    new: OrderLineUpdate,
) -> UpdateOrderLineRequest {
    UpdateOrderLineRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        line_id: order.lines[line].id.clone(),
        line: Some(new),
        update_mask: Some(FieldMask { paths: fields.iter().map(|field| (*field).to_owned()).collect() }),
        ..Default::default()
    }
}

/// A request to call a line otherwise.
pub fn rename_line(order: &Order, line: usize, name: &str) -> UpdateOrderLineRequest {
    update_line(order, line, &["name"], OrderLineUpdate { name: name.to_owned(), ..Default::default() })
}

/// A request to change several lines.
pub fn manage(order: &Order, operations: Vec<line_operation::Operation>) -> ManageOrderLinesRequest {
    let operations = operations.into_iter().map(|operation| LineOperation { operation: Some(operation) });
    ManageOrderLinesRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        operations: operations.collect(),
        ..Default::default()
    }
}

/// A thing more, for 10.00 each.
pub fn thing(name: &str, quantity: i64) -> line_operation::Operation {
    line_operation::Operation::Add(OrderLineDraft {
        r#type: OrderLineType::Physical.into(),
        name: name.to_owned(),
        quantity,
        unit_price: Some(amount("10.00")),
        vat_rate: "21.00".to_owned(),
        ..Default::default()
    })
}

/// Units of a line that are not wanted any more.
pub fn without(order: &Order, line: usize, quantity: i64) -> line_operation::Operation {
    let line_id = order.lines[line].id.clone();
    line_operation::Operation::Cancel(ShipmentLineSelection { line_id, quantity, amount: None })
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
