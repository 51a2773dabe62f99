//! The time of this process: it runs by time that never jumps, follows the database's clock (on SQLite that is the machine's), and is
//! shifted by the simulated offset in development. What one replica puts off, all others must find due at the same time, and what a
//! clock says that was set wrong must not decide what became of a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::ports::{AGREED, Ahead, Clock};
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
pub const CLOSE: SignedDuration = SignedDuration::from_secs(2);

/// What is less than this is not followed: it may be that of measuring, and time would go back for nothing.
const SLACK: SignedDuration = SignedDuration::from_millis(20);

/// The time by the database's clock plus the simulated offset. Clones are the same clock.
#[derive(Clone)]
pub struct SystemClock {
    started: Instant,
    /// What time it was then, in microseconds since 1970 and without the offset.
    began: Arc<AtomicI64>,
    offset: Offset,
    /// The offset that Mollie's time has, in microseconds.
    leapt: Arc<AtomicI64>,
    mollie: MollieTime,
}

impl SystemClock {
    pub fn new(offset: Offset, mollie: MollieTime) -> Self {
        let (started, began) = (Instant::now(), Self::wall().as_microsecond());
        Self { started, began: Arc::new(began.into()), offset, leapt: Arc::default(), mollie }
    }

    /// The machine's own time.
    pub fn machine(&self) -> Timestamp {
        Self::wall()
    }

    /// Follows a clock that showed this time when so much had elapsed, unless Mollie's time denies it. Returns how far our time is ahead
    /// of that clock afterwards.
    pub fn follow(&self, time: Timestamp, elapsed: Duration) -> SignedDuration {
        self.leap();
        let step = time.duration_since(self.without_offset(elapsed));
        if step.abs() < SLACK || leads_away(step, self.ahead_of_mollie()) {
            return -step;
        }
        self.began.fetch_add(i64::try_from(step.as_micros()).unwrap_or(0), Ordering::Relaxed);
        SignedDuration::ZERO
    }

    /// Has Mollie's time leap with simulated time, unless Mollie has told it since.
    fn leap(&self) {
        let offset = i64::try_from(self.offset().as_micros()).unwrap_or(0);
        let by = SignedDuration::from_micros(offset - self.leapt.swap(offset, Ordering::Relaxed));
        if !by.is_zero() && self.ahead_of_mollie().is_some_and(|ahead| ahead.by.abs() > AGREED) {
            self.mollie.leap(by);
        }
    }

    fn without_offset(&self, elapsed: Duration) -> Timestamp {
        let elapsed = i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX);
        let now = self.began.load(Ordering::Relaxed).saturating_add(elapsed);
        Timestamp::from_microsecond(now).unwrap_or(Timestamp::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the service reads the wall clock")]
    pub fn wall() -> Timestamp {
        Timestamp::now()
    }
}

/// Whether after a step our time would no longer agree with Mollie's, and less so than before: then it is the clock that steps which
/// is wrong. Mollie alone moves nothing.
fn leads_away(step: SignedDuration, ahead: Option<Ahead>) -> bool {
    ahead.is_some_and(|ahead| {
        let after = ahead.by.saturating_add(step).abs();
        after > AGREED && after > ahead.by.abs()
    })
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.without_offset(self.elapsed()).saturating_add(self.offset()).unwrap_or(Timestamp::MAX)
    }

    fn moved(&self) -> SignedDuration {
        let moved = self.without_offset(self.elapsed()).duration_since(self.machine());
        if moved.abs() > CLOSE { moved } else { SignedDuration::ZERO }
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

    fn clock() -> SystemClock {
        SystemClock::new(Offset::None, MollieTime::default())
    }

    #[test]
    fn the_clock_follows_another_and_tells_how_far_it_is_from_the_machines() {
        let clock = clock();
        let follow = |ahead: SignedDuration| {
            let (machine, elapsed) = (clock.machine(), clock.elapsed());
            clock.follow(machine.saturating_add(ahead).unwrap(), elapsed)
        };
        assert_eq!(follow(SignedDuration::from_secs(1)), SignedDuration::ZERO);
        assert_eq!(clock.moved(), SignedDuration::ZERO, "so close they agree");
        follow(SignedDuration::from_mins(-10));
        let copy = clock.clone();
        let off = copy.moved().saturating_add(SignedDuration::from_mins(10));
        assert!(off.abs() < CLOSE, "copies are the same clock: {off}");
        assert!(copy.now() < copy.machine().saturating_sub(SignedDuration::from_mins(9)).unwrap());
        follow(SignedDuration::ZERO);
        assert_eq!(copy.moved(), SignedDuration::ZERO);
    }

    #[test]
    fn a_step_that_mollies_time_denies_leads_away_and_one_back_to_it_does_not() {
        let leads = |step, by: Option<i64>| {
            let by = by.map(SignedDuration::from_mins);
            let ahead = by.map(|by| Ahead { by, heard_ago: Duration::ZERO });
            leads_away(SignedDuration::from_mins(step), ahead)
        };
        assert!(leads(3, Some(0)) && leads(-3, Some(0)), "it was right before");
        assert!(!leads(2, Some(0)) && !leads(-60, Some(61)), "it agrees afterwards");
        assert!(!leads(-10, Some(60)), "it is less wrong afterwards");
        assert!(leads(10, Some(60)) && leads(-130, Some(60)));
        assert!(!leads(60, None), "nobody denies it");
    }
}
