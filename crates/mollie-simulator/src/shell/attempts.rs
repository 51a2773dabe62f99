//! `/_simulator/orders/{id}/attempts` and `/_simulator/attempts/{id}`: attempts to pay an order, beside each other.
//!
//! What the checkout page cannot do, because it leads one shopper through one attempt after the other.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use super::control::{Reply, refuse, stopped};
use super::engine::Engine;
use crate::rules::{FinalState, NotBegun, NotEnded, Refusal};

/// `{"method": "ideal"}`, or nothing for an attempt whose method is still to be chosen.
pub async fn begin(State(engine): State<Arc<Engine>>, Path(order): Path<String>, body: Bytes) -> Reply {
    let method = read_method(&body).map_err(refuse)?;
    let begun = engine.run(|world, now| world.begin_attempt(&order, method.as_deref(), now));
    let id = begun.map_err(stopped)?.map_err(|reason| refuse(not_begun(&reason)))?;
    Ok(Json(json!({ "id": id })))
}

/// `{"status": "paid"}`
pub async fn end(State(engine): State<Arc<Engine>>, Path(payment): Path<String>, body: Bytes) -> Reply {
    let state = read_status(&body).map_err(refuse)?;
    let ended = engine.run(|world, now| world.end_attempt(&payment, state, now));
    ended.map_err(stopped)?.map_err(|reason| refuse(not_ended(&reason)))?;
    Ok(Json(json!({ "id": payment, "status": state.as_text() })))
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
    }
}

fn read_method(body: &[u8]) -> Result<Option<String>, Refusal> {
    let object = if body.iter().all(u8::is_ascii_whitespace) { Map::new() } else { object(body)? };
    let mut problems = unknown_fields(&object, "method");
    let method = match object.get("method") {
        None | Some(Value::Null) => None,
        Some(Value::String(method)) if !method.is_empty() => Some(method.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            problems.push("method: should be a text".to_owned());
            None
        }
    };
    if problems.is_empty() { Ok(method) } else { Err(refusal(&problems)) }
}

fn read_status(body: &[u8]) -> Result<FinalState, Refusal> {
    let object = object(body)?;
    let mut problems = unknown_fields(&object, "status");
    let state = object.get("status").and_then(Value::as_str).and_then(FinalState::from_text);
    match state.filter(|state| *state != FinalState::Open) {
        Some(state) if problems.is_empty() => return Ok(state),
        Some(_) => {}
        None => {
            problems.push("status: should be paid, authorized, failed, canceled or expired".to_owned());
        }
    }
    Err(refusal(&problems))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::unprocessable(format!("The attempt should be a JSON object: {error}")))
}

fn unknown_fields(object: &Map<String, Value>, known: &str) -> Vec<String> {
    object
        .keys()
        .filter(|field| *field != known)
        .map(|field| format!("{field}: is no field of this request"))
        .collect()
}

/// Everything that is wrong, at once.
fn refusal(problems: &[String]) -> Refusal {
    let detail = format!("The attempt is invalid. {}.", problems.join("; "));
    Refusal::unprocessable(detail).with_extra(json!({ "problems": problems }))
}
