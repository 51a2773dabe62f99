//! The real clock, shifted by the simulated offset in development.

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

/// The machine's clock plus the simulated offset.
pub struct SystemClock {
    started: Instant,
    offset: Offset,
    mollie: MollieTime,
}

impl SystemClock {
    pub fn new(offset: Offset, mollie: MollieTime) -> Self {
        Self { started: Instant::now(), offset, mollie }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the service reads the wall clock")]
    fn wall() -> Timestamp {
        Timestamp::now()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Self::wall().saturating_add(self.offset()).unwrap_or(Timestamp::MAX);
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
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
