//! A chargeback as answers show it.

use serde_json::{Value, json};

use super::json::{Object, documentation};
use super::records::{Chargeback, Order};
use super::world::World;

pub fn direct(order: &Order, chargeback: &Chargeback, world: &World) -> Value {
    let links =
        links(chargeback, world).set("documentation", documentation("chargebacks-api/get-chargeback"));
    body(order, chargeback, world).set("_links", links).into()
}

pub fn listed(order: &Order, chargeback: &Chargeback, world: &World) -> Value {
    body(order, chargeback, world).set("_links", links(chargeback, world)).into()
}

fn links(chargeback: &Chargeback, world: &World) -> Object {
    let payment = format!("payments/{}", chargeback.payment_id);
    Object::default()
        .set("self", world.api_link(&format!("{payment}/chargebacks/{}", chargeback.id)))
        .set("payment", world.api_link(&payment))
}

fn body(order: &Order, chargeback: &Chargeback, world: &World) -> Object {
    let reason = chargeback
        .reason
        .as_ref()
        .map(|reason| json!({ "code": reason.code, "description": reason.description }));
    Object::default()
        .set("resource", "chargeback")
        .set("id", chargeback.id.as_str())
        .set("amount", order.currency.amount(chargeback.amount))
        .set("settlementAmount", order.currency.amount(-chargeback.amount))
        .maybe("reason", reason)
        .set("createdAt", world.time(chargeback.created_at))
        .maybe("reversedAt", world.times(chargeback.reversed_at))
        .set("paymentId", chargeback.payment_id.as_str())
}
