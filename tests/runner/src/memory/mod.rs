//! A store in memory: the storage port without a database, for histories that are run by the million.
//!
//! Every call does its whole work when it is first polled, and is ready at once. Delays, failures and crashes are laid
//! around it elsewhere: it may not fail by itself, nor know any clock but the one it is given. That it keeps what the
//! port promises is shown by the same suite as for the databases.

mod commit;
mod event;
mod lease;
mod lookup;
mod operation;
mod order;
mod page;
mod refund;
mod request;
mod run;
mod shipment;
mod store;
mod timer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use domain::operations::operation::Operation;
use domain::ports::{RequestRecord, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::{Caller, OperationId, OrderId, RefundId, RequestId, ShipmentId};
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use jiff::Timestamp;

pub use lease::Lease;
pub use lookup::Lookup;

/// The store of one history. Clones share it, as replicas share a database.
#[derive(Clone)]
pub struct MemoryStore(Arc<Shared>);

struct Shared {
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    tables: Mutex<Tables>,
}

/// What a database would keep in tables, each with its indexes. Nothing is ordered by chance: one seed, one history.
#[derive(Default)]
struct Tables {
    orders: order::Orders,
    events: event::Events,
    requests: request::Requests,
    operations: operation::Operations,
    shipments: shipment::Shipments,
    refunds: refund::Refunds,
    lookups: lookup::Lookups,
    timers: timer::Timers,
    runs: run::Runs,
}

impl MemoryStore {
    /// An empty store. `clock` is the database's own, which measures the leases: the time since some fixed moment,
    /// never going back. It is asked once per call, and may not call the store.
    #[must_use]
    pub fn new(clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared { clock: Box::new(clock), tables: Mutex::default() }))
    }

    /// Everything that is stored at this moment. Only pointers are copied, so a checker may ask after every step.
    #[must_use]
    pub fn dump(&self) -> Dump {
        let tables = self.tables();
        Dump {
            orders: tables.orders.all(),
            events: tables.events.all(),
            operations: tables.operations.all(),
            leases: tables.operations.leases(),
            shipments: tables.shipments.all(),
            refunds: tables.refunds.all(),
            requests: tables.requests.all(),
            lookups: tables.lookups.all(),
            timers: tables.timers.all(),
        }
    }

    /// When the earliest of all that is to be claimed can be, as things stand now: by the calendar, and not before the end of its lease by the
    /// store's clock. What is due already is due now.
    #[must_use]
    pub fn next_due(&self, now: Timestamp) -> Vec<Due> {
        let tables = self.tables();
        let others = tables.lookups.next_due().chain(tables.timers.next_due());
        tables.operations.next_due(now).chain(others).collect()
    }

    fn clock(&self) -> Duration {
        (self.0.clock)()
    }

    #[expect(
        clippy::expect_used,
        reason = "a store that broke in the middle of a write proves nothing any more"
    )]
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.tables.lock().expect("an earlier call has panicked")
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// When something can be claimed: from both on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// `None`: it waits for nothing but its lease.
    pub time: Option<Timestamp>,
    pub lease_end: Option<Duration>,
}

/// What a store held at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Dump {
    pub orders: BTreeMap<OrderId, Arc<Order>>,
    /// Each order's, oldest first.
    pub events: BTreeMap<OrderId, Vec<Arc<Event>>>,
    pub operations: BTreeMap<OperationId, Arc<Operation>>,
    /// Leases that were not given up; some may have run out.
    pub leases: BTreeMap<OperationId, Lease>,
    pub shipments: BTreeMap<ShipmentId, Arc<Shipment>>,
    pub refunds: BTreeMap<RefundId, Arc<Refund>>,
    pub requests: BTreeMap<(Caller, RequestId), Arc<RequestRecord>>,
    pub lookups: BTreeMap<OrderId, Lookup>,
    pub timers: BTreeMap<OrderId, Timestamp>,
}

/// What a database would refuse by a rule of its schema, which no caller is meant to meet.
fn broken(rule: &str) -> StoreError {
    StoreError::Inconsistent(format!("a rule of the store was broken: {rule}"))
}

#[cfg(test)]
mod tests;
