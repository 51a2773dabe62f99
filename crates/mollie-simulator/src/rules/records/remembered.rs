//! The answer that is kept under an idempotency key, and for how long.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

impl Remembered {
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) >= KEPT_FOR
    }
}
