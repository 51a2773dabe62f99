//! Seeded histories of the workflow. The futures are those that production polls; storage, network, time and crashes are
//! simulated, and every choice follows from the seed.
//!
//! A [`History`] is a list of what happens. [`play`] lets it happen to three processes that share a store in memory and the
//! simulator's rules behind a failing network, and judges the outcome. What fails can be made smaller by [`shrink`].

/// Histories allocate a lot, and little at a time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod basket;
mod campaign;
mod chance;
mod checker;
mod hooks;
mod journal;
mod kept;
mod managed;
pub mod matrix;
pub mod memory;
mod mollie;
mod operator;
mod play;
mod queues;
mod released;
mod replica;
pub mod script;
mod shop;
mod shrink;
mod sim;
mod site;
mod storage;
mod story;
mod tally;

pub use campaign::{Campaign, Failure, campaign, seed_of};
pub use checker::Violation;
pub use kept::Kept;
pub use play::{Played, play};
pub use replica::PlainVault;
pub use script::History;
pub use shrink::shrink;
pub use tally::Tally;

/// A seed that no run had before.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "only the seed comes from outside; all time in a history is simulated"
)]
pub fn new_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    chance::mix(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX) ^ u64::from(std::process::id()))
}
