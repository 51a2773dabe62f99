//! Time that stands still until it is moved, and ids that are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use domain::ports::{Ahead, Clock, Ids};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A clock whose hand is moved.
#[derive(Clone, Default)]
pub struct Hand(Arc<(AtomicI64, AtomicU64)>);

/// The day on which every sequence begins.
pub const BEGINNING: Timestamp = Timestamp::constant(1_772_452_800, 0);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        let since = SignedDuration::from_micros(self.0.0.load(Ordering::Relaxed));
        BEGINNING.saturating_add(since).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.0.0.load(Ordering::Relaxed).unsigned_abs())
    }

    fn offset(&self) -> SignedDuration {
        // The store counts from the beginning of the sequence.
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        self.now().duration_since(Timestamp::UNIX_EPOCH).saturating_sub(elapsed)
    }

    fn ahead_of_mollie(&self) -> Option<Ahead> {
        None
    }

    /// Nobody waits so long: whatever is waited for is ready at once.
    async fn sleep(&self, _duration: Duration) {
        std::future::pending().await
    }
}

impl Ids for Hand {
    fn ordered(&self) -> Uuid {
        let millis = u128::try_from(self.now().as_millisecond()).unwrap_or(0);
        Uuid::from_u128((millis << 80) + (7 << 76) + (8 << 60) + u128::from(self.count()))
    }

    fn random(&self) -> Uuid {
        Uuid::from_u128((4 << 76) + (8 << 60) + u128::from(self.count()))
    }
}

impl Hand {
    /// Moves it on.
    pub fn pass(&self, time: SignedDuration) {
        let micros = i64::try_from(time.as_micros()).unwrap_or(0);
        self.0.0.fetch_add(micros, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.1.fetch_add(1, Ordering::Relaxed)
    }
}
