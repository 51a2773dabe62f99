//! How late orders are looked up, where calls to Mollie are short. Tells an operator once in a while; decides nothing.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::rules::call_rate::Rank;
use jiff::SignedDuration;
use mollie_adapter::Pace;
use persistence::Repeats;
use tracing::warn;

/// Later than this is told, if look-ups had to wait for calls meanwhile.
const LATE: SignedDuration = SignedDuration::from_mins(1);

static TOLD: Repeats = Repeats::new();

/// What telemetry reads: numbers of this process since it began.
#[derive(Debug, Default)]
pub struct LookupLag {
    /// How late the last look-up began, in milliseconds.
    late_ms: AtomicI64,
    /// Look-ups that were put off because no call was left for them.
    put_off: AtomicU64,
    /// Calls of look-ups that had waited when that was last told.
    told: AtomicU64,
}

impl LookupLag {
    pub fn late_ms(&self) -> i64 {
        self.late_ms.load(Ordering::Relaxed)
    }

    pub fn put_off(&self) -> u64 {
        self.put_off.load(Ordering::Relaxed)
    }

    /// Notes a look-up, which was due so long ago. Returns whether look-ups stretch because calls are short.
    fn note(&self, late: SignedDuration, is_put_off: bool, waited: u64) -> bool {
        self.late_ms.store(i64::try_from(late.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.put_off.fetch_add(is_put_off.into(), Ordering::Relaxed);
        let is_new = self.told.load(Ordering::Relaxed) < waited;
        is_put_off || (late > LATE && is_new)
    }

    /// Notes a look-up, and tells if they stretch.
    pub fn tell(&self, late: SignedDuration, is_put_off: bool, pace: &Pace) {
        let waited = pace.waited(Rank::Spare) + pace.put_off(Rank::Spare);
        if !self.note(late, is_put_off, waited) {
            return;
        }
        if let Some(left_out) = TOLD.due() {
            self.told.store(waited, Ordering::Relaxed);
            let (late_ms, put_off) = (self.late_ms(), self.put_off());
            warn!(
                late_ms,
                put_off,
                left_out,
                "orders are looked up late: the calls that a profile's key may make are used up (mollie.calls_per_second, or Mollie \
                 itself); calls that move money go first, and lost webhooks are made up for later"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_ups_stretch_if_one_is_put_off_or_is_late_after_some_have_waited() {
        let (lag, late) = (LookupLag::default(), SignedDuration::from_mins(2));
        assert!(!lag.note(late, false, 0), "something else made it late");
        assert!(lag.note(late, false, 1) && !lag.note(LATE, false, 1));
        assert!(lag.note(SignedDuration::ZERO, true, 1));
        assert_eq!((lag.late_ms(), lag.put_off()), (0, 1));
        lag.told.store(1, Ordering::Relaxed);
        assert!(!lag.note(late, false, 1), "that was told");
    }
}
