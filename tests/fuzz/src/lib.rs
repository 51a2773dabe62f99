//! What arrives from outside, each as a function of bytes: requests, webhooks, Mollie's answers, tokens. No input may panic, take
//! more than 50 ms of processor time, or break what always holds. libFuzzer searches for one that does (`cargo xtask proof fuzz`),
//! and what it has kept of its searches is replayed by a plain test.
//!
//! A target may not depend on anything but its bytes: time stands still, ids are counted, and Mollie says what the input says.

pub mod cost;
mod desk;
mod play;
mod sample;
mod seeds;
mod target;
mod targets;
mod wire;

pub use target::{Reached, TARGETS, Target, target};
