//! `/_simulator/quota`: shows, sets and lifts how many calls are let through.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::control::{Reply, parse};
use super::engine::Engine;
use crate::rules::Quota;

pub async fn get_quota(State(engine): State<Arc<Engine>>) -> Json<Value> {
    tell(&engine)
}

/// Sets the quota of every name, and counts anew.
pub async fn put_quota(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let quota: Quota = parse(&body)?;
    engine.quotas.with(|quotas| quotas.set(Some(quota)));
    Ok(tell(&engine))
}

pub async fn delete_quota(State(engine): State<Arc<Engine>>) -> Json<Value> {
    engine.quotas.with(|quotas| quotas.set(None));
    tell(&engine)
}

fn tell(engine: &Engine) -> Json<Value> {
    engine.quotas.with(|quotas| Json(json!({ "quota": quotas.quota(), "refused": quotas.refused() })))
}
