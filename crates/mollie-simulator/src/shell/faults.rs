//! `/_simulator/faults`: what is armed, and the requests that hang because of it.
//!
//! Lives and ends with the process; the journal knows nothing of it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::control::{Reply, refuse};
use super::engine::Engine;
use super::waiting::{Ticket, Waiting};
use crate::rules::Faults;

#[derive(Debug, Default)]
pub struct FaultLayer {
    armed: Mutex<Faults>,
    hanging: Waiting,
}

impl FaultLayer {
    /// Never call the engine from in here: it comes first where both are locked.
    pub fn with<T>(&self, act: impl FnOnce(&mut Faults) -> T) -> T {
        act(&mut self.armed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// For a request that may turn out to hang.
    pub fn ticket(&self) -> Ticket<'_> {
        self.hanging.ticket()
    }

    /// Lets the requests go that hang.
    pub fn release(&self) {
        self.hanging.release();
    }

    fn to_json(&self) -> Value {
        json!({ "faults": self.with(|faults| faults.to_json()), "hanging": self.hanging.count() })
    }
}

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
