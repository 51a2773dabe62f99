//! A capture as answers show it.

use serde_json::Value;

use super::json::{Object, documentation};
use super::records::{Capture, Order};
use super::world::World;

pub fn direct(order: &Order, capture: &Capture, world: &World) -> Value {
    let links = links(order, capture, world).set("documentation", documentation("captures-api/get-capture"));
    body(order, capture, world).set("_links", links).into()
}

pub fn listed(order: &Order, capture: &Capture, world: &World) -> Value {
    body(order, capture, world).set("_links", links(order, capture, world)).into()
}

fn links(order: &Order, capture: &Capture, world: &World) -> Object {
    let payment = format!("payments/{}", capture.payment_id);
    Object::default()
        .set("self", world.api_link(&format!("{payment}/captures/{}", capture.id)))
        .set("payment", world.api_link(&payment))
        .set("shipment", world.api_link(&format!("orders/{}/shipments/{}", order.id, capture.shipment_id)))
}

fn body(order: &Order, capture: &Capture, world: &World) -> Object {
    Object::default()
        .set("resource", "capture")
        .set("id", capture.id.as_str())
        .set("mode", order.owner.mode.as_text())
        .set("amount", order.currency.amount(capture.amount))
        .set("status", capture.status.as_text())
        .set("createdAt", world.time(capture.created_at))
        .set("paymentId", capture.payment_id.as_str())
        .set("shipmentId", capture.shipment_id.as_str())
}
