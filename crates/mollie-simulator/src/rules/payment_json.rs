//! A payment as answers show it: which keys there are depends on how far it has come.

use serde_json::{Value, json};

use super::json::{HTML, Object, dashboard, documentation, link};
use super::method::Flow;
use super::money::Minor;
use super::records::{Order, Payment, PaymentStatus};
use super::world::World;

/// The payment as the answer itself.
pub fn direct(order: &Order, payment: &Payment, world: &World) -> Value {
    let links = links(order, payment, world).set("documentation", documentation("payments-api/get-payment"));
    body(order, payment, world).set("_links", links).into()
}

pub fn embedded(order: &Order, payment: &Payment, world: &World) -> Value {
    body(order, payment, world).set("_links", links(order, payment, world)).into()
}

fn links(order: &Order, payment: &Payment, world: &World) -> Object {
    let is_open = payment.status == PaymentStatus::Open && order.particulars.sequence_type != "recurring";
    let checkout = || link(format!("{}/checkout/{}", world.base(), order.token()), HTML);
    Object::default()
        .set("self", world.api_link(&format!("payments/{}", payment.id)))
        .maybe("checkout", is_open.then(checkout))
        .set("dashboard", dashboard(&format!("payments/{}", payment.id)))
        .set("order", world.api_link(&format!("orders/{}", order.id)))
}

fn body(order: &Order, payment: &Payment, world: &World) -> Object {
    let particulars = &order.particulars;
    let object = Object::default()
        .set("resource", "payment")
        .set("id", payment.id.as_str())
        .set("mode", order.owner.mode.as_text())
        .set("createdAt", world.time(payment.created_at))
        .set("amount", order.currency.amount(order.amount_of(payment)))
        .set("description", order.description())
        .set("method", payment.method.as_deref())
        .set("metadata", Value::Null)
        .set("status", payment.status.as_text());
    progress(object, order, payment, world)
        .maybe("locale", particulars.locale.as_deref())
        .set("profileId", order.owner.profile.as_str())
        .set("orderId", order.id.as_str())
        .set("sequenceType", particulars.sequence_type.as_str())
        .set("redirectUrl", particulars.redirect_url.as_deref())
        .maybe("webhookUrl", particulars.payment_webhook_url.as_deref())
}

fn progress(object: Object, order: &Order, payment: &Payment, world: &World) -> Object {
    let amount = |minor: Minor| order.currency.amount(minor);
    let object = object.maybe("authorizedAt", world.times(payment.authorized_at));
    let object = match payment.flow() {
        Flow::Authorized if payment.authorized_at.is_some() => {
            object.set("amountCaptured", amount(payment.captured))
        }
        Flow::Authorized | Flow::Paid => object,
    };
    match payment.status {
        PaymentStatus::Open => {
            object.set("isCancelable", true).set("expiresAt", world.time(payment.expires_at))
        }
        PaymentStatus::Authorized => object,
        PaymentStatus::Paid => {
            let (received, refunded) = (order.received_by(payment), order.refunded_on(payment));
            object
                .maybe("paidAt", world.times(payment.paid_at))
                .set("amountRefunded", amount(refunded))
                .set("amountRemaining", amount(received - refunded))
                .set("settlementAmount", amount(received))
                .set("details", details(payment))
        }
        PaymentStatus::Failed => object.maybe("failedAt", world.times(payment.ended_at)),
        PaymentStatus::Canceled => object.maybe("canceledAt", world.times(payment.ended_at)),
        PaymentStatus::Expired => object.maybe("expiredAt", world.times(payment.ended_at)),
    }
}

fn details(payment: &Payment) -> Value {
    match payment.method.as_deref() {
        Some("ideal") => json!({
            "consumerName": "T. TEST",
            "consumerAccount": "NL56RABO0597193515",
            "consumerBic": "RABONL2U",
        }),
        Some(_) | None => json!({ "consumerName": "T. TEST" }),
    }
}
