//! A caller's request id is taken once.

use domain::ports::{Change, CommitError, RequestRecord, Store};
use domain::rules::ids::{Caller, GroupId, RequestId, ShipmentId};
use domain::rules::order::Order;
use domain::rules::subject::Subject;
use tokio::task::JoinSet;

use crate::samples::*;

fn requested(order: &Order, id: &str) -> Change {
    Change { request: Some(request(order, id)), ..creation(order) }
}

pub async fn a_request_is_found_by_caller_and_id(store: &impl Store) {
    let order = bare_order();
    let record = RequestRecord {
        answer: Subject::Shipment(ShipmentId::new(uuid())),
        group: Some(GroupId::new(uuid())),
        created_time: micros(3, 141_592),
        ..request(&order, "first")
    };
    let mut change = creation(&order);
    change.request = Some(record.clone());
    store.commit(change).await.unwrap();
    let find = async |caller: &str, id: &str| {
        let (caller, id) = (Caller::new(caller), RequestId::new(id));
        store.find_request(&caller, &id).await.unwrap()
    };
    assert_eq!(find("checkout", "first").await, Some(record));
    assert_eq!(find("warehouse", "first").await, None);
    assert_eq!(find("checkout", "second").await, None);
}

pub async fn a_repeated_request_is_told_before_a_held_number(store: &impl Store) {
    let order = bare_order();
    store.commit(requested(&order, "same")).await.unwrap();
    let mut again = bare_order();
    again.terms.order_number.clone_from(&order.terms.order_number);
    let refused = store.commit(requested(&again, "same")).await;
    assert!(matches!(refused, Err(CommitError::RequestTaken)), "{refused:?}");
}

pub async fn of_the_same_request_many_times_at_once_one_is_written<S: Store + Clone + 'static>(store: &S) {
    let first = bare_order();
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let mut order = bare_order();
        order.terms.order_number.clone_from(&first.terms.order_number);
        let (store, change) = (store.clone(), requested(&order, "same"));
        tasks.spawn(async move { store.commit(change).await });
    }
    let outcomes = tasks.join_all().await;
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::RequestTaken)));
    assert_eq!(taken.count(), 29, "{outcomes:?}");
    let page = store.list_orders(&Default::default(), None, 100).await.unwrap();
    assert_eq!(page.items.len(), 1);
}

/// The request is told before the version that has moved, too.
pub async fn of_the_same_shipment_many_times_at_once_one_is_written<S: Store + Clone + 'static>(store: &S) {
    let order = stored(store, &[], bare_order()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let (store, mut order) = (store.clone(), order.clone());
        let mut change = change(&mut order);
        change.request = Some(request(&order, "ship"));
        change.shipments = vec![shipment(&order)];
        tasks.spawn(async move { store.commit(change).await });
    }
    let outcomes = tasks.join_all().await;
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::RequestTaken)));
    assert_eq!(taken.count(), 29, "{outcomes:?}");
    assert_eq!(store.list_shipments(order.id).await.unwrap().len(), 1);
}

pub async fn an_id_belongs_to_its_caller(store: &impl Store) {
    store.commit(requested(&bare_order(), "same")).await.unwrap();
    let mut other = bare_order();
    other.caller = Caller::new("warehouse");
    store.commit(requested(&other, "same")).await.unwrap();
}
