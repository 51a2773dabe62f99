//! The books of a whole run, and whether they agree: what callers were told, what the database holds, what Mollie shows,
//! and the ledger of its effects. Read when all is quiet. A direct comparison; it knows no rule of what may be done.

mod journal;
mod mollie;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use journal::Journal;
use tables::{Operation, Tables};
use tokio::time::Instant;

use crate::ledger::Ledger;
use crate::proto::Order;
use crate::wait::until;
use crate::world::World;

/// Everything that is known after a run.
pub struct Books {
    tables: Tables,
    orders: Vec<Order>,
    /// What Mollie shows, by its ids.
    theirs: BTreeMap<String, serde_json::Value>,
    ledger: Ledger,
}

impl Books {
    /// Waits until nothing is under way, and then until the books agree; panics with all that does not after `limit`.
    pub async fn balance(world: &World, journal: &Journal, limit: Duration) -> Self {
        let end = Instant::now() + limit;
        until("no operation is under way", limit, async || {
            (tables::unsettled(&world.database).await == 0).then_some(())
        })
        .await;
        loop {
            let books = Self::read(world).await;
            let faults = books.faults(journal);
            if faults.is_empty() {
                return books;
            }
            assert!(Instant::now() < end, "{} faults in the books:\n{}", faults.len(), shown(&faults));
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    async fn read(world: &World) -> Self {
        let tables = Tables::read(&world.database).await;
        let orders = mollie::orders(world).await;
        let theirs = mollie::theirs(world, &orders).await;
        Self { tables, orders, theirs, ledger: world.simulator.ledger().await }
    }

    /// All that does not agree.
    fn faults(&self, journal: &Journal) -> Vec<String> {
        let operations = self.tables.operations.iter().flat_map(|operation| self.of_operation(operation));
        let mut faults: Vec<String> = operations.collect();
        faults.extend(self.of_effects());
        faults.extend(self.of_intents(journal));
        faults.extend(self.tables.gaps());
        for order in self.orders.iter().filter(|order| !order.mollie_order_id.is_empty()) {
            let shipments = self.tables.shipments_of(&order.id);
            faults.extend(mollie::differences(order, &shipments, &self.theirs[&order.mollie_order_id]));
        }
        faults
    }

    /// One effect where it succeeded, none where it did not.
    fn of_operation(&self, operation: &Operation) -> Option<String> {
        let expected = match operation.state.as_str() {
            "succeeded" => 1,
            "rejected" | "withdrawn" => 0,
            state => return Some(format!("operation {} is {state}", operation.id)),
        };
        let effects = match operation.kind.as_str() {
            "place_order" => self.keyed("order_created", &operation.key),
            "create_shipment" => self.keyed("shipment_created", &operation.key),
            "cancel_order" => return self.of_cancellation(operation),
            kind => return Some(format!("operation {} is of kind {kind}", operation.id)),
        };
        let Operation { id, kind, state, .. } = operation;
        (effects != expected).then(|| format!("{kind} {id} is {state}, and has {effects} effects"))
    }

    fn keyed(&self, kind: &str, key: &str) -> usize {
        self.ledger.of(kind).iter().filter(|effect| effect["idempotency_key"] == *key).count()
    }

    /// Mollie knows no key of a cancellation: it is told by its order, which is canceled as often as operations say.
    fn of_cancellation(&self, operation: &Operation) -> Option<String> {
        let order = self.orders.iter().find(|order| order.id == operation.order_id)?;
        let of_order = |one: &&Operation| {
            (one.kind == "cancel_order") && one.order_id == order.id && one.state == "succeeded"
        };
        // The cancellation of an order that never came to stand has nothing to do.
        let placed = !order.mollie_order_id.is_empty();
        let expected = if placed { self.tables.operations.iter().filter(of_order).count() } else { 0 };
        let canceled = self.ledger.of("order_canceled");
        let effects = canceled.iter().filter(|effect| effect["order_id"] == *order.mollie_order_id).count();
        (effects != expected).then(|| {
            format!("order {} has {expected} cancellations that succeeded, and {effects} effects", order.id)
        })
    }

    /// No effect without an operation that succeeded, no order at Mollie that is not one of ours.
    fn of_effects(&self) -> Vec<String> {
        let succeeded: BTreeSet<_> =
            self.tables.operations.iter().filter(|one| one.state == "succeeded").map(|one| &one.key).collect();
        let ours: BTreeSet<_> = self.orders.iter().map(|order| &order.mollie_order_id).collect();
        let caused = ["order_created", "shipment_created"].map(|kind| self.ledger.of(kind)).concat();
        let stray = caused.iter().filter(|effect| {
            let key = effect["idempotency_key"].as_str().unwrap_or_default().to_owned();
            let order = effect["order_id"].as_str().unwrap_or_default().to_owned();
            !succeeded.contains(&key) || !ours.contains(&order)
        });
        stray.map(|effect| format!("nobody of ours caused the effect {effect}")).collect()
    }

    /// What was acknowledged is recorded; what was not may be, once.
    fn of_intents(&self, journal: &Journal) -> Vec<String> {
        let lost = |id: &String| !self.tables.requests.contains(id);
        let mut faults: Vec<_> = journal.acknowledged().into_iter().filter(lost).collect();
        faults.iter_mut().for_each(|id| *id = format!("request {id} was acknowledged, and nobody knows of it"));
        let known = journal.all();
        let strange = self.tables.requests.iter().filter(|id| !known.contains(*id));
        faults.extend(strange.map(|id| format!("request {id} is recorded, and nobody made it")));
        faults
    }

    /// How many operations there are of a kind that ended in a state.
    pub fn count(&self, kind: &str, state: &str) -> usize {
        self.tables.operations.iter().filter(|one| one.kind == kind && one.state == state).count()
    }

    /// Operations in all.
    pub fn operations(&self) -> usize {
        self.tables.operations.len()
    }

    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// The first of them: where much is wrong, one reason stands behind most.
fn shown(faults: &[String]) -> String {
    faults.iter().take(20).map(|fault| format!("  {fault}\n")).collect()
}
