//! Callers stop waiting at any moment: nothing is half-written, and no connection is lost.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use domain::ports::{Change, OrderFilter, OrderKey, Store};
use domain::rules::event::EventData;
use domain::rules::order::Order;
use tokio::task::JoinSet;

use crate::samples::*;

/// Polls so often, and then drops.
async fn abandon<T>(work: impl Future<Output = T>, polls: usize) {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}

pub fn recorded(order: &Order) -> Change {
    let mut change = creation(order);
    change.request = Some(request(order, order.request_id.as_str()));
    change.events = vec![event(order, 1, EventData::PlacementAbandoned { reason: "x".into() })];
    change.operations = vec![inserted(operation(order, 1))];
    change.shipments = vec![shipment(order)];
    change.lookup = Some(at(1));
    change
}

pub async fn abandon_changes<S: Store + Clone + 'static>(store: &S) -> Vec<Order> {
    let mut tasks = JoinSet::new();
    for n in 0..120 {
        let (store, order) = (store.clone(), bare_order());
        tasks.spawn(async move {
            abandon(store.commit(recorded(&order)), n % 3).await;
            order
        });
    }
    tasks.join_all().await
}

pub async fn dropped_changes_are_written_wholly_or_not_at_all<S: Store + Clone + 'static>(store: &S) {
    let orders = abandon_changes(store).await;
    // More than there are connections, so that each of them is used again.
    for _ in 0..20 {
        store.commit(recorded(&bare_order())).await.unwrap();
    }
    for order in orders {
        // What is read later may have been written since; what was there before has all its parts.
        let there = store.load_order(&OrderKey::Id(order.id)).await.unwrap().is_some();
        let events = store.list_events(order.id, 0, 10).await.unwrap().items;
        let shipments = store.list_shipments(order.id).await.unwrap();
        let operations = store.unsettled_operations(order.id).await.unwrap();
        let request = store.find_request(&order.caller, &order.request_id).await.unwrap();
        if there {
            let parts = (events.len(), shipments.len(), operations.len(), request.is_some());
            assert_eq!(parts, (1, 1, 1, true));
        }
    }
}

/// The caller's deadline passes right after the change was given to the store.
pub async fn a_change_once_begun_is_written_though_nobody_waits_for_it(store: &impl Store) {
    let orders: Vec<_> = (0..20).map(|_| bare_order()).collect();
    for order in &orders {
        abandon(store.commit(recorded(order)), 1).await;
    }
    for order in orders {
        let mut found = None;
        for _ in 0..10_000 {
            found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
            if found.is_some() {
                break;
            }
        }
        assert_eq!(found, Some(order));
    }
}

pub async fn dropped_reads_and_claims_leave_the_store_working<S: Store + Clone + 'static>(store: &S) {
    let order = stored(store, &[], bare_order()).await;
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let (store, id) = (store.clone(), order.id);
        tasks.spawn(async move {
            let filter = OrderFilter::default();
            match n % 4 {
                0 => abandon(store.list_orders(&filter, None, 10), n % 7).await,
                1 => abandon(store.claim_operations(at(1), LEASE, token(), 10), n % 5).await,
                2 => abandon(store.hook_arrived(id, None, at(1)), n % 5).await,
                _ => abandon(store.load_order(&OrderKey::Id(id)), n % 6).await,
            }
        });
    }
    tasks.join_all().await;
    for _ in 0..20 {
        store.commit(recorded(&bare_order())).await.unwrap();
        store.load_order(&OrderKey::Id(order.id)).await.unwrap().unwrap();
    }
    assert!(store.hook_arrived(order.id, None, at(1)).await.unwrap());
}
