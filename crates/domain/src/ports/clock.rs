//! Time and ids.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Time as the workflow sees it.
pub trait Clock: Send + Sync {
    /// Now: the wall clock plus the simulated offset, in whole microseconds, the finest both databases keep.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment. It only runs forward and ignores the simulated offset.
    fn elapsed(&self) -> Duration;

    /// How far [`Clock::now`] is ahead of the wall clock: by simulated time.
    fn offset(&self) -> SignedDuration;

    /// How far the wall clock is ahead of Mollie's; `None`: no answer of Mollie's has said.
    fn ahead_of_mollie(&self) -> Option<SignedDuration>;

    /// Waits, by [`Clock::elapsed`].
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// New ids.
pub trait Ids: Send + Sync {
    /// A time-ordered id, UUID version 7.
    fn ordered(&self) -> Uuid;

    /// An unguessable id, UUID version 4.
    fn random(&self) -> Uuid;
}
