//! The fault layer: what befalls requests and webhooks on their way, in front of the rules.
//!
//! Pure, like the rules: which fault applies follows from the requests that came before, and nothing is sent, closed or
//! awaited here. `Faults` holds what is armed. It tells the `Fate` of a request; `World::undergo` lets the request
//! have the effect that this fate leaves it, and says as an `Outcome` what its client gets to see. Whoever carries the
//! answer (the shell over HTTP, a test runner in process) turns that into a broken connection or a silence.
//!
//! Armed faults are the process's: they end with it, and a world does not know them. What they have set going is the
//! world's and is journaled with it: effects that come later, and hooks that were delayed, doubled or put back.
//!
//! The list is looked through from its start, and one fault takes each request: the first that matches, has let its
//! `skip` pass and is not spent. Only faults before that one count the request among those they let pass. Ignoring
//! idempotency keys stands beside all others and goes together with any of them.
//!
//! Hooks leave as soon as they are due, which is before the answer of their request where that is held or hangs.
//!
//! An answer that a fault gives, or rewrites, is not remembered under the request's key. What is remembered is the rules' own.

mod armed;
mod fate;
mod hook;
mod item;
mod kind;
mod outcome;
mod parse;
mod reply;
mod report;
mod rewrite;

pub use armed::{Count, Fault, Faults, Verdict};
pub use fate::{Fate, HookFate, Impairment, Loss, Meanwhile};
pub use kind::{FaultKind, FaultStatus, HookFault, RequestFault};
pub use outcome::Outcome;
pub use reply::{Content, Reply};
pub use rewrite::{Change, Edit};
