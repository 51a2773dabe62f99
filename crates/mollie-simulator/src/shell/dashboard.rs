//! `/_simulator/orders/{id}/shipments`, `…/shipments/{shp_id}` and `…/cancellations`: what somebody does in Mollie's
//! dashboard.
//!
//! `{"lines": [{"id": "odl_1.abc", "quantity": 1}], "notify": false}`; nothing named is the whole rest.
//! For a shipment that is there, its tracking: `{"tracking": {"carrier": "DHL", "code": "1"}}`. Decides nothing.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::control::{Reply, refuse, stopped};
use super::engine::Engine;
use crate::rules::{Refusal, World};

/// Answers with the shipment.
pub async fn ship(State(engine): State<Arc<Engine>>, Path(order): Path<String>, body: Bytes) -> Reply {
    act(&engine, &body, |world, body, now| world.ship_in_dashboard(&order, body, now))
}

/// Answers with the shipment.
pub async fn update_shipment(
    State(engine): State<Arc<Engine>>,
    Path((order, shipment)): Path<(String, String)>,
    body: Bytes,
) -> Reply {
    act(&engine, &body, |world, body, now| world.update_shipment_in_dashboard(&order, &shipment, body, now))
}

/// Answers with the order.
pub async fn cancel(State(engine): State<Arc<Engine>>, Path(order): Path<String>, body: Bytes) -> Reply {
    act(&engine, &body, |world, body, now| world.cancel_in_dashboard(&order, body, now))
}

fn act(
    engine: &Engine,
    body: &[u8],
    act: impl FnOnce(&mut World, &Value, Timestamp) -> Result<Value, Refusal>,
) -> Reply {
    let body =
        if body.iter().all(u8::is_ascii_whitespace) { Ok(json!({})) } else { serde_json::from_slice(body) };
    let body: Value = body.map_err(|error| refuse(Refusal::unprocessable(error.to_string())))?;
    engine.run(|world, now| act(world, &body, now)).map_err(stopped)?.map(Json).map_err(refuse)
}
