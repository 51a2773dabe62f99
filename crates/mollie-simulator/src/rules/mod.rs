//! Mollie's rules for orders, as one value and pure functions on it.
//!
//! Nothing here does I/O, reads a clock or draws randomness: `World` is the state, time is an argument, ids come from a
//! seeded counter. What is to be sent or kept is handed out (`due_hooks`, `take_changes`).
//!
//! `World::answer` is Mollie on a good day. `World::answer_through` is Mollie behind a network that fails as `Faults`
//! say: it tells what the client sees, which may be nothing, while the effect has happened, has not, or is to come.
//!
//! Files import downward only. At the bottom are values (money, methods, switches) and `records`; then comes `World`, which
//! holds them. The calls are above it, and the fault layer above them.

mod answer;
mod api;
mod attempt;
mod attempt_end;
mod balances;
mod books;
mod caller;
mod cancel_lines;
mod cancel_order;
mod capture;
mod capture_json;
mod captures;
mod cause;
mod change_lines;
mod chargeback;
mod chargeback_json;
mod checkout;
mod counters;
mod create_order;
mod dashboard;
mod draft;
mod expiry;
mod faults;
mod fields;
mod final_state;
mod finish;
mod hooks;
mod idempotency;
mod ids;
mod json;
mod lapse;
mod late;
mod line_json;
mod list_orders;
mod lost_authorization;
mod manage_lines;
mod method;
mod methods;
mod money;
mod order_json;
mod order_payment;
mod page;
mod pattern;
mod payment_json;
mod pending;
mod pool;
mod query;
mod quota;
mod reads;
mod records;
mod refund;
mod refund_course;
mod refund_json;
mod refund_lines;
mod refund_payment;
mod request;
mod route;
mod scope;
mod seconds;
mod ship;
mod shipment_json;
mod switches;
#[cfg(test)]
mod tests;
mod tracking;
mod update_order;
mod vat;
mod world;

pub use answer::{Answer, Refusal};
pub use attempt::NotBegun;
pub use attempt_end::{AttemptEnd, NotEnded, PaidVoucher};
pub use books::{Books, LineBook, PaymentBook, ShareBook};
pub use capture::CaptureUnmoved;
pub use chargeback::{NotChargedBack, NotReversed};
pub use checkout::{CheckoutView, NotChosen};
pub use draft::{Credential, judge_create, judge_create_as};
pub use faults::{
    Change, Content, Count, Edit, Fate, Fault, FaultKind, FaultStatus, Faults, HookFate, HookFault,
    Impairment, Loss, Meanwhile, Outcome, Reply, RequestFault, Verdict,
};
pub use final_state::FinalState;
pub use money::{Amount, Currency};
pub use pattern::Pattern;
pub use query::Query;
pub use quota::{LetThrough, Quota, Quotas};
pub use records::{
    CaptureStatus, Changes, ChargebackReason, Effect, EffectKind, Hook, Late, OrderStatus, PaymentStatus,
    RefundStatus, Tampered,
};
pub use refund_course::RefundUnmoved;
pub use refund_payment::NotRefunded;
pub use request::{ApiRequest, Keys};
pub use route::template;
pub use switches::{Axis, Decides, Switches};
pub use world::World;
