//! The books of a whole run, and whether they agree: what callers were told, what the database holds, what Mollie shows,
//! and the ledger of its effects. Read when all is quiet. A direct comparison; it knows no rule of what may be done.

mod journal;
mod mollie;
mod tables;
mod traces;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use journal::Journal;
pub use tables::Settled;
use tables::{Operation, Tables};
use tokio::time::Instant;
use traces::{REFUNDS, Trace, keyed_effects, line_effects, value_effects};
pub use traces::{keyed_kinds, unkeyed_kinds};

use crate::ledger::Ledger;
use crate::proto::Order;
use crate::world::World;

/// Everything that is known after a run.
pub struct Books {
    tables: Tables,
    orders: Vec<Order>,
    /// What Mollie shows, by its ids.
    theirs: BTreeMap<String, serde_json::Value>,
    ledger: Ledger,
    /// How often the ledger has an effect of a kind under a key.
    keyed: BTreeMap<(String, String), usize>,
    /// How often Mollie has canceled an order, by Mollie's id.
    canceled: BTreeMap<String, usize>,
    /// How many cancellations of an order succeeded, by our id.
    cancellations: BTreeMap<String, usize>,
}

/// How often each comes.
fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

/// How long to wait between looks at the whole.
const PAUSE: Duration = Duration::from_millis(250);

/// How long to go on waiting: as long as something becomes better, however slow the machine is.
struct Patience {
    limit: Duration,
    end: Instant,
    best: i64,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, end: Instant::now() + limit, best: i64::MIN }
    }

    /// Whether to go on, with so much done.
    fn is_left(&mut self, done: i64) -> bool {
        if done > self.best {
            (self.best, self.end) = (done, Instant::now() + self.limit);
        }
        Instant::now() < self.end
    }
}

impl Books {
    /// Waits until nothing is under way, and then until the books agree; panics with all that does not when nothing has become
    /// better for `limit`.
    pub async fn balance(world: &World, journal: &Journal, limit: Duration) -> Self {
        let mut patience = Patience::new(limit);
        loop {
            let (open, settled) = tables::progress(&world.database).await;
            if open == 0 {
                break;
            }
            // Callers who gave up may have left calls that are taken in only now: what counts is what comes to its end.
            if !patience.is_left(settled) {
                let reported = tables::under_way(&world.database).await;
                panic!("for {} s none of {open} operations has been settled:\n{reported}", limit.as_secs());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let mut patience = Patience::new(limit);
        loop {
            let books = Self::read(world).await;
            let faults = books.faults(journal);
            if faults.is_empty() {
                return books;
            }
            let left = patience.is_left(-i64::try_from(faults.len()).unwrap_or(i64::MAX));
            assert!(left, "{} faults in the books:\n{}", faults.len(), shown(&faults));
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn read(world: &World) -> Self {
        let tables = Tables::read(&world.database).await;
        let orders = mollie::orders(world).await;
        let theirs = mollie::theirs(world, &orders).await;
        let ledger = world.simulator.ledger().await;
        let word =
            |effect: &serde_json::Value, name: &str| effect[name].as_str().unwrap_or_default().to_owned();
        let keyed = counted(ledger.all().iter().map(|it| (word(it, "kind"), word(it, "idempotency_key"))));
        let canceled = counted(ledger.of("order_canceled").into_iter().map(|it| word(it, "order_id")));
        let done = |one: &&Operation| Trace::of(&one.kind) == Trace::Cancellation && one.state == "succeeded";
        let cancellations = counted(tables.operations.iter().filter(done).map(|one| one.order_id.clone()));
        Self { tables, orders, theirs, ledger, keyed, canceled, cancellations }
    }

    /// Where the service and Mollie do not say the same of the orders.
    pub async fn differences(world: &World) -> Vec<String> {
        Self::read(world).await.of_mollie()
    }

    fn of_mollie(&self) -> Vec<String> {
        let placed = self.orders.iter().filter(|order| !order.mollie_order_id.is_empty());
        let compared = placed.flat_map(|order| {
            let shipments = self.tables.shipments_of(&order.id);
            mollie::differences(order, &shipments, &self.theirs[&order.mollie_order_id])
        });
        compared.collect()
    }

    /// All that does not agree.
    fn faults(&self, journal: &Journal) -> Vec<String> {
        let operations = self.tables.operations.iter().filter_map(|operation| self.of_operation(operation));
        let mut faults: Vec<String> = operations.collect();
        faults.extend(self.orders.iter().filter_map(|order| self.of_cancellations(order)));
        for effect in value_effects() {
            faults.extend(self.orders.iter().filter_map(|order| self.of_values(order, effect)));
        }
        for effects in line_effects() {
            faults.extend(self.orders.iter().filter_map(|order| self.of_lines(order, effects)));
        }
        faults.extend(self.of_effects());
        faults.extend(self.of_intents(journal));
        faults.extend(self.tables.gaps());
        faults.extend(self.tables.miscounts());
        faults.extend(self.of_mollie());
        faults
    }

    /// One effect where it succeeded, none where it did not.
    fn of_operation(&self, operation: &Operation) -> Option<String> {
        let expected = match operation.state.as_str() {
            "succeeded" => 1,
            "rejected" | "withdrawn" => 0,
            state => return Some(format!("operation {} is {state}", operation.id)),
        };
        let effects = match Trace::of(&operation.kind) {
            Trace::Keyed(effect) => self.keyed(effect, &operation.key),
            Trace::Refund => REFUNDS.iter().map(|effect| self.keyed(effect, &operation.key)).sum(),
            // See the order.
            Trace::Cancellation | Trace::Value(_) | Trace::Lines(_) | Trace::RefundCancellation => {
                return None;
            }
        };
        let Operation { id, kind, state, .. } = operation;
        (effects != expected).then(|| format!("{kind} {id} is {state}, and has {effects} effects"))
    }

    fn keyed(&self, kind: &str, key: &str) -> usize {
        self.keyed.get(&(kind.to_owned(), key.to_owned())).copied().unwrap_or_default()
    }

    /// An order is canceled once if operations say so, and one that never came to stand not at all. Two wishes to cancel it may
    /// both have succeeded: what the second one wants has happened.
    fn of_cancellations(&self, order: &Order) -> Option<String> {
        let succeeded = self.cancellations.get(&order.id).copied().unwrap_or_default();
        let effects = self.canceled.get(&order.mollie_order_id).copied().unwrap_or_default();
        let expected = usize::from(succeeded > 0 && !order.mollie_order_id.is_empty());
        (effects != expected).then(|| {
            format!("order {} has {succeeded} cancellations that succeeded, and {effects} effects", order.id)
        })
    }

    /// A value was set at least once for each operation that succeeded, and not at all where there is none.
    fn of_values(&self, order: &Order, effect: &'static str) -> Option<String> {
        let of_order =
            |one: &&Operation| one.order_id == order.id && Trace::of(&one.kind) == Trace::Value(effect);
        let own = || self.tables.operations.iter().filter(of_order);
        let (all, succeeded) = (own().count(), own().filter(|one| one.state == "succeeded").count());
        let effects = self.ledger.of(effect).into_iter();
        let effects = effects.filter(|it| it["order_id"] == *order.mollie_order_id).count();
        (effects < succeeded || all == 0 && effects > 0)
            .then(|| format!("order {}: {succeeded} of {all} changes succeeded, {effects} effects", order.id))
    }

    /// Lines were canceled, or changed, once for each operation that succeeded.
    fn of_lines(&self, order: &Order, kinds: &'static [&'static str]) -> Option<String> {
        let is_done = |one: &&Operation| {
            one.order_id == order.id
                && Trace::of(&one.kind) == Trace::Lines(kinds)
                && one.state == "succeeded"
        };
        let succeeded = self.tables.operations.iter().filter(is_done).count();
        let effects = kinds.iter().flat_map(|kind| self.ledger.of(kind));
        let effects = effects.filter(|it| it["order_id"] == *order.mollie_order_id).count();
        (effects != succeeded)
            .then(|| format!("order {}: {succeeded} operations succeeded, {effects} {kinds:?}", order.id))
    }

    /// No effect without an operation that succeeded, no order at Mollie that is not one of ours.
    fn of_effects(&self) -> Vec<String> {
        let succeeded: BTreeSet<_> = self
            .tables
            .operations
            .iter()
            .filter(|one| one.state == "succeeded")
            .map(|one| &one.key)
            .collect();
        let ours: BTreeSet<_> = self.orders.iter().map(|order| &order.mollie_order_id).collect();
        let caused: Vec<_> = keyed_effects().iter().flat_map(|kind| self.ledger.of(kind)).collect();
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
        faults
            .iter_mut()
            .for_each(|id| *id = format!("request {id} was acknowledged, and nobody knows of it"));
        let known = journal.all();
        let strange = self.tables.requests.iter().filter(|id| !known.contains(*id));
        faults.extend(strange.map(|id| format!("request {id} is recorded, and nobody made it")));
        faults
    }

    /// Kind and end of each settled operation, in microseconds since 1970. On PostgreSQL only.
    pub async fn settled(world: &World) -> BTreeMap<String, Settled> {
        tables::settled(&world.database).await
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

    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// The first of them: where much is wrong, one reason stands behind most.
fn shown(faults: &[String]) -> String {
    faults.iter().take(20).map(|fault| format!("  {fault}\n")).collect()
}
