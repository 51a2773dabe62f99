//! `/_simulator/revoked`: credentials that Mollie takes no more. Lives and ends with the process; the journal knows nothing of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::control::{Reply, parse};
use super::engine::Engine;

#[derive(Debug, Default)]
pub struct Revoked(Mutex<BTreeSet<String>>);

impl Revoked {
    /// Whether the header has one of them.
    pub fn has(&self, authorization: Option<&str>) -> bool {
        let credential = authorization.and_then(|header| header.split_once(' ')).map(|(_, text)| text);
        credential.is_some_and(|credential| self.with(|revoked| revoked.contains(credential)))
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Replaces them.
pub async fn put_revoked(State(engine): State<Arc<Engine>>, body: Bytes) -> Reply {
    let credentials: BTreeSet<String> = parse(&body)?;
    engine.revoked.with(|revoked| *revoked = credentials);
    Ok(tell(&engine))
}

pub async fn get_revoked(State(engine): State<Arc<Engine>>) -> Json<Value> {
    tell(&engine)
}

fn tell(engine: &Engine) -> Json<Value> {
    engine.revoked.with(|revoked| Json(json!(revoked)))
}
