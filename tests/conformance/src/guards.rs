//! Changes that do not fit what is stored are refused, whole.

use domain::ports::{Change, CommitError, OperationWrite, OrderKey, Store};
use domain::rules::event::EventData;
use domain::rules::ids::ProfileName;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::status::OrderStatus;
use tokio::task::JoinSet;

use crate::samples::*;

pub async fn a_version_moved_is_noticed(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    let (mut first, mut second) = (order.clone(), order.clone());
    store.commit(change(&mut first)).await.unwrap();
    second.terms.locale = "de_DE".into();
    let late = store.commit(change(&mut second)).await;
    assert!(matches!(late, Err(CommitError::VersionMoved)), "{late:?}");
    let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
    assert_eq!(found, Some(first));
}

pub async fn a_change_of_an_unknown_order_is_refused(store: &impl Store) {
    let refused = store.commit(change(&mut bare_order())).await;
    assert!(matches!(refused, Err(CommitError::VersionMoved)), "{refused:?}");
}

pub async fn an_order_is_created_only_once(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    let mut again = order.clone();
    again.terms.order_number = "another".into();
    let refused = store.commit(creation(&again)).await;
    assert!(matches!(refused, Err(CommitError::VersionMoved)), "{refused:?}");
}

pub async fn of_many_changes_on_one_version_one_is_written<S: Store + Clone + 'static>(store: &S) {
    let order = stored(store, &[], bare_order()).await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let (store, mut order) = (store.clone(), order.clone());
        tasks.spawn(async move {
            let mut change = change(&mut order);
            let data = EventData::PlacementAbandoned { reason: n.to_string() };
            change.events = vec![event(&order, 2, data)];
            store.commit(change).await
        });
    }
    let outcomes = tasks.join_all().await;
    let moved = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::VersionMoved)));
    assert_eq!(moved.count(), 19, "{outcomes:?}");
    let events = store.list_events(order.id, 0, 100).await.unwrap().items;
    assert_eq!(events.len(), 1);
}

fn same_number(order: &Order) -> Order {
    let mut other = bare_order();
    other.terms.order_number.clone_from(&order.terms.order_number);
    other
}

pub async fn a_held_number_is_refused_within_its_profile(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    let second = same_number(&order);
    let refused = store.commit(creation(&second)).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
    let mut elsewhere = second;
    elsewhere.profile = ProfileName::new("other");
    store.commit(creation(&elsewhere)).await.unwrap();
}

pub async fn a_canceled_order_gives_its_number_free(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    order.placement = Placement::Placed;
    order.facts.status = Some(OrderStatus::Canceled);
    order.number_released = true;
    store.commit(change(&mut order)).await.unwrap();
    let mut next = stored(store, &[], same_number(&order)).await;
    next.placement = Placement::Refused;
    next.number_released = true;
    store.commit(change(&mut next)).await.unwrap();
    stored(store, &[], same_number(&order)).await;
    // Mollie gave the first one back to life: what was given back stays so.
    order.facts.status = Some(OrderStatus::Created);
    store.commit(change(&mut order)).await.unwrap();
}

pub async fn of_many_orders_at_once_one_holds_the_number<S: Store + Clone + 'static>(store: &S) {
    let first = bare_order();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (store, order) = (store.clone(), same_number(&first));
        let mut change = creation(&order);
        change.request = Some(request(&order, order.request_id.as_str()));
        tasks.spawn(async move { store.commit(change).await });
    }
    let outcomes = tasks.join_all().await;
    let held = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::NumberHeld)));
    assert_eq!(held.count(), 19, "{outcomes:?}");
}

pub async fn a_change_that_fails_at_its_last_guard_leaves_nothing(store: &impl Store) {
    let order = bare_order();
    let claimed = operation(&order, 1);
    let before = stored(store, &[&claimed], order).await;
    store.claim_operations(at(1), LEASE, token(), 10).await.unwrap();
    let mut order = before.clone();
    let mut change = change(&mut order);
    let (added, parcel) = (operation(&order, 2), shipment(&order));
    change.request = Some(request(&order, "half"));
    change.events = vec![event(&order, 2, EventData::PlacementAbandoned { reason: "x".into() })];
    change.shipments = vec![parcel.clone()];
    change.lookup = Some(at(0));
    change.operations =
        vec![inserted(added.clone()), OperationWrite::Release { operation: claimed.clone(), token: token() }];
    let refused = store.commit(change).await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");

    let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
    assert_eq!(found, Some(before));
    assert_eq!(store.list_events(order.id, 0, 10).await.unwrap().items, []);
    assert_eq!(store.load_operation(added.id).await.unwrap(), None);
    assert_eq!(store.load_shipment(parcel.id).await.unwrap(), None);
    let half = request(&order, "half");
    let found = store.find_request(&half.caller, &half.request_id).await.unwrap();
    assert_eq!(found, None);
    let due = store.claim_lookups(at(100), LEASE, token(), 10).await.unwrap();
    assert_eq!(due, []);
}

pub async fn a_reading_is_noted_only_at_its_version(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    let observed = async || {
        let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
        found.unwrap().observed_time
    };
    assert!(!store.note_observed(order.id, 2, at(5)).await.unwrap());
    assert_eq!(observed().await, None);
    assert!(store.note_observed(order.id, 1, micros(6, 7)).await.unwrap());
    assert_eq!(observed().await, Some(micros(6, 7)));
}

/// A change that breaks a rule of the store itself, which nobody is meant to meet, is written no more than any other.
async fn is_broken(store: &impl Store, change: Change) {
    let id = OrderKey::Id(change.order.id);
    let before = store.load_order(&id).await.unwrap();
    let refused = store.commit(change).await;
    let Err(CommitError::Store(error)) = refused else { panic!("{refused:?}") };
    assert!(!error.retryable(), "{error}");
    assert_eq!(store.load_order(&id).await.unwrap(), before);
}

pub async fn an_event_is_never_written_over(store: &impl Store) {
    let mut order = bare_order();
    let abandoned = |order: &Order, reason: &str| {
        event(order, 1, EventData::PlacementAbandoned { reason: reason.to_owned() })
    };
    let mut recorded = creation(&order);
    let first = abandoned(&order, "first");
    recorded.events = vec![first.clone()];
    store.commit(recorded).await.unwrap();
    let mut again = change(&mut order);
    again.events = vec![abandoned(&order, "second")];
    is_broken(store, again).await;
    assert_eq!(store.list_events(order.id, 0, 10).await.unwrap().items, [first]);

    let twice = bare_order();
    let mut change = creation(&twice);
    change.events = vec![abandoned(&twice, "one"), abandoned(&twice, "other")];
    is_broken(store, change).await;
}

pub async fn an_operation_is_inserted_once(store: &impl Store) {
    let order = bare_order();
    let first = operation(&order, 1);
    let mut order = stored(store, &[&first], order).await;
    let mut again = change(&mut order);
    again.operations = vec![inserted(full_operation(&order)), inserted(first.clone())];
    is_broken(store, again).await;
    assert_eq!(store.unsettled_operations(order.id).await.unwrap(), [first]);
}

pub async fn an_order_at_mollie_is_one_of_ours_in_each_profile(store: &impl Store) {
    let order = stored(store, &[], full_order()).await;
    let same = |profile: &ProfileName| Order {
        mollie_id: order.mollie_id.clone(),
        profile: profile.clone(),
        ..bare_order()
    };
    is_broken(store, creation(&same(&order.profile))).await;
    let elsewhere = stored(store, &[], same(&ProfileName::new("other"))).await;
    let mut late = stored(store, &[], bare_order()).await;
    late.mollie_id.clone_from(&elsewhere.mollie_id);
    is_broken(store, change(&mut late)).await;
}

pub async fn nothing_is_kept_of_an_unknown_order(store: &impl Store) {
    let (order, unknown) = (bare_order(), bare_order());
    let abandoned = EventData::PlacementAbandoned { reason: "x".into() };
    let changes = [
        Change { events: vec![event(&unknown, 1, abandoned)], ..creation(&order) },
        Change { operations: vec![inserted(operation(&unknown, 1))], ..creation(&order) },
        Change { shipments: vec![shipment(&unknown)], ..creation(&order) },
    ];
    for change in changes {
        is_broken(store, change).await;
    }
    store.commit(creation(&order)).await.unwrap();
}
