//! Seeded histories of the workflow. The futures are those that production polls; storage, network, time and crashes are
//! simulated, and every choice follows from the seed.
//!
//! A [`History`] is a list of what happens. [`play`] lets it happen to three processes that share a store in memory and the
//! simulator's rules behind a failing network, and judges the outcome. What fails can be made smaller by [`shrink`].

mod basket;
mod chance;
mod checker;
mod hooks;
mod journal;
pub mod memory;
mod mollie;
mod play;
mod replica;
pub mod script;
mod shop;
mod sim;
mod site;
mod storage;
mod tally;

pub use checker::Violation;
pub use play::{Played, play};
pub use script::History;
pub use tally::Tally;
