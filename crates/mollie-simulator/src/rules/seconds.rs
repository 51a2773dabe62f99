//! Times as Mollie keeps them.

use jiff::Timestamp;

/// Mollie's times have whole seconds. Deadlines computed from them then are what answers show.
pub(super) fn whole_seconds(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
