//! Mollie's rules for orders, as one value and pure functions on it.
//!
//! Nothing here does I/O, reads a clock or draws randomness: `World` is the state, time is an argument, ids come from a
//! seeded counter. What is to be sent or kept is handed out (`due_hooks`, `take_changes`).
//!
//! `World::answer` is Mollie on a good day. `World::answer_through` is Mollie behind a network that fails as `Faults`
//! say: it tells what the client sees, which may be nothing, while the effect has happened, has not, or is to come.

mod address;
mod answer;
mod api;
mod attempt;
mod attempt_end;
mod caller;
mod cancel_lines;
mod cancel_order;
mod captures;
mod cause;
mod changes;
mod checkout;
mod counters;
mod create_order;
mod dashboard;
mod draft;
mod draft_line;
mod expiry;
mod faults;
mod fields;
mod finish;
mod hooks;
mod idempotency;
mod ids;
mod json;
mod late;
mod ledger;
mod list_orders;
mod money;
mod order;
mod order_json;
mod pattern;
mod payment;
mod payment_json;
mod pool;
mod query;
mod refund;
mod refund_json;
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
pub use attempt::{NotBegun, NotEnded};
pub use attempt_end::AttemptEnd;
pub use changes::Changes;
pub use checkout::{CheckoutView, FinalState, NotChosen};
pub use faults::{
    Change, Content, Count, Edit, Fate, Fault, FaultKind, FaultStatus, Faults, HookFate, HookFault,
    Impairment, Keys, Loss, Meanwhile, Outcome, Reply, RequestFault, Verdict,
};
pub use hooks::{Hook, Tampered};
pub use late::Late;
pub use ledger::{Effect, EffectKind};
pub use money::Amount;
pub use order::OrderStatus;
pub use pattern::Pattern;
pub use payment::PaymentStatus;
pub use query::Query;
pub use refund::NotRefunded;
pub use route::template;
pub use switches::Switches;
pub use world::World;
