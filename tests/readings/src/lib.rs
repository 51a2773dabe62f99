//! Two readings of Mollie's rules for creating an order, held against each other: the domain's, and the simulator's under many
//! settings of its switches. Neither reading is asked what the other should say.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

pub mod campaign;
pub mod compare;
pub mod draft;
mod sent;
