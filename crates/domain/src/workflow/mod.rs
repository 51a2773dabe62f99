//! Steps of the workflow: async functions over the ports. They neither spawn nor know a runtime; loops, tasks and
//! timers belong to whoever calls them.
//!
//! A use case ([`place`], [`submit`]) decides and saves: the order's new state, its events, the operation and the
//! caller's request id in one transaction. [`drive`] carries one saved operation a step further: to Mollie, or to what
//! Mollie has made of it. [`lookup`] reads an order whose hook has come or whose time has; [`sync`] takes over what Mollie
//! says. [`operator`] is what a person decides.

mod backoff;
mod claim_at_head;
mod confirm;
pub mod drive;
mod duplicates;
mod held;
mod hook;
mod intent;
pub mod lookup;
pub mod operator;
pub mod place;
#[cfg(feature = "planted")]
mod planted;
mod policy;
mod put_off;
mod resolve;
mod settle;
pub mod step;
pub mod submit;
pub mod sync;

pub use hook::{HookAddress, hook_address, parse_hook_path};
pub use intent::{Intent, MutationError, Recorded};

/// How often a decision is made again because the order moved on meanwhile.
const ROUNDS: usize = 16;
