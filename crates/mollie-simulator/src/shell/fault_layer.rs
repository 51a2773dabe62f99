//! What is armed, and the requests that hang because of it.
//!
//! Lives and ends with the process; the journal knows nothing of it.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

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

    pub fn to_json(&self) -> Value {
        json!({ "faults": self.with(|faults| faults.to_json()), "hanging": self.hanging.count() })
    }
}
