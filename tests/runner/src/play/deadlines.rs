//! Some histories go on until every authorization has ended (`History::to_the_end`): they take five times as long as others. Processes are killed when something is due; nothing else fails. Some profiles
//! cancel in time what was not shipped.

use super::Stage;
use crate::script::REPLICAS;
use crate::site::{Event, micros_of};

const HOUR: u64 = 3_600 * 1_000_000;
/// Longer than any authorization lasts.
const DAYS: u64 = 30 * 24;

impl Stage<'_> {
    pub fn go_on_to_the_deadlines(&mut self) {
        let now = self.site.time.micros();
        for hour in 1..DAYS {
            self.site.time.after(hour * HOUR, Event::Tick);
        }
        for _ in 0..3 {
            // Just when something is due, or shortly after that.
            let due = self.site.store.dump().timers.into_values().map(micros_of).min();
            let Some(due) = due.filter(|due| *due < now + DAYS * HOUR) else { break };
            let late = self.site.time.chance(|chance| chance.below(400_000));
            self.run_until(due.max(self.site.time.micros()) + late);
            for replica in 0..REPLICAS {
                let pause = 1 + self.site.time.chance(|chance| chance.below(5_000_000));
                self.kill(replica, pause);
            }
            self.run_until(self.site.time.micros() + 24 * HOUR);
        }
        self.run_until(now + DAYS * HOUR);
    }
}
