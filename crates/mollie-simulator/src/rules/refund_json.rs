//! A refund as answers show it. One that was made on the payment names no lines.

use serde_json::Value;

use super::answer::Answer;
use super::json::{Object, documentation};
use super::line_json::{line_head, part_json};
use super::records::{Order, Refund, RefundStatus, RefundedLine};
use super::world::World;

/// The answer to the creation of the order's last refund.
pub fn created(order: &Order, world: &World) -> Answer {
    let refund = order.refunds.last().map(|refund| direct(order, refund, world));
    Answer::created(refund.unwrap_or_default())
}

/// The refund as the answer itself.
pub fn direct(order: &Order, refund: &Refund, world: &World) -> Value {
    let links = links(order, refund, world).set("documentation", documentation("refunds-api/get-refund"));
    body(order, refund, world).set("_links", links).into()
}

pub fn embedded(order: &Order, refund: &Refund, world: &World) -> Value {
    body(order, refund, world).set("_links", links(order, refund, world)).into()
}

fn links(order: &Order, refund: &Refund, world: &World) -> Object {
    let payment = format!("payments/{}", refund.payment_id);
    Object::default()
        .set("self", world.api_link(&format!("{payment}/refunds/{}", refund.id)))
        .set("payment", world.api_link(&payment))
        .set("order", world.api_link(&format!("orders/{}", order.id)))
}

fn body(order: &Order, refund: &Refund, world: &World) -> Object {
    let description = refund.description.clone().unwrap_or_else(|| order.description());
    let settlement = match refund.status {
        RefundStatus::Processing | RefundStatus::Refunded => Some(order.currency.amount(-refund.amount)),
        RefundStatus::Queued | RefundStatus::Pending | RefundStatus::Failed | RefundStatus::Canceled => None,
    };
    let lines = refund.lines.iter().filter_map(|line| line_json(order, line, world)).collect::<Vec<_>>();
    Object::default()
        .set("resource", "refund")
        .set("id", refund.id.as_str())
        .set("mode", order.owner.mode.as_text())
        .set("amount", order.currency.amount(refund.amount))
        .maybe("settlementAmount", settlement)
        .set("status", refund.status.as_text())
        .set("createdAt", world.time(refund.created_at))
        .set("description", description)
        .set("metadata", refund.metadata.clone())
        .set("orderId", order.id.as_str())
        .set("paymentId", refund.payment_id.as_str())
        .set("lines", lines)
}

fn line_json(order: &Order, refunded: &RefundedLine, world: &World) -> Option<Value> {
    let line = order.lines.iter().find(|line| line.id == refunded.line_id)?;
    let head = line_head(order, line, refunded.status.as_text(), false, world);
    Some(part_json(order, line, refunded.part, refunded.vat_amount, head, world))
}
