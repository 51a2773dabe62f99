//! Limits how often a persistent failure is logged: at once, and then every ten seconds with how often it was left out. A
//! database that is full for an hour must not fill the log's disk too.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// The time between two equal lines.
const PAUSE: Duration = Duration::from_secs(10);

/// When a kind of line was last logged.
#[derive(Debug)]
pub struct Repeats(Mutex<(Option<Instant>, u64)>);

impl Repeats {
    /// Not logged yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is used in a static")]
    pub const fn new() -> Self {
        Self(Mutex::new((None, 0)))
    }

    /// Whether to log the line now, and how many of its kind were left out before it.
    pub fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, left_out) = *reported;
        if last.is_some_and(|last| now < last + PAUSE) {
            reported.1 += 1;
            return None;
        }
        *reported = (Some(now), 0);
        Some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_logged_at_once_and_then_every_ten_seconds_with_how_many_were_left_out() {
        let repeats = Repeats::new();
        let (start, later) = (Instant::now(), Instant::now() + 2 * PAUSE);
        assert_eq!([start; 3].map(|now| repeats.due_at(now)), [Some(0), None, None]);
        assert_eq!([later; 2].map(|now| repeats.due_at(now)), [Some(2), None]);
    }
}
