//! Time and ids.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Clocks that differ by more than this do not agree: one of them is wrong, and nobody here knows which.
pub const AGREED: SignedDuration = SignedDuration::from_mins(2);

/// Time as the workflow sees it.
pub trait Clock: Send + Sync {
    /// Now, with the simulated offset, in whole microseconds, the finest both databases keep. It does not step with a wall clock that is
    /// set wrong, as far as that can be known.
    fn now(&self) -> Timestamp;

    /// How far [`Clock::now`] is ahead of the machine's clock, beside the offset: it follows another, or the machine's has stepped. A timer
    /// does nothing that cannot be undone while they differ much, whichever of them is wrong.
    fn moved(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// Time since some fixed moment. It only runs forward and ignores the simulated offset.
    fn elapsed(&self) -> Duration;

    /// How far [`Clock::now`] is ahead of the wall clock: by simulated time.
    fn offset(&self) -> SignedDuration;

    /// How far [`Clock::now`] is ahead of Mollie's; `None`: no answer of Mollie's has said.
    fn ahead_of_mollie(&self) -> Option<Ahead>;

    /// Waits, by [`Clock::elapsed`].
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// How far our time is ahead of Mollie's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    pub by: SignedDuration,
    /// How long ago Mollie has told its own.
    pub heard_ago: Duration,
}

/// New ids.
pub trait Ids: Send + Sync {
    /// A time-ordered id, UUID version 7.
    fn ordered(&self) -> Uuid;

    /// An unguessable id, UUID version 4.
    fn random(&self) -> Uuid;
}
