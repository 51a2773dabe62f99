//! Effects that come later than their request: the request waits here, and is handled when its time has come.
//!
//! Part of the world and of the journal, whatever has become of the fault that has put it here. The key of the caller
//! is not kept, only who it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::api::ApiRequest;
use super::caller::Caller;
use super::checkout::whole_seconds;
use super::faults::Keys;
use super::idempotency::Keyed;
use super::world::World;

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
    pub(super) fn request(&self) -> ApiRequest {
        ApiRequest {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            authorization: None,
            idempotency_key: self.idempotency_key.clone(),
            body: self.body.clone().into_bytes(),
        }
    }

    pub(super) fn keys(&self) -> Keys {
        if self.keys_ignored { Keys::Ignored } else { Keys::Honored }
    }

    /// Its key with what that key stands for, as long as it is one that repetitions run into.
    fn keyed(&self) -> Option<Keyed> {
        let key = self.idempotency_key.as_deref().filter(|key| !key.is_empty() && self.in_flight)?;
        (!self.keys_ignored).then(|| Keyed::new(&self.caller, key, &self.request()))
    }
}

/// All that wait, and what has changed about them since the journal was last told.
#[derive(Debug, Default)]
pub(super) struct Postponed {
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

impl World {
    /// The requests whose effect is still to come.
    pub fn late(&self) -> impl Iterator<Item = &Late> {
        self.postponed().iter()
    }

    /// Keeps a request for later, unless it has no valid key: it would not have an effect then either.
    pub(super) fn postpone(&mut self, request: &ApiRequest, keys: Keys, due_at: Timestamp, in_flight: bool) {
        let Ok(caller) = Caller::from_authorization(request.authorization.as_deref()) else {
            return;
        };
        let id = self.late().last().map_or(1, |last| last.id + 1);
        self.postponed_mut().add(Late {
            id,
            due_at: whole_seconds(due_at),
            caller,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            idempotency_key: request.idempotency_key.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            keys_ignored: keys == Keys::Ignored,
            in_flight,
        });
    }

    /// The earliest that is due; among equals the one that came in first.
    pub(super) fn next_late(&self, now: Timestamp) -> Option<&Late> {
        self.late().filter(|late| late.due_at <= now).min_by_key(|late| (late.due_at, late.id))
    }

    /// The request that a repetition with the same key runs into.
    pub(super) fn in_flight(&self, keyed: &Keyed) -> Option<Keyed> {
        self.late().filter_map(Late::keyed).find(|running| running.has_same_key(keyed))
    }
}
