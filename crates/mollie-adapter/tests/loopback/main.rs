//! The adapter against a server on loopback: what goes over the wire, and the outcome when the wire fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod change;
mod changed;
mod changes;
mod lego;
mod lookup;
mod requests;
mod secrets;
mod server;
mod transport;
