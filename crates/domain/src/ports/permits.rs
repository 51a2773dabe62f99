//! Permits for calls to Mollie, shared by all processes.

use std::future::Future;
use std::time::Duration;

use super::storage::StoreError;
use crate::rules::call_rate::{CallRate, Rank};

/// What a process may do, for one slice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// So many calls may be begun within [`SLICE`](crate::rules::call_rate::SLICE) of when they were asked for.
    pub permits: u32,
    /// Without any: how long until asking again makes sense.
    pub again_in: Duration,
    /// What Mollie has paused, and for how long from now; the empty name stands for every call.
    pub pauses: Vec<(String, Duration)>,
}

/// Where processes share how many calls they make. `key` names an API key, without being it.
pub trait CallPermits: Send + Sync + 'static {
    /// Takes up to `wanted` permits, by the store's own clock. What is not used in time lapses.
    fn reserve(
        &self,
        key: &str,
        rate: CallRate,
        rank: Rank,
        wanted: u32,
    ) -> impl Future<Output = Result<Reserved, StoreError>> + Send;

    /// Tells all processes that Mollie wants no calls of this name for so long. A longer pause stays.
    fn pause(
        &self,
        key: &str,
        name: &str,
        pause: Duration,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
