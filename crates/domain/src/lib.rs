//! The order service without its surroundings.
//!
//! [`rules`] is pure: what an order is, what may be done with it, and what follows. [`workflow`] carries out a decision, step by
//! step, through the [`ports`]. Nothing here depends on a runtime, a database, HTTP or gRPC; time, ids, secrets and Mollie come
//! in through the ports.

pub mod operations;
#[cfg(feature = "planted")]
pub mod planted;
pub mod ports;
pub mod rules;
pub mod workflow;
