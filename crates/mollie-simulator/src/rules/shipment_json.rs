//! A shipment as answers show it: its lines are order lines without counters, for the part that was shipped.

use serde_json::{Value, json};

use super::json::{Object, documentation};
use super::line_json::{line_head, part_json};
use super::records::{Order, Shipment, ShippedLine, Tracking};
use super::switches::ShipmentSelf;
use super::world::World;

/// A shipment with all its links. Unlike other resources it has its documentation within an order and a list too.
pub fn direct(order: &Order, shipment: &Shipment, world: &World) -> Value {
    body(order, shipment, world).set("_links", links(order, shipment, world)).into()
}

/// All shipments of an order, newest first.
pub fn list(order: &Order, world: &World) -> Value {
    let shipments: Vec<Value> =
        order.shipments.iter().rev().map(|shipment| direct(order, shipment, world)).collect();
    json!({
        "count": shipments.len(),
        "_embedded": { "shipments": shipments },
        "_links": {
            "self": world.api_link(&format!("orders/{}/shipments", order.id)),
            "previous": null,
            "next": null,
            "documentation": documentation("shipments-api/list-shipments"),
        },
    })
}

fn links(order: &Order, shipment: &Shipment, world: &World) -> Object {
    let orders = match world.switches().shipment_self {
        ShipmentSelf::Orders => "orders",
        ShipmentSelf::Order => "order",
    };
    Object::default()
        .set("self", world.api_link(&format!("{orders}/{}/shipments/{}", order.id, shipment.id)))
        .set("order", world.api_link(&format!("orders/{}", order.id)))
        .set("documentation", documentation("shipments-api/get-shipment"))
}

fn body(order: &Order, shipment: &Shipment, world: &World) -> Object {
    Object::default()
        .set("resource", "shipment")
        .set("id", shipment.id.as_str())
        .set("mode", order.owner.mode.as_text())
        .set("orderId", order.id.as_str())
        .set("createdAt", world.time(shipment.created_at))
        .maybe("tracking", shipment.tracking.as_ref().map(tracking))
        .set(
            "lines",
            shipment.lines.iter().filter_map(|line| line_json(order, line, world)).collect::<Vec<_>>(),
        )
}

/// Parcel data, in answers and in the ledger.
pub fn tracking(tracking: &Tracking) -> Value {
    Object::default()
        .set("carrier", tracking.carrier.as_str())
        .set("code", tracking.code.as_str())
        .maybe("url", tracking.url.as_deref())
        .into()
}

fn line_json(order: &Order, shipped: &ShippedLine, world: &World) -> Option<Value> {
    let line = order.lines.iter().find(|line| line.id == shipped.line_id)?;
    let head = line_head(order, line, shipped.status.as_text(), shipped.is_cancelable, world);
    Some(part_json(order, line, shipped.part, shipped.vat_amount, head, world))
}
