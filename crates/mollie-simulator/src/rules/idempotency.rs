//! `Idempotency-Key`: for POST only, for one hour; the same request gets the same answer, another one is refused.
//!
//! Requests are handled one at a time, so that "still running" happens only to repetitions of a request whose effect
//! the fault layer has put off.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::api::ApiRequest;
use super::caller::Caller;
use super::ids;
use super::switches::ErrorReplay;
use super::world::World;

const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The answer to the first request with a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remembered {
    /// Mode, profile and key: keys of different profiles do not meet.
    pub scope: String,
    pub at: Timestamp,
    /// Method and path; the query is no part of the endpoint.
    pub endpoint: String,
    pub body_digest: u64,
    pub status: u16,
    pub body: Value,
}

/// A request with a key, reduced to what is compared.
pub struct Keyed {
    scope: String,
    endpoint: String,
    body_digest: u64,
}

impl Keyed {
    pub fn new(caller: &Caller, key: &str, request: &ApiRequest) -> Self {
        let scope = format!("{}|{}|{key}", caller.mode.as_text(), caller.profile);
        let endpoint = format!("{} {}", request.method, request.path);
        Self { scope, endpoint, body_digest: ids::digest(&request.body) }
    }

    pub fn has_same_key(&self, other: &Self) -> bool {
        self.scope == other.scope
    }

    fn is_same_request(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.body_digest == other.body_digest
    }
}

impl Remembered {
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) >= KEPT_FOR
    }
}

impl World {
    /// The remembered answer, if this is a repetition.
    pub(super) fn recall(&self, keyed: &Keyed, now: Timestamp) -> Result<Option<Answer>, Refusal> {
        let Some(first) = self.remembered().get(&keyed.scope).filter(|first| !first.has_lapsed(now)) else {
            return match self.in_flight(keyed) {
                None => Ok(None),
                Some(running) if running.is_same_request(keyed) => Err(Refusal::key_in_flight()),
                Some(_) => Err(Refusal::key_used()),
            };
        };
        if first.endpoint != keyed.endpoint || first.body_digest != keyed.body_digest {
            return Err(Refusal::key_used());
        }
        Ok(Some(Answer { status: first.status, body: first.body.clone(), replayed: true }))
    }

    pub(super) fn remember(&mut self, keyed: Keyed, answer: &Answer, now: Timestamp) {
        let is_error = answer.status >= 400;
        match self.switches().error_replay {
            ErrorReplay::No if is_error => return,
            ErrorReplay::No | ErrorReplay::Yes => {}
        }
        let Keyed { scope, endpoint, body_digest } = keyed;
        let (status, body) = (answer.status, answer.body.clone());
        self.save_remembered(Remembered { scope, at: now, endpoint, body_digest, status, body });
    }
}
