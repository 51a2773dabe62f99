//! A simulator of Mollie's Orders API, for development and for tests of services that talk to it.
//!
//! `rules` is a pure library: the whole state is one `World` value, time comes in as an argument and nothing is sent.
//! `shell` puts it behind HTTP, keeps it in a journal and delivers its webhooks.
//!
//! Between the two lies the fault layer, which lets requests and webhooks fail as networks do. Its decisions are pure and
//! part of `rules`, so that a test runner has the same faults in process as a service has over HTTP.
//!
//! It is an independent reading of Mollie's documents. It may not depend on any other crate of this workspace, and it
//! is never part of a production build.

pub mod rules;
mod shell;
mod simulator;

pub use shell::{OpenError, SharedOffset};
pub use simulator::{Config, PublicAddressError, Simulator};
