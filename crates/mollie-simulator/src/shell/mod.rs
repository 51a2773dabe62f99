//! Everything around the rules that touches the world outside: HTTP, connections, files, the clock, webhooks.
//!
//! Decides nothing about orders, and nothing about faults: it carries out what the rules say.
//! Each thing that a client or a receiver may see of a fault has one place: `respond` and `wire` for requests,
//! `deliver` for hooks.

mod api;
mod attempt_body;
mod attempts;
mod checkout;
mod clock;
mod control;
mod counters;
mod dashboard;
mod deliver;
mod engine;
mod fault_layer;
mod faults;
mod hold;
mod journal;
mod money;
mod page;
mod quota_layer;
mod quotas;
mod respond;
mod revoked;
mod routes;
mod waiting;
mod wire;

pub use clock::SharedOffset;
pub use deliver::deliver_hooks;
pub use engine::Engine;
pub use journal::OpenError;
pub use routes::router;
pub use wire::{Wire, WireListener};
