//! What callers wanted, and whether they were told that it is recorded. Shared by all callers of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::world::new_request_id;

/// Every intent by its request id.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<BTreeMap<String, bool>>>);

impl Journal {
    /// A new intent, not acknowledged yet.
    pub fn intend(&self) -> String {
        let id = new_request_id();
        self.0.lock().expect("no caller panics here").insert(id.clone(), false);
        id
    }

    /// The service has answered that it is recorded.
    pub fn acknowledge(&self, id: &str) {
        *self.0.lock().expect("no caller panics here").get_mut(id).expect("it was intended") = true;
    }

    pub fn acknowledged(&self) -> BTreeSet<String> {
        let intents = self.0.lock().expect("no caller panics here");
        intents.iter().filter(|(_, reported)| **reported).map(|(id, _)| id.clone()).collect()
    }

    pub fn all(&self) -> BTreeSet<String> {
        self.0.lock().expect("no caller panics here").keys().cloned().collect()
    }
}
