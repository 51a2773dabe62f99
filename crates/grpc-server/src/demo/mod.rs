//! The demonstration: one order in both flows, or everyday cases, only through gRPC and the checkout form, and finally its sums
//! against the simulator's ledger.

mod client;
mod flow;
mod ledger;
mod order_file;
mod order_form;
mod scenario;
mod timeline;

pub use client::Client;
pub use flow::{Flow, run};
pub use ledger::check;
pub use order_file::read;
pub use scenario::{Scenario, play};
