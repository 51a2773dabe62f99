//! The real clock, shifted by the simulated offset in development. Where the machine's clock is not the database's, it follows that:
//! what one replica puts off, all others must find due at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::ports::{Ahead, Clock};
use jiff::{SignedDuration, Timestamp};
use mollie_adapter::MollieTime;

/// Where the simulated offset comes from; none in production.
#[derive(Clone)]
pub enum Offset {
    None,
    /// The simulator runs in this process.
    #[cfg(feature = "dev")]
    Shared(mollie_simulator::SharedOffset),
    /// The simulator runs in another process and is polled.
    #[cfg(feature = "dev")]
    Followed(crate::simulated_time::Follower),
}

/// Closer than this two clocks agree: measuring takes time, too.
const CLOSE: SignedDuration = SignedDuration::from_secs(2);

/// The machine's clock plus the simulated offset. Clones are the same clock.
#[derive(Clone)]
pub struct SystemClock {
    started: Instant,
    offset: Offset,
    mollie: MollieTime,
    /// How far the database's clock is ahead of the machine's, in microseconds; none where they agree.
    moved: Arc<AtomicI64>,
    /// How wrong the machine's clock is made to be.
    #[cfg(feature = "dev")]
    wrong_by: SignedDuration,
}

impl SystemClock {
    pub fn new(offset: Offset, mollie: MollieTime) -> Self {
        let (started, moved) = (Instant::now(), Arc::default());
        #[cfg(feature = "dev")]
        return Self { started, offset, mollie, moved, wrong_by: SignedDuration::ZERO };
        #[cfg(not(feature = "dev"))]
        Self { started, offset, mollie, moved }
    }

    /// The same on a machine whose clock is ahead by so much: for tests.
    #[cfg(feature = "dev")]
    pub fn wrong_by(self, seconds: i64) -> Self {
        Self { wrong_by: SignedDuration::from_secs(seconds), ..self }
    }

    /// The machine's own time.
    pub fn machine(&self) -> Timestamp {
        #[cfg(feature = "dev")]
        return Self::wall().saturating_add(self.wrong_by).unwrap_or(Timestamp::MAX);
        #[cfg(not(feature = "dev"))]
        Self::wall()
    }

    /// Follows the database's clock, which is ahead of the machine's by so much.
    pub fn follow(&self, ahead: SignedDuration) {
        let moved = if ahead.abs() > CLOSE { ahead } else { SignedDuration::ZERO };
        self.moved.store(i64::try_from(moved.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the service reads the wall clock")]
    fn wall() -> Timestamp {
        Timestamp::now()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let ahead = self.offset().saturating_add(self.moved());
        let now = self.machine().saturating_add(ahead).unwrap_or(Timestamp::MAX);
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    fn moved(&self) -> SignedDuration {
        SignedDuration::from_micros(self.moved.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn offset(&self) -> SignedDuration {
        match &self.offset {
            Offset::None => SignedDuration::ZERO,
            #[cfg(feature = "dev")]
            Offset::Shared(offset) => offset.get(),
            #[cfg(feature = "dev")]
            Offset::Followed(follower) => follower.get(),
        }
    }

    fn ahead_of_mollie(&self) -> Option<Ahead> {
        let (theirs, heard_ago) = self.mollie.now()?;
        Some(Ahead { by: self.now().duration_since(theirs), heard_ago })
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_follows_the_databases_once_they_differ_by_more_than_two_seconds() {
        let clock = SystemClock::new(Offset::None, MollieTime::default());
        let ahead = |clock: &SystemClock| clock.now().duration_since(clock.machine()).as_mins();
        clock.follow(SignedDuration::from_secs(2));
        assert_eq!((ahead(&clock), clock.moved()), (0, SignedDuration::ZERO));
        let (ten, copy) = (SignedDuration::from_mins(-10), clock.clone());
        clock.follow(ten);
        assert_eq!((copy.moved(), ahead(&copy)), (ten, -10), "copies are the same clock");
        clock.follow(SignedDuration::ZERO);
        assert_eq!((ahead(&copy), copy.moved()), (0, SignedDuration::ZERO));
    }
}
