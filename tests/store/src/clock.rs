//! Time and ids of a trial: both go on through a restart, and neither asks the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ports::{Ahead, Clock, Ids};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// When every trial begins, by the calendar.
const BEGINNING: i64 = 1_772_366_400;

/// Time that is moved by hand.
#[derive(Default)]
pub struct Time {
    micros: AtomicU64,
    ids: AtomicU64,
}

impl Time {
    /// Now, by the calendar.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let since = i64::try_from(self.micros.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH);
        beginning.saturating_add(SignedDuration::from_micros(since)).unwrap_or(Timestamp::MAX)
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(u64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    fn next(&self) -> u128 {
        u128::from(self.ids.fetch_add(1, Ordering::Relaxed))
    }
}

/// The ports of time and ids over it.
pub struct Ticking(pub Arc<Time>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.0.micros.load(Ordering::Relaxed))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how far a trial's time is from the machine's, and the database's"
    )]
    fn offset(&self) -> SignedDuration {
        self.now().duration_since(Timestamp::now())
    }

    fn ahead_of_mollie(&self) -> Option<Ahead> {
        None
    }

    // Leases are renewed while a call takes long; here none does, unless the store waits.
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl Ids for Ticking {
    fn ordered(&self) -> Uuid {
        let millis = u128::try_from(self.0.now().as_millisecond()).unwrap_or(0);
        Uuid::from_u128((millis << 80) + (7 << 76) + (8 << 60) + self.0.next())
    }

    fn random(&self) -> Uuid {
        Uuid::from_u128((0x5709 << 112) + (4 << 76) + (8 << 60) + self.0.next())
    }
}
