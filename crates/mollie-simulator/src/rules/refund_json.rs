//! A refund as answers show it. It was made on the payment, so that it names no lines.

use serde_json::{Value, json};

use super::json::Object;
use super::records::{Order, Refund};
use super::world::World;

pub fn embedded(order: &Order, refund: &Refund, world: &World) -> Value {
    let payment = format!("payments/{}", refund.payment_id);
    let links = Object::default()
        .set("self", world.api_link(&format!("{payment}/refunds/{}", refund.id)))
        .set("payment", world.api_link(&payment))
        .set("order", world.api_link(&format!("orders/{}", order.id)));
    Object::default()
        .set("resource", "refund")
        .set("id", refund.id.as_str())
        .set("amount", order.currency.amount(refund.amount))
        .set("status", "refunded")
        .set("createdAt", world.time(refund.created_at))
        .set("description", order.description())
        .set("metadata", Value::Null)
        .set("orderId", order.id.as_str())
        .set("paymentId", refund.payment_id.as_str())
        .set("lines", json!([]))
        .set("_links", links)
        .into()
}
