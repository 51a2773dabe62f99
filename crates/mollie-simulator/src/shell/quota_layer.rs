//! How many calls are let through, and what answers say of it. Lives and ends with the process; the journal knows nothing of it.

use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderValue, Response};

use crate::rules::{LetThrough, Quotas};

#[derive(Debug, Default)]
pub struct QuotaLayer(Mutex<Quotas>);

impl QuotaLayer {
    pub fn with<T>(&self, act: impl FnOnce(&mut Quotas) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Says on an answer what is left.
pub fn tell_left(response: &mut Response<Body>, verdict: Option<&LetThrough>) {
    let Some((policy, left)) = verdict.and_then(|verdict| verdict.headers.as_ref()) else { return };
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", left)] {
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(name, value);
        }
    }
}
