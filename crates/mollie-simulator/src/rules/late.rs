//! Effects that come later than their request: the request waits, and is handled when its time has come.
//!
//! Part of the world and of the journal, whatever has become of the fault that has put it off.

use jiff::Timestamp;

use super::caller::Caller;
use super::records::Late;
use super::request::{ApiRequest, Keyed, Keys};
use super::route::Endpoint;
use super::seconds::whole_seconds;
use super::world::World;

impl World {
    /// The requests whose effect is still to come.
    pub fn late(&self) -> impl Iterator<Item = &Late> {
        self.postponed().iter()
    }

    /// Keeps a request for later, unless it has no valid key: it would not have an effect then either.
    pub(super) fn postpone(&mut self, request: &ApiRequest, keys: Keys, due_at: Timestamp, in_flight: bool) {
        let endpoint = Endpoint::find(&request.method, &request.path);
        let Ok(caller) = endpoint.and_then(|endpoint| Caller::of(&endpoint, request)) else {
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
