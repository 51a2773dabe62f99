//! What time it is at Mollie, by the `Date` of its last answer. It may not compare that with any clock of ours.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Mollie's time. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MollieTime(Arc<Mutex<Option<(Timestamp, Instant)>>>);

impl MollieTime {
    /// What time it is at Mollie, to the second, and how long ago it has said so; `None` as long as no answer has.
    #[must_use]
    pub fn now(&self) -> Option<(Timestamp, Duration)> {
        let (date, heard) = (*self.0.lock().ok()?)?;
        let since = heard.elapsed();
        let now = date.checked_add(SignedDuration::try_from(since).ok()?).ok()?;
        Some((now, since))
    }

    /// Simulated time has leapt, at Mollie, too.
    pub fn leap(&self, by: SignedDuration) {
        if let Ok(mut heard) = self.0.lock() {
            *heard = heard.and_then(|(date, heard)| Some((date.checked_add(by).ok()?, heard)));
        }
    }

    /// Notes the `Date` of an answer.
    pub(crate) fn hear(&self, date: Timestamp) {
        if let Ok(mut heard) = self.0.lock() {
            *heard = Some((date, Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mollies_time_goes_on_from_its_last_answer() {
        let (time, date) = (MollieTime::default(), "2026-03-04T12:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(time.now(), None);
        time.hear(date);
        assert!(time.clone().now().unwrap().0 >= date);
        time.leap(SignedDuration::from_hours(1));
        assert!(time.now().unwrap().0.duration_since(date) >= SignedDuration::from_hours(1));
    }
}
