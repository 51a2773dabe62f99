//! How many requests of each kind have come in since the start. A test can see that nothing was sent.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

#[derive(Debug, Default)]
pub struct Counters(Mutex<BTreeMap<String, u64>>);

impl Counters {
    pub fn count(&self, method: &str, template: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(format!("{method} {template}")).or_default() += 1;
    }

    pub fn to_json(&self) -> Value {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "counts": *counts, "total": counts.values().sum::<u64>() })
    }
}
