//! Requests whose effect comes later, as they wait.
//!
//! The key of the caller is not kept, only who it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rules::caller::Caller;
use crate::rules::request::{ApiRequest, Keyed, Keys};

/// A request whose effect is still to come. Nobody waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub id: u64,
    pub due_at: Timestamp,
    pub caller: Caller,
    pub method: String,
    pub path: String,
    pub query: String,
    pub idempotency_key: Option<String>,
    pub body: String,
    /// Whether its key counted when it came in.
    pub keys_ignored: bool,
    /// Whether a repetition is told that this one is still being processed.
    pub in_flight: bool,
}

impl Late {
    pub(in crate::rules) fn request(&self) -> ApiRequest {
        ApiRequest {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            authorization: None,
            idempotency_key: self.idempotency_key.clone(),
            body: self.body.clone().into_bytes(),
        }
    }

    pub(in crate::rules) fn keys(&self) -> Keys {
        if self.keys_ignored { Keys::Ignored } else { Keys::Honored }
    }

    /// Its key with what that key stands for, as long as it is one that repetitions run into. Keys are for POST only.
    pub(in crate::rules) fn keyed(&self) -> Option<Keyed> {
        let key = self.idempotency_key.as_deref().filter(|key| !key.is_empty() && self.in_flight)?;
        (!self.keys_ignored && self.method == "POST").then(|| Keyed::new(&self.caller, key, &self.request()))
    }
}

/// All that wait, and what has changed about them since the journal was last told.
#[derive(Debug, Default)]
pub(in crate::rules) struct Postponed {
    waiting: BTreeMap<u64, Late>,
    saved: BTreeSet<u64>,
    gone: BTreeSet<u64>,
}

impl Postponed {
    pub fn iter(&self) -> impl Iterator<Item = &Late> {
        self.waiting.values()
    }

    pub fn add(&mut self, late: Late) {
        self.gone.remove(&late.id);
        self.saved.insert(late.id);
        self.waiting.insert(late.id, late);
    }

    pub fn remove(&mut self, id: u64) {
        self.saved.remove(&id);
        self.gone.insert(id);
        self.waiting.remove(&id);
    }

    /// What was added, and the ids of what has gone. No id is in both.
    pub fn take_changes(&mut self) -> (Vec<Late>, Vec<u64>) {
        let saved = std::mem::take(&mut self.saved);
        let added = saved.iter().filter_map(|id| self.waiting.get(id).cloned()).collect();
        (added, std::mem::take(&mut self.gone).into_iter().collect())
    }

    pub fn apply(&mut self, added: Vec<Late>, gone: Vec<u64>) {
        self.waiting.extend(added.into_iter().map(|late| (late.id, late)));
        for id in gone {
            self.waiting.remove(&id);
        }
    }
}
