//! Judges what came of a history: the callers' journal, Mollie's ledger and the service's storage must tell the same story.
//! The service never sees the ledger, and nothing here asks the service's own rules what should have been.

mod carts;
mod causes;
mod deadlines;
mod events;
mod intents;
mod money;
mod orders;
mod policies;
mod refunds;

use std::fmt;

use domain::rules::operation::OperationState;
use jiff::Timestamp;
use mollie_simulator::rules::{self, Books, Effect, Switches};
use serde_json::Value;

use crate::journal::Journal;
use crate::memory::Dump;
use crate::replica::cancels_unshipped;
use crate::shop::read;
use crate::site::Site;

pub use intents::{Found, Reported};

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I7`, or what else was broken.
    pub rule: &'static str,
    pub text: String,
}

impl Violation {
    pub const fn new(rule: &'static str, text: String) -> Self {
        Self { rule, text }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text)
    }
}

/// Everything a verdict needs.
pub struct Evidence {
    pub journal: Journal,
    pub ledger: Vec<Effect>,
    /// Each order as Mollie shows it, with payments and shipments.
    pub mollie: Vec<Value>,
    /// Its books of each order, which the API does not show, and its refunds, shown or not.
    pub books: Vec<Books>,
    pub refunds: Vec<refunds::Made>,
    /// Whether its lists leave canceled refunds out.
    pub hides_canceled_refunds: bool,
    pub now: Timestamp,
    pub stored: Dump,
}

/// Judges a whole history, after everything has come to rest.
pub fn judge(site: &Site) -> Vec<Violation> {
    let evidence = gather(site);
    let mut violations = intents::judge(&evidence);
    violations.extend(orders::judge(&evidence));
    violations.extend(money::judge(&evidence));
    violations.extend(refunds::judge(&evidence));
    violations.extend(carts::judge(&evidence));
    violations.extend(events::judge(&evidence.stored));
    violations.extend(causes::judge(&evidence.stored));
    violations.extend(deadlines::judge(&evidence, cancels_unshipped(site.seed)));
    violations.extend(policies::judge(&evidence, site.seed));
    policies::count(&evidence, &mut site.tally());
    orders::count(&evidence, &mut site.tally());
    violations
}

fn gather(site: &Site) -> Evidence {
    let ids: Vec<String> = site.mollie().world.orders().map(|order| order.id.clone()).collect();
    let journal = site.journal().clone();
    let mollie = ids.iter().map(|id| read(site, id)).collect();
    let world = &site.mollie().world;
    Evidence {
        journal,
        ledger: world.ledger().to_vec(),
        mollie,
        books: ids.iter().filter_map(|id| world.books(id)).collect(),
        refunds: refunds::made(world),
        hides_canceled_refunds: hides_canceled_refunds(world),
        now: site.now(),
        stored: site.store.dump(),
    }
}

/// Whether Mollie's lists leave canceled refunds out.
pub fn hides_canceled_refunds(world: &rules::World) -> bool {
    world.switches().canceled_refunds_in_lists != Switches::default().canceled_refunds_in_lists
}

/// What is unsettled although nothing fails any more, except what waits at Mollie's own wish.
pub fn unsettled(site: &Site) -> Vec<Violation> {
    let stored = site.store.dump();
    let late = stored.operations.values().filter(|operation| {
        !operation.state.is_settled() && operation.state.name() != OperationState::NeedsAttention
    });
    let blocked = |order| {
        stored
            .operations
            .values()
            .any(|other| other.order_id == order && other.state.name() == OperationState::NeedsAttention)
    };
    late.filter(|operation| !blocked(operation.order_id))
        .map(|operation| {
            let text = format!(
                "operation {} ({}, {}) is still unsettled: {}",
                operation.id,
                operation.task.name().as_str(),
                operation.state.name().as_str(),
                operation.last_problem.as_deref().unwrap_or("no problem recorded")
            );
            Violation::new("settled", text)
        })
        .collect()
}
