//! The store's own faults, tried as thoroughly as Mollie's: at every statement of the flows that move money the store fails
//! in each way its engine has. Then everything heals and goes on, and the books are compared.
//!
//! The real store runs on a real database and the real workflow over it; Mollie is the simulator's rules in this process. A
//! [`Cell`] is one trial, run in a process of its own ([`campaign`]).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
// A call of the whole service is one future, of futures of futures.
#![recursion_limit = "256"]

mod basket;
pub mod campaign;
mod cell;
mod clock;
mod database;
mod judge;
mod mollie;
mod proxy;
mod rival;
pub mod rule;
mod service;
mod shim;
mod strike;
mod tmpfs;
mod trial;

pub use cell::{Cell, Engine, Fault, Flow, Lasting};
pub use strike::Aim;
pub use tmpfs::Tmpfs;
pub use trial::{Verdict, run};
