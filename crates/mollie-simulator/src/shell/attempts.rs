//! `/_simulator/orders/{id}/attempts` and `/_simulator/attempts/{id}`: attempts to pay an order, beside each other.
//!
//! What the checkout page cannot do, because it leads one shopper through one attempt after the other.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::json;

use super::attempt_body::{self, Asked};
use super::control::{Reply, refuse, stopped};
use super::engine::Engine;
use crate::rules::{NotBegun, NotEnded, NotRefunded, Refusal};

/// `{"method": "ideal"}`, or nothing for an attempt whose method is still to be chosen.
pub async fn begin(State(engine): State<Arc<Engine>>, Path(order): Path<String>, body: Bytes) -> Reply {
    let method = attempt_body::read_method(&body).map_err(refuse)?;
    let begun = engine.run(|world, now| world.begin_attempt(&order, method.as_deref(), now));
    let id = begun.map_err(stopped)?.map_err(|reason| refuse(not_begun(&reason)))?;
    Ok(Json(json!({ "id": id })))
}

/// `{"status": "paid"}`, also `"pending"` and later how that was decided; with `"amount"` where the shopper pays another one than the order's, and `"forced": true` for a
/// result that comes after the attempt's or the order's end. A failed one may say why as `"failure"`. A paid one may say what of it comes from `"vouchers"`, and by
/// which method the `"remainder"` is paid. Or `{"refund": {"value": "10.00", "currency": "EUR"}}`, which
/// gives money of a paid attempt back.
pub async fn end(State(engine): State<Arc<Engine>>, Path(payment): Path<String>, body: Bytes) -> Reply {
    match attempt_body::read_end_or_refund(&body).map_err(refuse)? {
        Asked::End(end) => {
            let ended = engine.run(|world, now| world.end_attempt_as(&payment, &end, now));
            ended.map_err(stopped)?.map_err(|reason| refuse(not_ended(&reason)))?;
            Ok(Json(json!({ "id": payment, "status": end.state.as_text() })))
        }
        Asked::Refund(amount) => {
            let refunded = engine.run(|world, now| world.refund_attempt(&payment, &amount, now));
            let id = refunded.map_err(stopped)?.map_err(|reason| refuse(not_refunded(&reason)))?;
            Ok(Json(json!({ "id": payment, "refund": id })))
        }
    }
}

fn not_begun(reason: &NotBegun) -> Refusal {
    let text = reason.to_string();
    match reason {
        NotBegun::UnknownOrder(_) => Refusal::new(404, text),
        NotBegun::NotPayable(_) => Refusal::new(409, text),
        NotBegun::MethodNotOffered(_) => Refusal::field("method", text),
    }
}

fn not_ended(reason: &NotEnded) -> Refusal {
    let text = reason.to_string();
    match reason {
        NotEnded::UnknownPayment(_) => Refusal::new(404, text),
        NotEnded::HasEnded(_) => Refusal::new(409, text),
        NotEnded::Misfit(_) => Refusal::field("status", text),
        NotEnded::Amount(_) => Refusal::field("amount", text),
        NotEnded::Vouchers(_) => Refusal::field("vouchers", text),
    }
}

fn not_refunded(reason: &NotRefunded) -> Refusal {
    let text = reason.to_string();
    match reason {
        NotRefunded::UnknownPayment(_) => Refusal::new(404, text),
        NotRefunded::NotPaid(_) => Refusal::new(409, text),
        NotRefunded::Amount(_) => Refusal::field("refund", text),
    }
}
