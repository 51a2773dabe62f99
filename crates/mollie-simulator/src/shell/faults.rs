//! `/_simulator/faults`: shows, replaces and disarms what is armed.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::Value;

use super::control::{Reply, refuse};
use super::engine::Engine;
use crate::rules::Faults;

pub async fn get_faults(State(engine): State<Arc<Engine>>) -> Json<Value> {
    Json(engine.faults.to_json())
}

/// Replaces all faults and their counts, or none if anything is wrong. What hangs goes on hanging.
pub async fn put_faults(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let new = Faults::parse(&body).map_err(refuse)?;
    engine.faults.with(|faults| *faults = new);
    Ok(Json(engine.faults.to_json()))
}

/// Disarms all faults, and lets go what hangs.
pub async fn delete_faults(State(engine): State<Arc<Engine>>) -> Json<Value> {
    engine.faults.with(|faults| *faults = Faults::default());
    engine.faults.release();
    Json(engine.faults.to_json())
}
