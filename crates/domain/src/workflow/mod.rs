//! Steps of the workflow: async functions over the ports. They neither spawn nor depend on a runtime; loops, tasks and timers
//! belong to the caller.
//!
//! A use case ([`place`], [`submit`]) decides and saves: the order's new state, its events, the operation and the caller's
//! request id in one transaction; [`preview`] only decides. [`drive`] carries one saved operation a step further: it sends it or determines its outcome.
//! [`lookup`] reads an order after a webhook or on schedule; [`sync`] records what Mollie reports; [`timer`] looks after its deadline. [`operator`] holds the
//! operator's decisions; [`archive`] puts away orders that are closed for good.

use std::time::Duration;

pub mod archive;
mod backoff;
mod claim_at_head;
mod confirm;
pub mod drive;
mod duplicates;
mod gap;
mod held;
mod hook;
mod intent;
pub mod lookup;
pub mod operator;
pub mod place;
#[cfg(feature = "planted")]
mod planted;
mod policy;
pub mod preview;
mod put_off;
mod reading;
mod records;
mod refuse;
mod resolve;
pub mod restore;
mod save;
mod settle;
pub mod step;
pub mod submit;
pub mod supersede;
pub mod sync;
mod taken;
pub mod timer;

pub use held::held_by;
pub use hook::{HookAddress, hook_address, parse_hook_path};
pub use intent::{Holder, Intent, MutationError, Recorded};

/// How long due work of a profile without a key waits until it asks again.
const RESTS: Duration = Duration::from_mins(10);

/// How often a decision is repeated because the order changed meanwhile.
const ROUNDS: usize = 16;
