//! Changes of two orders, one of which replaces the other, are written together or not at all.

use domain::ports::{Change, CommitError, OrderKey, Store};
use domain::rules::event::EventData;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::superseded::Superseded;
use tokio::task::JoinSet;

use crate::samples::*;

fn instead_of(old: &Order) -> Order {
    let mut new = bare_order();
    new.terms.order_number.clone_from(&old.terms.order_number);
    Order { supersedes: Some(old.id), ..new }
}

/// The old order is replaced by the new one, which is recorded with it.
fn replacing(old: &mut Order, new: &Order) -> Change {
    old.superseded = Some(Box::new(Superseded { by: new.id, is_final: false, asked_time: None, kept: None }));
    let mut given_up = change(old);
    given_up.events = vec![event(old, old.version, EventData::Superseded { by: new.id })];
    let (other, request) = (Some(Box::new(given_up)), Some(request(new, new.request_id.as_str())));
    Change { other, request, ..creation(new) }
}

async fn load(store: &impl Store, id: OrderId) -> Option<Order> {
    store.load_order(&OrderKey::Id(id)).await.unwrap()
}

async fn holder(store: &impl Store, number: &str) -> Option<OrderId> {
    let key = OrderKey::Number { profile: ProfileName::new("main"), order_number: number.to_owned() };
    let found = store.load_order(&key).await.unwrap()?;
    (found.held_number() == Some(number)).then_some(found.id)
}

pub async fn a_number_moves_to_a_new_order_and_back_again(store: &impl Store) {
    let mut old = stored(store, &[], bare_order()).await;
    let number = old.terms.order_number.clone();
    let mut new = instead_of(&old);
    store.commit(replacing(&mut old, &new)).await.unwrap();
    assert_eq!(
        (load(store, old.id).await, load(store, new.id).await),
        (Some(old.clone()), Some(new.clone()))
    );
    assert_eq!(holder(store, &number).await, Some(new.id));

    (new.placement, new.number_released, old.superseded) = (Placement::Refused, true, None);
    let back = Change { other: Some(Box::new(change(&mut old))), ..change(&mut new) };
    store.commit(back).await.unwrap();
    assert_eq!((load(store, old.id).await, load(store, new.id).await), (Some(old.clone()), Some(new)));
    assert_eq!(holder(store, &number).await, Some(old.id));
}

pub async fn nothing_of_two_orders_is_written_if_one_of_them_has_moved(store: &impl Store) {
    let mut old = stored(store, &[], bare_order()).await;
    let number = old.terms.order_number.clone();
    let mut seen = old.clone();
    store.commit(change(&mut old)).await.unwrap();
    let mut new = instead_of(&old);
    let late = store.commit(replacing(&mut seen, &new)).await;
    assert!(matches!(late, Err(CommitError::VersionMoved)), "{late:?}");
    assert_eq!((load(store, old.id).await, load(store, new.id).await), (Some(old.clone()), None));
    let asked = store.find_request(&new.caller, &new.request_id).await.unwrap();
    assert_eq!((holder(store, &number).await, asked), (Some(old.id), None));

    // The new one has moved, as if another process had settled it.
    store.commit(replacing(&mut old, &new)).await.unwrap();
    let (before, mut seen) = (old.clone(), new.clone());
    store.commit(change(&mut new)).await.unwrap();
    (seen.placement, old.superseded) = (Placement::Abandoned, None);
    let back = Change { other: Some(Box::new(change(&mut old))), ..change(&mut seen) };
    let late = store.commit(back).await;
    assert!(matches!(late, Err(CommitError::VersionMoved)), "{late:?}");
    assert_eq!((load(store, old.id).await, load(store, new.id).await), (Some(before), Some(new)));
}

pub async fn nothing_of_two_orders_is_written_if_a_third_holds_the_number(store: &impl Store) {
    let mut old = stored(store, &[], bare_order()).await;
    let third = stored(store, &[], bare_order()).await;
    let before = old.clone();
    let taken = Order { supersedes: Some(old.id), ..instead_of(&third) };
    let refused = store.commit(replacing(&mut old, &taken)).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
    assert_eq!((load(store, old.id).await, load(store, taken.id).await), (Some(before.clone()), None));
    assert_eq!(store.list_events(old.id, 0, 10).await.unwrap().items, []);

    // The new order took another number, and somebody the one that would come back.
    let mut old = before;
    let mut new = Order { supersedes: Some(old.id), ..bare_order() };
    store.commit(replacing(&mut old, &new)).await.unwrap();
    let fourth = stored(store, &[], Order { supersedes: None, ..instead_of(&old) }).await;
    let (kept_old, kept_new) = (old.clone(), new.clone());
    (new.placement, new.number_released, old.superseded) = (Placement::Refused, true, None);
    let back = Change { other: Some(Box::new(change(&mut old))), ..change(&mut new) };
    let refused = store.commit(back).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
    assert_eq!((load(store, old.id).await, load(store, new.id).await), (Some(kept_old), Some(kept_new)));
    assert_eq!(holder(store, &old.terms.order_number).await, Some(fourth.id));
}

pub async fn of_many_orders_that_replace_one_one_is_written<S: Store + Clone + 'static>(store: &S) {
    let old = stored(store, &[], bare_order()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (store, mut old) = (store.clone(), old.clone());
        let new = instead_of(&old);
        tasks.spawn(async move { store.commit(replacing(&mut old, &new)).await.map(|()| new.id) });
    }
    let outcomes = tasks.join_all().await;
    let moved = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::VersionMoved)));
    assert_eq!(moved.count(), 19, "{outcomes:?}");
    let winner = outcomes.iter().find_map(|outcome| outcome.as_ref().ok()).copied();
    assert_eq!(holder(store, &old.terms.order_number).await, winner);
    let by = load(store, old.id).await.unwrap().superseded.map(|superseded| superseded.by);
    assert_eq!(by, winner);
}

pub async fn both_orders_are_looked_up_when_they_are_due(store: &impl Store) {
    let mut old = stored(store, &[], bare_order()).await;
    let mut new = instead_of(&old);
    store.commit(replacing(&mut old, &new)).await.unwrap();
    let other = Change { lookup: Some(at(1)), ..change(&mut old) };
    let placed = Change { lookup: Some(at(2)), other: Some(Box::new(other)), ..change(&mut new) };
    store.commit(placed).await.unwrap();
    let due = store.claim_lookups(at(3), LEASE, token(), 10).await.unwrap();
    assert_eq!(due.iter().map(|claim| claim.order_id).collect::<Vec<_>>(), [old.id, new.id]);
}

pub async fn each_order_keeps_what_is_written_of_it(store: &impl Store) {
    let mut old = stored(store, &[], bare_order()).await;
    let new = instead_of(&old);
    let mut both = replacing(&mut old, &new);
    let (ours, theirs) = (operation(&new, 1), operation(&old, 2));
    both.operations = vec![inserted(ours.clone())];
    both.other.as_mut().unwrap().operations = vec![inserted(theirs.clone())];
    store.commit(both).await.unwrap();
    let found = async |id| store.load_with_operations(&OrderKey::Id(id)).await.unwrap().unwrap().unsettled;
    assert_eq!((found(old.id).await, found(new.id).await), (vec![theirs], vec![ours]));
    let events = store.list_events(old.id, 0, 10).await.unwrap().items;
    assert_eq!(events, [event(&old, 2, EventData::Superseded { by: new.id })]);
}
