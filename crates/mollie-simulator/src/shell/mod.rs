//! Everything around the rules that touches the world outside: HTTP, files, the clock, webhooks.
//!
//! Decides nothing about orders.

mod api;
mod checkout;
mod clock;
mod control;
mod counters;
mod deliver;
mod engine;
mod hold;
mod journal;
mod page;
mod routes;

pub use clock::SharedOffset;
pub use deliver::deliver_hooks;
pub use engine::Engine;
pub use journal::OpenError;
pub use routes::router;
