//! Look-ups are due by schedule and by hook, and no hook is lost.

use std::collections::BTreeSet;

use domain::ports::{Change, LookupClaim, LookupEnd, LookupOrigin, Store};
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::samples::*;

async fn claim(store: &impl Store, seconds: i64) -> Vec<LookupClaim> {
    let claims = store.claim_lookups(at(seconds), LEASE, token(), 10).await;
    claims.unwrap()
}

async fn scheduled(store: &impl Store, time: Option<Timestamp>) -> Order {
    let order = bare_order();
    let lookup = time;
    store.commit(Change { lookup, ..creation(&order) }).await.unwrap();
    order
}

pub async fn a_look_up_is_given_out_when_it_is_due(store: &impl Store) {
    let order = scheduled(store, Some(micros(5, 1))).await;
    scheduled(store, None).await;
    assert_eq!(claim(store, 5).await, []);
    let is_due = async |seconds| store.is_lookup_owed(order.id, at(seconds)).await.unwrap();
    assert!(!is_due(5).await && is_due(6).await);
    let claims = claim(store, 6).await;
    let (token, due) = (claims[0].token, micros(5, 1));
    let (hints, origin) = (Vec::new(), LookupOrigin::default());
    let expected = LookupClaim { order_id: order.id, token, due, hooks: 0, failures: 0, hints, origin };
    assert_eq!(claims, [expected]);
    assert_eq!(claim(store, 6).await, []);
    assert!(is_due(6).await, "it is due until it has ended");
    store.finish_lookup(&claims[0], done(Some(at(9)), 0)).await.unwrap();
    assert_eq!(claim(store, 8).await, []);
    assert!(!is_due(8).await && is_due(9).await);
    let claims = claim(store, 9).await;
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    assert_eq!(claim(store, 1_000_000).await, []);
    assert!(!is_due(1_000_000).await, "it is over");
}

/// It was put off, or failed: what it was due for is still to be learned.
pub async fn a_look_up_that_read_nothing_is_owed_until_one_has_read_the_order(store: &impl Store) {
    let order = scheduled(store, Some(at(5))).await;
    let is_owed = async |seconds| store.is_lookup_owed(order.id, at(seconds)).await.unwrap();
    for failures in [0, 1] {
        let claims = claim(store, 10).await;
        assert_eq!(claims[0].due, at(5), "it is late since then");
        let unread = LookupEnd { was_read: false, ..done(Some(at(10)), failures) };
        store.finish_lookup(&claims[0], unread).await.unwrap();
        assert_eq!(claim(store, 9).await, [], "not before");
        assert!(is_owed(6).await);
    }
    let claims = claim(store, 10).await;
    store.finish_lookup(&claims[0], done(Some(at(20)), 0)).await.unwrap();
    assert!(!is_owed(19).await);
    assert_eq!(claim(store, 20).await[0].due, at(20));
}

pub async fn a_hook_makes_the_look_up_due_at_once(store: &impl Store) {
    for time in [None, Some(at(1000))] {
        let order = scheduled(store, time).await;
        assert!(store.hook_arrived(order.id, None, at(5)).await.unwrap());
        let claims = claim(store, 5).await;
        assert_eq!((claims[0].order_id, claims[0].hooks), (order.id, 1));
    }
}

pub async fn a_hook_of_an_unknown_order_leaves_nothing(store: &impl Store) {
    let unknown = OrderId::new(uuid());
    assert!(!store.hook_arrived(unknown, None, at(5)).await.unwrap());
    assert_eq!(claim(store, 100).await, []);
}

pub async fn a_hook_during_a_look_up_makes_the_next_one_due(store: &impl Store) {
    let order = scheduled(store, Some(at(1))).await;
    let claims = claim(store, 1).await;
    assert!(store.hook_arrived(order.id, None, at(2)).await.unwrap());
    assert_eq!(claim(store, 3).await, [], "two look-ups of one order at a time");
    store.finish_lookup(&claims[0], done(Some(at(1000)), 0)).await.unwrap();
    let claims = claim(store, 3).await;
    assert_eq!(claims[0].hooks, 1);
    assert!(store.hook_arrived(order.id, None, at(4)).await.unwrap());
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    let claims = claim(store, 4).await;
    assert_eq!(claims[0].hooks, 2);
    store.finish_lookup(&claims[0], done(Some(at(1000)), 0)).await.unwrap();
    assert_eq!(claim(store, 999).await, []);
}

pub async fn a_change_does_not_postpone_what_is_due(store: &impl Store) {
    let mut order = scheduled(store, Some(at(50))).await;
    for (lookup, due) in [(at(100), 50), (at(20), 20), (at(30), 20)] {
        let lookup = Some(lookup);
        let change = change(&mut order);
        store.commit(Change { lookup, ..change }).await.unwrap();
        assert_eq!(claim(store, due - 1).await, []);
    }
    let claims = claim(store, 20).await;
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    let again = change(&mut order);
    store.commit(Change { lookup: Some(at(60)), ..again }).await.unwrap();
    assert_eq!(claim(store, 60).await.len(), 1);
}

pub async fn a_look_up_whose_lease_ran_out_is_given_out_again(store: &impl Store) {
    scheduled(store, Some(at(1))).await;
    let first = store.claim_lookups(at(1), NO_LEASE, token(), 10).await.unwrap();
    assert_eq!((first.len(), claim(store, 1).await.len()), (1, 1));
}

pub async fn a_look_up_in_other_hands_is_not_ended(store: &impl Store) {
    scheduled(store, Some(at(1))).await;
    let first = store.claim_lookups(at(1), NO_LEASE, token(), 10).await.unwrap();
    let second = store.claim_lookups(at(1), NO_LEASE, token(), 10).await.unwrap();
    store.finish_lookup(&first[0], done(None, 7)).await.unwrap();
    let third = claim(store, 1).await;
    assert_eq!((second[0].failures, third[0].failures), (0, 0));
}

pub async fn failures_in_a_row_are_kept(store: &impl Store) {
    scheduled(store, Some(at(1))).await;
    let claims = claim(store, 1).await;
    store.finish_lookup(&claims[0], done(Some(at(2)), 3)).await.unwrap();
    assert_eq!(claim(store, 2).await[0].failures, 3);
}

pub async fn fifty_hooks_at_once_are_all_counted<S: Store + Clone + 'static>(store: &S) {
    let order = scheduled(store, None).await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let (store, id) = (store.clone(), order.id);
        tasks.spawn(async move { store.hook_arrived(id, None, at(5)).await });
    }
    for outcome in tasks.join_all().await {
        assert!(outcome.unwrap());
    }
    assert_eq!(claim(store, 5).await[0].hooks, 50);
}

pub async fn of_many_takers_at_once_one_gets_the_look_up<S: Store + Clone + 'static>(store: &S) {
    for _ in 0..60 {
        scheduled(store, Some(at(1))).await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut all = Vec::new();
            loop {
                let claims = store.claim_lookups(at(1), LEASE, token(), 3).await.unwrap();
                all.extend(claims.iter().map(|claim| claim.order_id));
                // A store that never ends giving out is to fail, not to hang.
                if claims.is_empty() || all.len() > 60 {
                    return all;
                }
            }
        });
    }
    let claimed = tasks.join_all().await.concat();
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (60, 60));
}

/// The first change of an order that a hook has not met yet: both want to write the same new row.
pub async fn hooks_and_changes_at_once_do_not_fail_each_other<S: Store + Clone + 'static>(store: &S) {
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let mut order = scheduled(store, None).await;
        let (hooked, id) = (store.clone(), order.id);
        tasks.spawn(async move { assert!(hooked.hook_arrived(id, None, at(5)).await.unwrap()) });
        let changed = store.clone();
        order.mollie_id = full_order().mollie_id;
        let placed = change(&mut order);
        let lookup = Some(at(1000));
        tasks.spawn(async move { changed.commit(Change { lookup, ..placed }).await.unwrap() });
    }
    tasks.join_all().await;
    let due = store.claim_lookups(at(5), LEASE, token(), 100).await.unwrap();
    assert_eq!(due.len(), 40);
}

pub async fn a_change_during_a_look_up_makes_the_next_one_due(store: &impl Store) {
    let mut order = scheduled(store, Some(at(1))).await;
    let claims = claim(store, 1).await;
    let change = change(&mut order);
    store.commit(Change { lookup: Some(at(2)), ..change }).await.unwrap();
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    let again = claim(store, 2).await;
    assert_eq!((again[0].order_id, again[0].hooks), (order.id, 1));
}

pub async fn look_ups_that_wait_longest_are_given_out_first(store: &impl Store) {
    let mut waiting = Vec::new();
    for seconds in [3, 1, 2, 1] {
        waiting.push(scheduled(store, Some(at(seconds))).await.id);
    }
    let claims = store.claim_lookups(at(9), LEASE, token(), 3).await.unwrap();
    let first: Vec<_> = claims.iter().map(|claim| claim.order_id).collect();
    assert_eq!(first, [waiting[1], waiting[3], waiting[2]]);
}
