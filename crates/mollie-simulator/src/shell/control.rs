//! `/_simulator`: what only a simulator has. Clock, ledger, switches, hold, revoked credentials and counters, as JSON.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Span;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::engine::{AdvanceError, Engine, Stopped};
use crate::rules::{Answer, Pattern, Refusal, Switches};

/// A JSON body with its status, for success and failure alike.
pub(super) type Reply = Result<Json<Value>, (StatusCode, Json<Value>)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// ISO 8601, as in `P28D`.
    advance: String,
}

pub async fn get_clock(State(engine): State<Arc<Engine>>) -> Reply {
    engine.run(|_, _| ()).map_err(stopped)?;
    Ok(clock(&engine))
}

pub async fn post_clock(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let Advance { advance } = parse(&body)?;
    let span: Span = advance.parse().map_err(|_| {
        refuse(Refusal::field("advance", "The advance should be an ISO 8601 duration, as in P28D."))
    })?;
    engine.advance(span).map_err(|error| match error {
        AdvanceError::NotForward => refuse(Refusal::field("advance", error.to_string())),
        AdvanceError::Stopped(reason) => stopped(reason),
    })?;
    Ok(clock(&engine))
}

fn clock(engine: &Engine) -> Json<Value> {
    Json(json!({ "now": engine.now(), "offset_seconds": engine.offset().get().as_secs() }))
}

pub async fn get_ledger(State(engine): State<Arc<Engine>>) -> Reply {
    engine.run(|world, _| json!({ "effects": world.ledger() })).map(Json).map_err(stopped)
}

pub async fn get_switches(State(engine): State<Arc<Engine>>) -> Reply {
    engine.run(|world, _| json!(world.switches())).map(Json).map_err(stopped)
}

/// Sets all switches: those not named go back to their default.
pub async fn put_switches(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let switches: Switches = parse(&body)?;
    let set = engine.run(|world, _| {
        world.set_switches(switches);
        json!(world.switches())
    });
    set.map(Json).map_err(stopped)
}

pub async fn get_hold(State(engine): State<Arc<Engine>>) -> Json<Value> {
    hold(&engine)
}

pub async fn put_hold(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let pattern: Pattern = parse(&body)?;
    engine.hold.arm(pattern);
    Ok(hold(&engine))
}

pub async fn delete_hold(State(engine): State<Arc<Engine>>) -> Json<Value> {
    engine.hold.release();
    hold(&engine)
}

fn hold(engine: &Engine) -> Json<Value> {
    Json(json!({ "armed": engine.hold.armed(), "held": engine.hold.held() }))
}

pub async fn get_requests(State(engine): State<Arc<Engine>>) -> Json<Value> {
    Json(engine.counters.to_json())
}

/// Replaces the credentials that Mollie takes no more.
pub async fn put_revoked(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    engine.revoked.replace(parse(&body)?);
    Ok(Json(json!(engine.revoked.all())))
}

pub async fn get_revoked(State(engine): State<Arc<Engine>>) -> Json<Value> {
    Json(json!(engine.revoked.all()))
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body).map_err(|error| refuse(Refusal::unprocessable(error.to_string())))
}

pub(super) fn stopped(reason: Stopped) -> (StatusCode, Json<Value>) {
    refuse(Refusal::new(503, reason.to_string()))
}

pub(super) fn refuse(refusal: Refusal) -> (StatusCode, Json<Value>) {
    let answer = Answer::from(refusal);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(answer.body))
}
