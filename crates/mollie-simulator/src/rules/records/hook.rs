//! A webhook that waits for delivery, and when its next attempt is due.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes from the first attempt to each of the ten.
const ATTEMPTS: [i64; 10] = [0, 1, 3, 7, 15, 31, 60, 120, 240, 1560];

/// One notification on its way: a form with one field, `id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    pub id: u64,
    pub url: String,
    /// The order or the payment it is about.
    pub resource_id: String,
    pub due_at: Timestamp,
    /// How many attempts have failed.
    pub failed: u32,
    /// What the fault layer has done to it. A hook suffers that once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tampered: Option<Tampered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampered {
    /// Doubled, delayed, or put back and waiting no more.
    Done,
    /// Waits until a later hook has been attempted, or its time has come.
    PutBack,
}

impl Hook {
    /// The same hook for its next attempt, or nothing after the last.
    pub(in crate::rules) fn after_failure(&self, attempted_at: Timestamp) -> Option<Self> {
        let made = usize::try_from(self.failed).ok()?;
        let gap = ATTEMPTS.get(made + 1)? - ATTEMPTS.get(made)?;
        // From the attempt, not from the first one: a clock that jumps a month must not make all attempts at once.
        let due_at = attempted_at.checked_add(SignedDuration::from_mins(gap)).ok()?;
        Some(Self { due_at, failed: self.failed + 1, ..self.clone() })
    }
}
