//! What the store in memory adds to the port: a clock of its own, answers at once, clones, and a look at everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use conformance::interruptions::recorded;
use conformance::samples::{at, bare_order, change, token};
use domain::ports::Store;
use futures_util::FutureExt;

use super::MemoryStore;

fn ready<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never().expect("a call is ready when it is first polled")
}

#[test]
fn a_lease_is_over_at_its_end_by_the_clock_given() {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let store = MemoryStore::new(move || Duration::from_secs(clock.load(Ordering::Relaxed)));
    ready(store.commit(recorded(&bare_order()))).unwrap();
    let length = Duration::from_secs(10);
    let claims = || ready(store.claim_operations(at(1), length, token(), 10)).unwrap();
    let lookups = || ready(store.claim_lookups(at(1), length, token(), 10)).unwrap().len();
    let (first, looked) = (claims().remove(0), lookups());
    let renew = |token| ready(store.renew_lease(first.operation.id, token, length)).unwrap();

    seconds.store(9, Ordering::Relaxed);
    assert!(renew(first.token));
    assert_eq!((looked, lookups()), (1, 0));
    seconds.store(18, Ordering::Relaxed);
    assert_eq!((claims().len(), lookups()), (0, 1));
    seconds.store(19, Ordering::Relaxed);
    assert!(!renew(first.token));
    assert_eq!(claims().len(), 1);
}

#[test]
fn clones_share_what_is_stored() {
    let store = MemoryStore::new(|| Duration::ZERO);
    ready(store.clone().commit(recorded(&bare_order()))).unwrap();
    assert_eq!(store.dump().orders.len(), 1);
}

#[test]
fn a_dump_holds_everything_and_stays_as_it_was() {
    let store = MemoryStore::new(|| Duration::ZERO);
    let mut order = bare_order();
    let written = recorded(&order);
    ready(store.commit(written.clone())).unwrap();
    let claims = ready(store.claim_operations(at(1), Duration::ZERO, token(), 10)).unwrap();
    let dump = store.dump();
    ready(store.commit(change(&mut order))).unwrap();
    ready(store.claim_operations(at(2), Duration::ZERO, token(), 10)).unwrap();

    let id = written.order.id;
    assert_eq!(*dump.orders[&id], written.order);
    assert_eq!(*dump.events[&id][0], written.events[0]);
    assert_eq!(*dump.operations[&claims[0].operation.id], claims[0].operation);
    assert_eq!(dump.leases[&claims[0].operation.id].token, claims[0].token);
    assert_eq!(*dump.shipments[&written.shipments[0].id], written.shipments[0]);
    assert_eq!(dump.requests.values().next().map(|it| (**it).clone()), written.request);
    assert_eq!(dump.lookups[&id].due_time, written.lookup);
    assert_ne!(store.dump(), dump);
}
