//! How long everything takes, in a full run and in a quick one.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub quick: bool,
    /// How often each measure and its floor take turns.
    pub rounds: usize,
    /// One turn of a closed or open loop.
    pub slice: Duration,
    /// One turn of hooks at their fixed rate.
    pub hook_slice: Duration,
    /// Orders shipped, and as many canceled, in one turn.
    pub fates: usize,
    /// Hooks followed to their event, in one turn.
    pub followed: usize,
    /// Calls at each delay of Mollie, in one turn.
    pub delayed: usize,
    /// How often each use case is run to see its statements.
    pub captures: usize,
    /// Calls over which buffers are counted: so many, and three times as many.
    pub counted: usize,
    pub few_orders: u64,
    pub many_orders: u64,
}

impl Plan {
    /// The full run, with so many orders in the large database.
    pub const fn full(orders: u64) -> Self {
        Self {
            quick: false,
            rounds: 5,
            slice: Duration::from_secs(4),
            hook_slice: Duration::from_secs(6),
            fates: 1000,
            followed: 100,
            delayed: 160,
            captures: 20,
            counted: 1000,
            few_orders: 10_000,
            many_orders: orders,
        }
    }

    /// A run of a few minutes: the same measures, shorter and on a tenth of the orders.
    pub const fn quick(orders: u64) -> Self {
        Self {
            quick: true,
            slice: Duration::from_millis(500),
            hook_slice: Duration::from_millis(1000),
            fates: 100,
            followed: 10,
            delayed: 24,
            captures: 10,
            counted: 120,
            few_orders: 2_000,
            ..Self::full(orders / 10)
        }
    }
}
