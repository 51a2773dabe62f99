//! The demonstration: one order in both flows, through gRPC and the checkout form only, and its sums against the simulator's
//! ledger at the end.

mod client;
mod flow;
mod ledger;
mod order_file;
mod order_form;
mod timeline;

pub use client::Client;
pub use flow::{Flow, run};
pub use ledger::check;
pub use order_file::read;
