//! The simulated clock: the real one, plus an offset that only grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// How far the simulated clock is ahead of the real one. Clones share the value.
#[derive(Clone, Debug, Default)]
pub struct SharedOffset(Arc<AtomicI64>);

impl SharedOffset {
    pub fn get(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(super) fn set(&self, offset: SignedDuration) {
        self.0.store(milliseconds(offset), Ordering::SeqCst);
    }

    /// The simulated time.
    pub(super) fn now(&self) -> Timestamp {
        let now = real_now();
        now.saturating_add(self.get()).unwrap_or(now)
    }
}

/// Offsets are kept, shared and journaled in milliseconds.
pub(super) fn milliseconds(offset: SignedDuration) -> i64 {
    i64::try_from(offset.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the simulator looks at the real clock")]
fn real_now() -> Timestamp {
    Timestamp::now()
}
