//! When processes are rung: not at every moment, but when something stored falls due. An alarm never brings work, it only has a
//! process look.

use std::time::Duration;

use jiff::Timestamp;

use super::Stage;
use crate::memory::{Due, MemoryStore};
use crate::script::REPLICAS;
use crate::site::{Event, micros_of};

impl Stage<'_> {
    /// Loops ask again soon, or when something is due: rung at the earliest that anything can be.
    pub fn set_alarms(&mut self) {
        let now = self.site.time.micros();
        let Some(due) = next_due(&self.site.store, self.site.now()) else { return };
        for replica in 0..REPLICAS {
            let at = due.max(now) + self.site.time.chance(|chance| chance.below(250_000));
            if at < self.alarms[replica] || self.alarms[replica] <= now {
                self.alarms[replica] = at;
                self.site.time.after(at - now, Event::Alarm(replica));
            }
        }
    }

    /// An alarm that was set later for an earlier moment has taken the place of this one.
    pub fn alarm(&mut self, replica: usize) {
        if self.alarms[replica] > self.site.time.micros() {
            return;
        }
        self.alarms[replica] = u64::MAX;
        if let Some(replica) = self.fleet()[replica].clone() {
            replica.ring();
        }
    }
}

/// When the earliest of what is stored falls due, in microseconds of the history.
fn next_due(store: &MemoryStore, now: Timestamp) -> Option<u64> {
    let moments = store
        .next_due(now)
        .into_iter()
        .map(|Due { time, lease_end }| time.map_or(0, micros_of).max(lease_end.map_or(0, micros)));
    moments.min()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
