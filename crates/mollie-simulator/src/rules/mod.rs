//! Mollie's rules for orders, as one value and pure functions on it.
//!
//! Nothing here does I/O, reads a clock or draws randomness: `World` is the state, time is an argument, ids come from a
//! seeded counter. What is to be sent or kept is handed out (`due_hooks`, `take_changes`).

mod address;
mod answer;
mod api;
mod caller;
mod cancel_order;
mod changes;
mod checkout;
mod counters;
mod create_order;
mod draft;
mod draft_line;
mod expiry;
mod fields;
mod finish;
mod hooks;
mod idempotency;
mod ids;
mod json;
mod ledger;
mod list_orders;
mod money;
mod order;
mod order_json;
mod payment;
mod payment_json;
mod pool;
mod query;
mod route;
mod ship;
mod shipment_json;
mod switches;
#[cfg(test)]
mod tests;
mod vat;
mod world;

pub use answer::{Answer, Refusal};
pub use api::ApiRequest;
pub use changes::Changes;
pub use checkout::{CheckoutView, FinalState, NotChosen};
pub use hooks::Hook;
pub use ledger::{Effect, EffectKind};
pub use order::OrderStatus;
pub use query::Query;
pub use route::template;
pub use switches::Switches;
pub use world::World;
